/**
 * What may stand where the Tab key was pressed: commands, flags, their values, the caller's own jobs. Pure; what is
 * slow (jobs) is asked for only where it may stand. Nothing at all means: files, as the shell knows them.
 */
import {SETTINGS} from '../../core/settings/settings.js'
import {STATES} from '../../core/state.js'
import type {CommandShape, FlagShape} from '../../plugin/command-table.js'
import {FIELD_NAMES} from '../stat/field-names.js'
import {SHELLS} from './shell-scripts.js'

export interface Candidate {
  readonly word: string
  /** A few words on it, for shells that show them. */
  readonly note: string
}

export interface NamedJob {
  readonly id: number
  readonly name: string
  readonly state: string
}

export interface CompletionSources {
  readonly commands: readonly CommandShape[]
  /** Newest first, a few. */
  readonly jobs: () => readonly NamedJob[]
  /** Their names. */
  readonly queues: () => readonly string[]
}

const plain = (words: readonly string[]): readonly Candidate[] => words.map(word => ({word, note: ''}))

/** Values of flags that are no fixed choice of the parser's. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  states: [...STATES, 'active', 'over', 'all'],
  columns: [...FIELD_NAMES, 'wide'],
  sort: FIELD_NAMES,
  executor: ['docker', 'process', 'fake'],
}

const uniqueFirst = (commands: readonly CommandShape[]): readonly Candidate[] => {
  const found = new Map<string, string>([['help', 'Display help for god.']])
  for (const {id, summary} of commands) {
    const [first = '', second] = id.split(':')
    if (second === undefined || !found.has(first)) found.set(first, summary)
  }
  return [...found].map(([word, note]) => ({word, note}))
}

const below = (commands: readonly CommandShape[], topic: string): readonly Candidate[] =>
  commands.flatMap(({id, summary}) =>
    id.startsWith(`${topic}:`) ? [{word: id.slice(topic.length + 1), note: summary}] : [],
  )

const flagWords = ({flags}: CommandShape): readonly Candidate[] => {
  const words = Object.entries(flags).flatMap(([name, {hidden, allowNo, summary}]) =>
    hidden
      ? []
      : [{word: `--${name}`, note: summary}, ...(allowNo ? [{word: `--no-${name}`, note: summary}] : [])],
  )
  return [...words, {word: '--help', note: 'Show the help of this command.'}]
}

/** `--name`, or the last of bundled letters. */
const flagOf = ({flags}: CommandShape, word: string): readonly [string, FlagShape] | null => {
  const found = Object.entries(flags).find(([name, {char}]) =>
    word.startsWith('--') ? word === `--${name}` : /^-\w+$/.test(word) && word.at(-1) === char,
  )
  return found?.[1].type === 'option' ? found : null
}

const jobWords = (sources: CompletionSources, current: string): readonly Candidate[] => {
  const jobs = sources.jobs()
  if (current.startsWith('@')) return plain([...new Set(jobs.map(({name}) => `@${name}`))])
  return [
    ...jobs.map(({id, name, state}) => ({word: String(id), note: `${name} (${state})`})),
    ...(jobs.length > 0 ? [{word: 'last', note: 'the newest of them'}] : []),
  ]
}

const valueWords = (
  sources: CompletionSources,
  [name, {options, delimiter}]: readonly [string, FlagShape],
  current: string,
): readonly Candidate[] => {
  if (name === 'job') return jobWords(sources, current)
  const words = options ?? (name === 'queue' ? sources.queues() : VALUES[name]) ?? []
  const listed =
    delimiter !== undefined || name === 'columns' ? current.slice(0, current.lastIndexOf(',') + 1) : ''
  return plain(words.map(word => `${listed}${word}`))
}

const operandWords = (
  sources: CompletionSources,
  shape: CommandShape,
  current: string,
): readonly Candidate[] => {
  const names = Object.keys(shape.args)
  if (names.includes('jobs') || names.includes('job')) return jobWords(sources, current)
  if (shape.id === 'config') return plain(Object.keys(SETTINGS))
  return shape.id === 'autocomplete' ? plain(SHELLS) : []
}

/** The words after a command's own, the last one unfinished. */
const within = (
  sources: CompletionSources,
  shape: CommandShape,
  rest: readonly string[],
): readonly Candidate[] => {
  const current = rest.at(-1) ?? ''
  const before = rest.slice(0, -1)
  if (before.includes('--')) return operandWords(sources, shape, current)
  const flag = flagOf(shape, before.at(-1) ?? '')
  if (flag !== null) return valueWords(sources, flag, current)
  const cut = current.startsWith('--') ? current.indexOf('=') : -1
  const named = cut < 0 ? null : flagOf(shape, current.slice(0, cut))
  if (named !== null) {
    const head = current.slice(0, cut + 1)
    const values = valueWords(sources, named, current.slice(cut + 1))
    return values.map(({word, note}) => ({word: `${head}${word}`, note}))
  }
  return current.startsWith('-') ? flagWords(shape) : operandWords(sources, shape, current)
}

const possible = (sources: CompletionSources, words: readonly string[]): readonly Candidate[] => {
  const {commands} = sources
  const [first = '', second = ''] = words
  if (words.length <= 1 || (first === 'help' && words.length === 2)) return uniqueFirst(commands)
  if (first === 'help') return below(commands, second)
  const topic = below(commands, first)
  if (topic.length > 0 && words.length === 2 && !second.startsWith('-')) return topic
  const deep = commands.find(({id}) => id === `${first}:${second}`)
  if (deep !== undefined) return within(sources, deep, words.slice(2))
  const shape = commands.find(({id}) => id === first)
  return shape === undefined ? [] : within(sources, shape, words.slice(1))
}

/** bash cuts words at `=` and `@` too: put together again; what is cut off in front is not said again. */
const rejoined = (words: readonly string[]): {readonly words: readonly string[]; readonly said: string} => {
  const current = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  if (current === '=') return {words: [...before, ''], said: ''}
  if (before.at(-1) === '=') return {words: [...before.slice(0, -1), current], said: ''}
  if (before.at(-1) === '@') return {words: [...before.slice(0, -1), `@${current}`], said: '@'}
  return {words, said: ''}
}

export const complete = (sources: CompletionSources, typed: readonly string[]): readonly Candidate[] => {
  const {words, said} = rejoined(typed)
  const current = words.at(-1) ?? ''
  return possible(sources, words)
    .filter(({word}) => word.startsWith(current))
    .map(({word, note}) => ({word: word.slice(said.length), note}))
}
