/** The selectors and filters that mean the same in every command that takes jobs. */
import {Args, Flags} from '@oclif/core'
import {GodError} from '../core/errors.js'
import {readStandardInput} from '../host/standard-input.js'
import type {Filters} from './listing.js'

export const selectorArgs = (required: boolean) => ({
  jobs: Args.string({
    multiple: true,
    required,
    ignoreStdin: true,
    description: "Ids, ranges (12-20), 'last', '@name', or '-' for ids from standard input.",
  }),
})

export const oneSelector = {
  job: Args.string({
    required: true,
    ignoreStdin: true,
    description: "An id, 'last', '@name', or '-' for one from standard input.",
  }),
}

const words = {multiple: true as const, multipleNonGreedy: true as const, delimiter: ',' as const}

const label = {
  summary: 'Jobs with this label.',
  helpValue: 'KEY[=VALUE]',
  multiple: true as const,
  multipleNonGreedy: true as const,
}

/** What `stat` shares with the verbs: there, `-l` is the long form. */
export const filterFlags = {
  user: Flags.string({char: 'u', summary: 'Jobs of these users.', helpValue: 'USER', ...words}),
  name: Flags.string({char: 'n', summary: 'Jobs of these names.', helpValue: 'NAME', ...words}),
  states: Flags.string({
    char: 't',
    summary: 'Jobs in these states (also active, over, all).',
    helpValue: 'STATE',
    ...words,
  }),
  label: Flags.string(label),
}

export const verbFilterFlags = {...filterFlags, label: Flags.string({char: 'l', ...label})}

export const formatFlags = {
  format: Flags.string({
    summary: "A line a job: '{{id}} {{state}}', the columns by name.",
    helpValue: 'TEMPLATE',
    exclusive: ['json'],
  }),
}

interface FilterWords {
  readonly user: readonly string[] | undefined
  readonly name: readonly string[] | undefined
  readonly states: readonly string[] | undefined
  readonly label: readonly string[] | undefined
}

export const filtersOf = ({user, name, states, label}: FilterWords): Filters => ({
  users: user ?? [],
  names: name ?? [],
  states: states ?? [],
  labels: label ?? [],
})

/**
 * `-` among them stands for the words of standard input. Null: none was given; so an empty standard input chooses
 * nothing, and is never taken for "no choice was made".
 */
export const expandStdin = async (selectors: readonly string[]): Promise<readonly string[] | null> => {
  if (selectors.length === 0) return null
  if (!selectors.includes('-')) return selectors
  const read = (await readStandardInput()).split(/\s+/).filter(word => word !== '')
  return selectors.flatMap(selector => (selector === '-' ? read : [selector]))
}

/** For a command that takes a single job. */
export const oneWord = async (selector: string): Promise<string> => {
  const words = (await expandStdin([selector])) ?? []
  const [word] = words
  if (word !== undefined && words.length === 1) return word
  throw new GodError('E_USAGE', `standard input names ${words.length} jobs; this command takes one`)
}
