/**
 * Lines of a segment as bytes: one line of JSON that ends in `"sum"`, the first 16 hex digits of the sha256 of its own
 * bytes without that field. So a damaged line is told from a whole one, and costs its own job alone.
 */
import type {JobId} from '../../core/brand.js'
import {
  endOf,
  jobLineText,
  lineSubject,
  type PackedJob,
  parsePackedJob,
  parseTaskResult,
  type TaskResult,
  taskLineText,
} from '../../core/packed.js'
import type {Parsed} from '../../core/parse-with.js'
import {decodeUtf8, sha256} from '../jobs/record-codec.js'

/** A line of a segment, and what has to be known of it to put it in its place. */
export interface Line {
  readonly id: JobId
  /** Null: the job itself. */
  readonly task: number | null
  /** Epoch milliseconds: lines are sorted by it. */
  readonly end: number
  readonly bytes: Uint8Array
}

const DIGITS = 16
const TAIL = new RegExp(`,"sum":"([0-9a-f]{${DIGITS}})"\\}\\n$`)
const TAIL_LENGTH = ',"sum":""}\n'.length + DIGITS

const sumOf = (text: string): string => sha256(text).slice(0, DIGITS)

const sealedBytes = (text: string): Uint8Array =>
  Buffer.from(`${text.slice(0, -1)},"sum":"${sumOf(text)}"}\n`)

export const jobLine = (job: PackedJob): Line => ({
  id: job.id,
  task: null,
  end: endOf(job),
  bytes: sealedBytes(jobLineText(job)),
})

export const taskLine = (result: TaskResult): Line => ({
  id: result.id,
  task: result.task,
  end: result.ended,
  bytes: sealedBytes(taskLineText(result)),
})

/** The value without its sum, or why the bytes are not what was written. */
const decodeLine = <T>(bytes: Uint8Array, parse: (value: unknown) => Parsed<T>): Parsed<T> => {
  const text = decodeUtf8(bytes)
  if (text === null) return {ok: false, why: 'not UTF-8'}
  const sum = TAIL.exec(text)?.[1]
  if (sum === undefined) return {ok: false, why: 'cut off: its checksum is missing'}
  const body = `${text.slice(0, -TAIL_LENGTH)}}`
  if (sumOf(body) !== sum) return {ok: false, why: 'its checksum does not fit'}
  // Our own words, by the sum: they need no strict parser.
  return parse(JSON.parse(body))
}

export const parseJobLine = (bytes: Uint8Array): Parsed<PackedJob> => decodeLine(bytes, parsePackedJob)
export const parseTaskLine = (bytes: Uint8Array): Parsed<TaskResult> => decodeLine(bytes, parseTaskResult)

/** As much as tells what a line is about. */
const HEAD = 48
const HEAD_BEGIN = '{"id":'

/** The number or null after the first such key that has one; as a label's key it has a text. Null: there is none. */
const numberAfter = (bytes: Buffer, key: string): number | 'null' | null => {
  for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + 1)) {
    const rest = bytes.toString('latin1', at + key.length, at + key.length + 17)
    const match = /^(?:(\d{1,16})[,}]|null)/.exec(rest)
    if (match !== null) return match[1] === undefined ? 'null' : Number(match[1])
  }
  return null
}

/** The same bytes, which can be searched. */
export const buffered = (line: Uint8Array): Buffer => Buffer.from(line.buffer, line.byteOffset, line.length)

export const isLineOf = (line: Uint8Array, id: number, task: number | null): boolean => {
  const subject = lineSubject(buffered(line).toString('latin1', 0, HEAD))
  return subject !== null && subject.id === id && subject.task === task
}

/** Null: no line of ours. Its sum is not looked at. */
export const lineOf = (line: Uint8Array): Line | null => {
  const bytes = buffered(line)
  const subject = lineSubject(bytes.toString('latin1', 0, HEAD))
  const ended = subject === null ? null : numberAfter(bytes, '"ended":')
  if (subject === null || ended === null) return null
  const end = ended === 'null' ? numberAfter(bytes, '"submitted":') : ended
  return typeof end === 'number' ? {...subject, end, bytes: line} : null
}

/** Up to here a line reaches whose own end is damaged, so that the next one stands behind it; null: there is none. */
const joint = (bytes: Buffer): number | null => {
  for (let at = bytes.indexOf(HEAD_BEGIN, 1); at > 0; at = bytes.indexOf(HEAD_BEGIN, at + 1)) {
    const tail = bytes.toString('latin1', Math.max(0, at - TAIL_LENGTH), at - 1)
    if (TAIL.test(`${tail}\n`)) return at
  }
  return null
}

/** What stands between two ends of lines: one line, or several where an end between them is damaged. */
export const unjoined = (line: Uint8Array): readonly Uint8Array[] => {
  const at = joint(buffered(line))
  return at === null ? [line] : [line.subarray(0, at), ...unjoined(line.subarray(at))]
}

/** The lines of a segment's bytes as they stand there, one behind another. */
export function* linesIn(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at)
    const next = end < 0 ? bytes.length : end + 1
    yield* unjoined(bytes.subarray(at, next))
    at = next
  }
}

/** Null in the place of one that is none of ours. */
export const splitLines = (bytes: Uint8Array): readonly (Line | null)[] => [...linesIn(bytes)].map(lineOf)
