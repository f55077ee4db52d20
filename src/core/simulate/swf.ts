/**
 * The Standard Workload Format, line by line: `;` opens a header or a remark, a job is 18 numbers separated by blanks,
 * -1 is "unknown", decimals are allowed. Pure. What a row means is judged by `filter.ts`; here only whether it is one.
 */
import {jobId} from '../brand.js'
import {MOST_SECONDS, type TraceRow} from './workload.js'

const FIELDS = [
  'job number',
  'submit time',
  'wait time',
  'run time',
  'allocated processors',
  'cpu time',
  'used memory',
  'requested processors',
  'requested time',
  'requested memory',
  'status',
  'user',
  'group',
  'executable',
  'queue',
  'partition',
  'preceding job',
  'think time',
] as const

/** Places of the fields that are times, and may be told by their amount to be none. */
const TIMES = [1, 3, 8] as const

/** What numbers are written with: so no word of a line is one by a way of writing that this format has not (`0x10`). */
const NUMBERS = /^[-+.\deE\s]+$/

const KIB = 1024

export type SwfLine =
  | {readonly kind: 'row'; readonly row: TraceRow}
  /** `key` in lower case. */
  | {readonly kind: 'header'; readonly key: string; readonly value: string}
  | {readonly kind: 'nothing'}
  | {readonly kind: 'bad'; readonly why: string}

const bad = (why: string): SwfLine => ({kind: 'bad', why})

const NOTHING: SwfLine = {kind: 'nothing'}

const headerOf = (line: string): SwfLine => {
  const match = /^;\s*([A-Za-z]+)\s*:\s*(.*)$/.exec(line)
  const [, key, value] = match ?? []
  return key === undefined ? NOTHING : {kind: 'header', key: key.toLowerCase(), value: (value ?? '').trim()}
}

/** A number of people and things: unknown is nobody's. */
const named = (value: number): string => (value < 0 ? 'unknown' : String(value))

const faultIn = (values: readonly number[]): string | null => {
  const job = values[0] ?? -1
  if (!Number.isSafeInteger(job) || job < 0) return `its job number is ${job}, no whole number from 0`
  const absurd = TIMES.find(place => Math.abs(values[place] ?? 0) > MOST_SECONDS)
  if (absurd === undefined) return null
  return `its ${FIELDS[absurd]} is ${values[absurd]} s, and more than ${MOST_SECONDS} s is no time of a trace`
}

const rowOf = (at: number, values: readonly number[]): TraceRow => {
  const value = (field: (typeof FIELDS)[number]): number => values[FIELDS.indexOf(field)] ?? -1
  const [allocated, requested] = [value('allocated processors'), value('requested processors')]
  const perProcessor = value('requested memory')
  const processors = requested > 0 ? requested : allocated
  return {
    at,
    job: jobId(value('job number')),
    submit: value('submit time'),
    run: value('run time'),
    limit: value('requested time'),
    allocated,
    requested,
    memory: perProcessor > 0 && processors > 0 ? Math.ceil(perProcessor * KIB * processors) : -1,
    gpus: 0,
    user: named(value('user')),
    project: named(value('group')),
    queue: named(value('queue')),
    nice: 0,
    priority: 0,
  }
}

/** Of a line that a person must find again. */
const shown = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text)

/** `at`: the line's number, from 1. */
export const parseSwfLine = (text: string, at: number): SwfLine => {
  const line = text.trim()
  if (line === '') return NOTHING
  if (line.startsWith(';')) return headerOf(line)
  const words = line.split(/\s+/)
  if (words.length !== FIELDS.length)
    return bad(`it has ${words.length} fields, and a job of this format has ${FIELDS.length}: ${shown(line)}`)
  const values = words.map(Number)
  const wrong = words.findIndex((word, i) => !NUMBERS.test(word) || !Number.isFinite(values[i]))
  if (wrong >= 0) return bad(`its ${FIELDS[wrong]} is ${shown(words[wrong] ?? '')}, no number`)
  const fault = faultIn(values)
  return fault === null ? {kind: 'row', row: rowOf(at, values)} : bad(fault)
}
