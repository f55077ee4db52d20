/**
 * The directives of a script (design section 4): `#GOD`, and of `#SBATCH`, `#$` and `#PBS` what means something here.
 * Pure. `#GOD` wins over the others; the command line wins over all, which is for who asked to see to (`merged`).
 */
import {badLine, checkValue, type DirectiveFlag, type Found, type Given, type Ignored} from './directive.js'
import {type Answer, type Dialect, NO_MEANING, type Option, optionsOf} from './foreign.js'
import {readGodLine} from './god.js'
import {GRID_ENGINE} from './grid-engine.js'
import {type HeadLine, headLines} from './head.js'
import {PBS} from './pbs.js'
import {SLURM} from './slurm.js'
import {type Placed, together} from './together.js'
import {wordsOf} from './words.js'

const FOREIGN = [SLURM, GRID_ENGINE, PBS] as const

const GOD = /^#GOD\s+/

/** What a directive may come to. */
export interface Site {
  readonly flags: readonly DirectiveFlag[]
  /** Names of what the site counts: scripts from elsewhere name what is counted there. */
  readonly counted: readonly string[]
}

interface Pile {
  readonly god: Given[]
  readonly settings: Placed[]
  readonly ignored: Ignored[]
}

const readWords = ({number, text}: HeadLine, prefix: RegExp): readonly string[] => {
  const words = wordsOf(text.replace(prefix, ''))
  if (words === null) throw badLine(number, 'a quote is not closed, or the line ends in a backslash')
  return words
}

const wholeOption = ({option, values}: Option): string => [option, ...values].join(' ')

const answersOf = ({table}: Dialect, line: number, option: Option): readonly Answer[] => {
  const reader = Object.hasOwn(table, option.option) ? table[option.option] : undefined
  if (reader === undefined) return [{ignored: NO_MEANING}]
  const value = option.values.join(' ')
  if ('alone' in reader) return value === '' ? [reader.alone] : [reader.with?.(value) ?? reader.alone].flat()
  if (value === '') throw badLine(line, `${option.option} needs a value`)
  return [reader(value)].flat()
}

/** The name of something that this site does not count; null: it is none. */
const uncounted = (answer: Answer, {counted}: Site): string | null => {
  if (!('field' in answer) || answer.field !== 'resource') return null
  const [name = ''] = String(answer.value).split('=')
  return counted.includes(name) ? null : name
}

const take = (pile: Pile, line: number, option: Option, answer: Answer, site: Site): void => {
  if ('bad' in answer) throw badLine(line, `${wholeOption(option)}: ${answer.bad}`)
  const strange = uncounted(answer, site)
  if ('ignored' in answer || strange !== null) {
    const why = 'ignored' in answer ? answer.ignored : `this site counts no '${strange}'`
    pile.ignored.push({line, option: answer.option ?? wholeOption(option), why})
  } else pile.settings.push({...answer, line})
}

const readForeignLine = (pile: Pile, dialect: Dialect, line: HeadLine, site: Site): void => {
  for (const option of optionsOf(line.number, readWords(line, dialect.prefix), dialect.attached))
    for (const answer of answersOf(dialect, line.number, option))
      take(pile, line.number, option, answer, site)
}

/** What god has no flag for cannot be done; the table tells, so that a new flag needs no word here. */
const known = (given: readonly Given[], flags: readonly DirectiveFlag[]): Found => {
  const isKnown = ({flag}: Given): boolean => flags.some(({name}) => name === flag)
  return {
    given: given.filter(isKnown),
    ignored: given
      .filter(each => !isKnown(each))
      .map(({line, flag, value}) => ({line, option: `${flag} ${value}`, why: `god submit has no --${flag}`})),
  }
}

export const hasDirectives = (script: string): boolean =>
  headLines(script).some(({text}) =>
    [GOD, ...FOREIGN.map(({prefix}) => prefix)].some(each => each.test(text)),
  )

/** `cpus`: of the command line. Throws E_DIRECTIVE_BAD. */
export const readDirectives = (script: string, site: Site, cpus: string | null): Found => {
  const {flags} = site
  const pile: Pile = {god: [], settings: [], ignored: []}
  for (const line of headLines(script)) {
    if (GOD.test(line.text)) pile.god.push(...readGodLine(line.number, readWords(line, GOD), flags))
    const dialect = FOREIGN.find(({prefix}) => prefix.test(line.text))
    if (dialect !== undefined) readForeignLine(pile, dialect, line, site)
  }
  for (const given of pile.god) checkValue(given)
  const own = pile.god.findLast(({flag}) => flag === 'cpus')?.value
  const foreign = known(together(pile.settings, cpus ?? (typeof own === 'string' ? own : null)), flags)
  for (const given of foreign.given) checkValue(given)
  return {
    given: [...foreign.given, ...pile.god],
    ignored: [...pile.ignored, ...foreign.ignored].sort((a, b) => a.line - b.line),
  }
}
