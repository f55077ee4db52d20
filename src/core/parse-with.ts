/** What came from outside, by a schema: its value, or one line on what is wrong with it. Pure. */
import * as v from 'valibot'

export type Parsed<T> = {readonly ok: true; readonly value: T} | {readonly ok: false; readonly why: string}

/** The sentence quotes what was found, which may be as long as a request. */
const MOST_WHY = 400

/** In our words where the package's are those of a programmer. */
const sentenceOf = ({message, expected, received}: v.BaseIssue<unknown>): string => {
  if (!message.startsWith('Invalid key')) return message
  if (expected === 'never') return 'there is no such field'
  return received === 'undefined' ? 'it is missing' : message
}

/** One line on the first fault: the field's path and what is wrong with it. */
export const parseWith = <S extends v.GenericSchema>(schema: S, value: unknown): Parsed<v.InferOutput<S>> => {
  const result = v.safeParse(schema, value, {abortEarly: true})
  if (result.success) return {ok: true, value: result.output}
  const issue = result.issues[0]
  const path = v.getDotPath(issue)
  const sentence = sentenceOf(issue)
  const why = path === null ? sentence : `${path}: ${sentence}`
  return {ok: false, why: why.slice(0, MOST_WHY)}
}

type Fields = v.GenericSchema & {readonly entries: v.ObjectEntries}

/**
 * A later god may have added fields: they are kept as they are, also through the revisions that are published here.
 * What an older one must not miss comes with another FORMAT (docs/decisions/0019).
 */
export const parseKeeping = <S extends Fields>(schema: S, value: unknown): Parsed<v.InferOutput<S>> => {
  const isKnown = (key: string): boolean => Object.hasOwn(schema.entries, key)
  if (typeof value !== 'object' || value === null || Object.keys(value).every(isKnown))
    return parseWith(schema, value)
  const fields = Object.entries(value)
  const parsed = parseWith(schema, Object.fromEntries(fields.filter(([key]) => isKnown(key))))
  if (!parsed.ok) return parsed
  const strange = Object.fromEntries(fields.filter(([key]) => !isKnown(key)))
  return {ok: true, value: Object.assign(parsed.value as object, strange) as v.InferOutput<S>}
}
