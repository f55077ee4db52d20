/**
 * What oclif's parser complains of, in our words and shape: one line, and the flag that was probably meant.
 *
 * Its errors are known by their shape, not by their class: a plugin may bring a parser of its own.
 */
import {stripVTControlCharacters} from 'node:util'
import {nearest} from '../core/text.js'
import {withoutMarks} from './operands.js'

/** Those with a code are faults of loading, not of the words. */
export const isUsageError = (error: unknown): error is Error =>
  error instanceof Error && 'oclif' in error && !('code' in error && typeof error.code === 'string')

/** Heading, then details line by line: one sentence, its details after a colon. */
const oneLine = (message: string): string => {
  const lines = stripVTControlCharacters(withoutMarks(message))
    .split('\n')
    .map(line => line.trim().replace(/ {2,}/g, ' - '))
    .filter(line => line !== '' && !line.startsWith('See more help'))
  const [head = '', ...details] = lines
  if (/^The following errors? occurred:$/.test(head)) return details.join('; ')
  return [head.replace(/:$/, ''), ...details].join(': ')
}

const flagNames = (error: Error): readonly string[] => {
  const parse: unknown = Reflect.get(error, 'parse')
  const input: unknown = typeof parse === 'object' && parse !== null ? Reflect.get(parse, 'input') : null
  const flags: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, 'flags') : null
  return typeof flags === 'object' && flags !== null ? Object.keys(flags) : []
}

const unknownFlags = (error: Error): readonly string[] => {
  const flags: unknown = Reflect.get(error, 'flags')
  return Array.isArray(flags) ? flags.filter(flag => typeof flag === 'string') : []
}

const meant = (error: Error): string => {
  const near = unknownFlags(error).flatMap(flag =>
    flag.startsWith('--') ? nearest(flag.slice(2), flagNames(error)).map(name => `--${name}`) : [],
  )
  return near.length === 0 ? '' : `Did you mean ${near.join(' or ')}? `
}

/** Of a flag that takes a whole number; one below 0 is marked as a value, and no number to oclif. */
const NO_NUMBER = /^Parsing (--\S+): Expected an integer\b.*? but received: ?(.*)$/

/** As all amounts that cannot be read are told of. */
const ofNumber = (text: string): string => text.replace(NO_NUMBER, "$1: '$2' is no whole number of 0 or more")

export const usageWords = (error: Error, command: string): {message: string; hint: string} => {
  const text = ofNumber(oneLine(error.message))
  return {
    message: text.charAt(0).toLowerCase() + text.slice(1),
    hint: `${meant(error)}See 'god ${command} --help'.`,
  }
}
