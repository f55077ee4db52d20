/** `#GOD`: the flags of `god submit` itself, as they stand on its command line. Pure. */
import {nearest} from '../text.js'
import {badLine, type DirectiveFlag, type Given} from './directive.js'

/** They say how this one call goes on, and nothing of the job. */
export const OF_THE_CALL: readonly string[] = [
  ...['from', 'wait', 'dry-run', 'parsable', 'explain', 'interactive'],
  ...['json', 'dir', 'color', 'no-color', 'help'],
]

interface Written {
  readonly word: string
  readonly name: string
  /** In the same word. */
  readonly value: string | null
}

/** `--name`, `--name=value`, `-n`, `-nvalue`. */
const written = (word: string): Written => {
  if (!word.startsWith('--')) return {word, name: word.slice(1, 2), value: word.slice(2) || null}
  const cut = word.indexOf('=')
  return cut < 0
    ? {word, name: word.slice(2), value: null}
    : {word, name: word.slice(2, cut), value: word.slice(cut + 1)}
}

const flagOf = (line: number, {word, name}: Written, flags: readonly DirectiveFlag[]): DirectiveFlag => {
  const long = word.startsWith('--')
  const flag = flags.find(each => (long ? each.name : each.char) === name)
  if (flag !== undefined) return flag
  if (OF_THE_CALL.includes(name))
    throw badLine(line, `--${name} has no place in a script`, 'Give it to god submit when you call it.')
  const near = long
    ? nearest(
        name,
        flags.map(each => each.name),
      )
    : []
  const hint = near.length > 0 ? `Did you mean --${near.join(' or --')}?` : "See 'god submit --help'."
  throw badLine(line, `there is no flag '${word.slice(0, 64)}'`, hint)
}

/** A number may be below zero. */
const isValue = (word: string | undefined): word is string => word !== undefined && !/^-(?!\d)./.test(word)

const valueFor = (line: number, flag: DirectiveFlag, {value}: Written, next: string | undefined): string => {
  const found = value ?? (isValue(next) ? next : null)
  if (found === null) throw badLine(line, `--${flag.name} needs a value`)
  if (flag.options !== undefined && !flag.options.includes(found))
    throw badLine(line, `--${flag.name} cannot be '${found}'`, `It is one of ${flag.options.join(', ')}.`)
  return found
}

export const readGodLine = (
  line: number,
  words: readonly string[],
  flags: readonly DirectiveFlag[],
): readonly Given[] => {
  const given: Given[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (!/^-./.test(word) || word === '--')
      throw badLine(line, `'${word}' is no flag`, 'The command stands in the script itself.')
    const said = written(word)
    const flag = flagOf(line, said, flags)
    if (flag.takes === 'nothing') {
      if (said.value !== null)
        throw badLine(line, `--${flag.name} takes no value`, 'Write each flag by itself.')
      given.push({line, flag: flag.name, value: true})
      continue
    }
    given.push({line, flag: flag.name, value: valueFor(line, flag, said, words[at + 1])})
    if (said.value === null) at++
  }
  return given
}
