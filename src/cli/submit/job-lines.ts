/**
 * The file of `god submit --from`: one job a line, all of it read and judged before anything is queued.
 * Lines without any word are passed over, so that a file may end as its writer likes; each other is a job, or is bad.
 */

import type {Settled} from '../../core/admission.js'
import {counted} from '../../core/amounts.js'
import type {LocalTime} from '../../core/begin-time.js'
import {GodError, type Refusal, refusal} from '../../core/errors.js'
import type {Wish} from '../../core/job.js'
import {type FormDefaults, parseJobForm} from '../../core/job-form.js'
import {MAX_REQUEST_BYTES} from '../../core/request.js'
import {readUserInput} from '../../host/user-input.js'
import {errno} from '../../store/disk/file-system.js'
import {decodeUtf8} from '../../store/jobs/record-codec.js'

const MAX_FILE_BYTES = 256 * 1024 * 1024

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  EISDIR: 'is a folder',
  EACCES: 'may not be read by you',
}

const HINT = 'Give a file with one JSON object a line, or - for standard input.'

/** As it is told to people. */
export const inputName = (from: string): string => (from === '-' ? 'standard input' : from)

export const readJobFile = async (from: string): Promise<Uint8Array> => {
  const name = inputName(from)
  try {
    const bytes = await readUserInput(from === '-' ? null : from, MAX_FILE_BYTES)
    if (bytes !== 'too large') return bytes
  } catch (error) {
    const code = errno(error)
    if (code === null) throw error
    throw new GodError('E_JOBS_BAD', `${name} ${WHY[code] ?? `cannot be read (${code})`}`, HINT, {
      cause: error,
    })
  }
  throw new GodError(
    'E_JOBS_BAD',
    `${name} is larger than ${MAX_FILE_BYTES / 1024 ** 2} MiB`,
    'Give it in several parts.',
  )
}

export interface JobLine {
  /** From 1. */
  readonly number: number
  readonly wish: Wish
  readonly settled: Settled
}

export interface BadLine {
  readonly number: number
  readonly refusal: Refusal
}

export interface JobLines {
  readonly jobs: readonly JobLine[]
  readonly bad: readonly BadLine[]
}

function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from)
    yield bytes.subarray(from, end < 0 ? bytes.length : end)
    from = end < 0 ? bytes.length : end + 1
  }
}

/** What a line means beside its own words. */
export interface Reading {
  readonly defaults: FormDefaults
  readonly local: LocalTime
}

/** Null: nothing stands there. */
const parseLine = (bytes: Uint8Array, {defaults, local}: Reading): Wish | Refusal | null => {
  if (bytes.length > MAX_REQUEST_BYTES)
    return refusal('E_REQUEST_TOO_LARGE', `it has more than ${MAX_REQUEST_BYTES} bytes`)
  const text = decodeUtf8(bytes)
  if (text === null) return refusal('E_SPEC_BAD', 'it is not UTF-8 text')
  return text.trim() === '' ? null : parseJobForm(text, local, defaults)
}

/** As the site sees it: it throws what it has against a job. */
export type Judge = (wish: Wish) => Settled

const judged = (wish: Wish, judge: Judge): Settled | Refusal => {
  try {
    return judge(wish)
  } catch (error) {
    if (error instanceof GodError && error.code !== 'E_BUG') return error
    throw error
  }
}

export const parseJobLines = (bytes: Uint8Array, reading: Reading, judge: Judge): JobLines => {
  const jobs: JobLine[] = []
  const bad: BadLine[] = []
  let number = 0
  for (const line of linesOf(bytes)) {
    number++
    const wish = parseLine(line, reading)
    if (wish === null) continue
    const settled = 'code' in wish ? wish : judged(wish, judge)
    if ('code' in settled) bad.push({number, refusal: settled})
    else if (!('code' in wish)) jobs.push({number, wish, settled})
  }
  return {jobs, bad}
}

/** Bad lines that are told one by one. */
const MOST_TOLD = 20

export const lineText = ({number, refusal: {message}}: BadLine): string => `line ${number}: ${message}`

export const toldLines = (bad: readonly BadLine[]): readonly BadLine[] => bad.slice(0, MOST_TOLD)

/** What ends the command; each line for itself is told of before. */
export const badLinesError = (from: string, {jobs, bad}: JobLines): GodError => {
  const all = jobs.length + bad.length
  const [first] = bad
  const same = bad.every(({refusal: {code}}) => code === first?.refusal.code)
  const code = same && first !== undefined ? first.refusal.code : 'E_JOBS_BAD'
  const more = bad.length > MOST_TOLD ? `, the first ${MOST_TOLD} are told` : ''
  const what = `${bad.length} of ${counted(all, 'job')} in ${inputName(from)} ${bad.length === 1 ? 'is' : 'are'} bad${more}`
  return new GodError(code, `${what}; nothing was queued`, 'Correct these lines and submit the file again.')
}

export const noJobs = (from: string): GodError =>
  new GodError('E_JOBS_BAD', `there is no job in ${inputName(from)}; nothing was queued`, HINT)
