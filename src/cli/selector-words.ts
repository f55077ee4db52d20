/** From the words that choose jobs to the choice: `-` is replaced by what stands on standard input. */
import {GodError} from '../core/errors.js'
import {readStandardInput} from '../host/standard-input.js'
import type {Filters} from './jobs/listing.js'

export interface FilterWords {
  readonly user: readonly string[] | undefined
  readonly name: readonly string[] | undefined
  readonly states: readonly string[] | undefined
  readonly label: readonly string[] | undefined
  readonly queue: readonly string[] | undefined
}

export const filtersOf = ({user, name, states, label, queue}: FilterWords): Filters => ({
  users: user ?? [],
  names: name ?? [],
  states: states ?? [],
  labels: label ?? [],
  queues: queue ?? [],
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
