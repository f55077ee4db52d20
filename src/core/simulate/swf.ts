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
  | {readonly kind: 'row'; readonly values: readonly number[]}
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

/** The fields that a replay goes by, as places among all. */
const KEPT = [0, 1, 3, 4, 7, 8, 9, 11, 12, 14] as const

/** With the number of the line before them. */
const WIDTH = KEPT.length + 1

const rowOf = (numbers: Float64Array): TraceRow => {
  const [at = 0, job = 0, submit = 0, run = 0, allocated = 0, requested = 0, limit = 0] = numbers
  const [perProcessor = 0, user = 0, group = 0, queue = 0] = numbers.subarray(7)
  const processors = requested > 0 ? requested : allocated
  return {
    at,
    job: jobId(job),
    submit,
    run,
    limit,
    allocated,
    requested,
    memory: perProcessor > 0 && processors > 0 ? Math.ceil(perProcessor * KIB * processors) : -1,
    gpus: 0,
    user: named(user),
    project: named(group),
    queue: named(queue),
    nice: 0,
    priority: 0,
  }
}

/** Rows as bare numbers, which take less than half of the place: a trace may have a million. */
export class SwfRows implements Iterable<TraceRow> {
  private numbers = new Float64Array(1024 * WIDTH)
  private used = 0

  get length(): number {
    return this.used / WIDTH
  }

  add(at: number, values: readonly number[]): void {
    if (this.used === this.numbers.length) {
      const more = new Float64Array(2 * this.used)
      more.set(this.numbers)
      this.numbers = more
    }
    this.numbers[this.used++] = at
    for (const place of KEPT) this.numbers[this.used++] = values[place] ?? 0
  }

  *[Symbol.iterator](): Generator<TraceRow> {
    for (let i = 0; i < this.used; i += WIDTH) yield rowOf(this.numbers.subarray(i, i + WIDTH))
  }
}

/** Of a line that a person must find again. */
const shown = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text)

export const parseSwfLine = (text: string): SwfLine => {
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
  return fault === null ? {kind: 'row', values} : bad(fault)
}
