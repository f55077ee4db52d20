/**
 * Directives of other batch systems: what their dialects have in common. Pure.
 *
 * A table a dialect says what each option means here. What is on no table, or means what god does not do, is ignored
 * and told; only what is on a table and cannot be read is an error: a script that ran elsewhere should run.
 */
import {badLine} from './directive.js'

/** Long names of flags, and what becomes a flag only together with others (`together.ts`). */
export type Field =
  | 'name'
  | 'time'
  | 'cpus'
  | 'mem'
  | 'gpus'
  | 'resource'
  | 'array'
  | 'output'
  | 'error'
  | 'workdir'
  | 'hold'
  | 'env'
  | 'queue'
  | 'depend'
  | 'begin'
  | 'nice'
  | 'priority'
  | 'tasks'
  | 'cpusPerTask'
  | 'memPerCpu'
  | 'arrayLimit'
  | 'merge'

export interface Setting {
  readonly field: Field
  readonly value: string | true
  /** As it is told where it is ignored; left out: as the whole option stands there. */
  readonly option?: string
}

/** What an option comes to. Several: `-l` has many parts. */
export type Answer = Setting | {readonly ignored: string; readonly option?: string} | {readonly bad: string}

export type Reader = (value: string) => Answer | readonly Answer[]

/** It may stand without a value; one that it does not need says nothing. */
export interface Alone {
  readonly alone: Answer
  readonly with?: Reader
}

export interface Dialect {
  /** What a directive begins with; the rest is its words. */
  readonly prefix: RegExp
  /** By the option as it is written, with its dashes. */
  readonly table: Readonly<Record<string, Reader | Alone>>
  /** A value may stand right behind a short option, or behind `=`. */
  readonly attached: (word: string) => readonly [option: string, value: string] | null
}

export const set = (field: Field, value: string | true): Setting => ({field, value})
/** Of what is counted elsewhere: ignored where this site does not. */
export const setCounted = (name: string, amount: string, option: string): Setting => ({
  field: 'resource',
  value: `${name}=${amount}`,
  option,
})
export const ignored = (why: string, option?: string): Answer =>
  option === undefined ? {ignored: why} : {ignored: why, option}
export const bad = (why: string): Answer => ({bad: why})

export const NO_MEANING = 'it has no meaning here'
export const ONE_NODE = 'a job runs on one node'

export interface Option {
  readonly option: string
  readonly values: readonly string[]
}

const isOption = (word: string): boolean => /^-[^\d]/.test(word)

/** Each option with the words that follow it. */
export const optionsOf = (
  line: number,
  words: readonly string[],
  attached: Dialect['attached'],
): readonly Option[] => {
  const options: {option: string; values: string[]}[] = []
  for (const word of words) {
    if (isOption(word)) {
      const both = attached(word)
      options.push(both === null ? {option: word, values: []} : {option: both[0], values: [both[1]]})
    } else {
      const last = options.at(-1)
      if (last === undefined) throw badLine(line, `'${word}' is no option`)
      last.values.push(word)
    }
  }
  return options
}
