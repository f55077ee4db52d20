/**
 * `god logs`: a job's output, from its file; followed by the clock until the job is over.
 *
 * The file is opened anew at each look, guarded, because a new attempt writes a new one; a file that became shorter
 * is read from its beginning. Works before the start: then there is nothing yet.
 */
import {nth} from '../core/array/range.js'
import {setsOf} from '../core/array/record.js'
import {GodError} from '../core/errors.js'
import type {JobRecord} from '../core/job.js'
import {partKey} from '../core/part-key.js'
import {parseSelector} from '../core/selector.js'
import {isOver} from '../core/state.js'
import {neutraliseOutput, withoutColours} from '../core/text.js'
import {openOutput} from '../store/jobs/output-file.js'
import {ownAttempt} from '../store/layout.js'
import {SCHEMA} from './jobs/job-json.js'
import type {JobView} from './jobs/job-view.js'
import {findPart, selectOne} from './jobs/listing.js'
import {specOf} from './jobs/packed-jobs.js'
import {outputFilesOf} from './output-files.js'
import type {Pages} from './screen/pager.js'
import type {Screen} from './screen/screen.js'
import {isShut, shutError} from './shut-output.js'
import type {Site} from './site.js'

/** Milliseconds between two looks while following. */
const LOOK = 250
/** Looks after its end in which its service gives the output of a job that was root inside to its user. */
const GIVING = 40
const CHUNK = 64 * 1024

export interface LogsOptions {
  readonly selector: string
  /** Standard error instead of output. */
  readonly error: boolean
  /** Last lines only; null = all. */
  readonly tail: number | null
  readonly follow: boolean
  readonly signal: AbortSignal
}

interface Source {
  readonly record: JobRecord
  readonly folder: string
  readonly path: string
}

const sourceOf = (site: Site, record: JobRecord, error: boolean): Source => {
  const wish = specOf(site, record.id)?.wish ?? {}
  const files = outputFilesOf(site, record, wish)
  const {path, onHost} = error ? files.error : files.output
  if (onHost)
    return {record, folder: site.layout.workOf(record.uid, partKey(record), ownAttempt(record)), path}
  throw new GodError(
    'E_SPEC_BAD',
    `the output of job ${record.id} is at ${path} inside its container`,
    'Read it where that path is mounted.',
  )
}

const readAt = (site: Site, fd: number, position: number): Uint8Array => {
  const chunk = new Uint8Array(CHUNK)
  return chunk.subarray(0, site.durable.fs.read(fd, chunk, position))
}

/** Offset at which the last `lines` lines begin. */
const tailStart = (site: Site, fd: number, lines: number): number => {
  const {size} = site.durable.fs.fstat(fd)
  if (lines === 0) return size
  let wanted = lines
  for (let end = size; end > 0; end -= CHUNK) {
    const start = Math.max(0, end - CHUNK)
    const chunk = readAt(site, fd, start).subarray(0, end - start)
    for (let i = chunk.length - 1; i >= 0; i--) {
      // The newline that ends the file begins no line.
      if (chunk[i] !== 10 || start + i === size - 1) continue
      wanted -= 1
      if (wanted === 0) return start + i + 1
    }
  }
  return 0
}

/** Takes some output; resolves when it has room for more. */
type Emit = (bytes: Uint8Array) => void | Promise<void>

interface Position {
  at: number | null
  /** Looks at an output that is not given to its user yet, though its job is over. */
  shut: number
}

/** Where its owner or root is told so, something is amiss; others may not read it in any case. */
const unreadable = (site: Site, {record: {id, uid, user}, path}: Source, why: string): GodError =>
  site.uid === uid || site.uid === 0
    ? new GodError('E_NOT_PERMITTED', `${path} is not read: ${why}`)
    : new GodError(
        'E_NOT_PERMITTED',
        `the output of job ${id} is read by ${user} and root alone`,
        `Ask ${user}.`,
      )

/** Everything new since the last look. */
const drain = async (
  site: Site,
  source: Source,
  position: Position,
  tail: number | null,
  emit: Emit,
): Promise<void> => {
  const opened = openOutput(site.durable.fs, source.folder, source.path)
  if (opened.kind === 'absent') return
  if (opened.kind === 'unsafe') throw unreadable(site, source, opened.why)
  try {
    const {size} = site.durable.fs.fstat(opened.fd)
    position.at ??= tail === null ? 0 : tailStart(site, opened.fd, tail)
    if (size < position.at) position.at = 0
    for (
      let chunk = readAt(site, opened.fd, position.at);
      chunk.length > 0;
      chunk = readAt(site, opened.fd, position.at)
    ) {
      await emit(chunk)
      position.at += chunk.length
    }
  } finally {
    site.durable.fs.close(opened.fd)
  }
}

const interrupted = (job: JobView): GodError =>
  new GodError(
    'E_INTERRUPTED',
    `interrupted; job ${job.id} is left alone`,
    `End it with 'god kill ${job.id}'.`,
  )

/** Each of its tasks has an output of its own. */
const isArray = (job: JobView): GodError =>
  new GodError(
    'E_SELECTOR_BAD',
    `job ${job.id} is an array; its tasks have an output each`,
    `Name one: 'god logs ${job.id}[${job.array === undefined ? 1 : nth(setsOf(job.array).range, 0)}]'.`,
  )

/** True: there is nothing more to come. */
const lookOnce = async (
  site: Site,
  {record, state}: JobView,
  options: LogsOptions,
  position: Position,
  emit: Emit,
): Promise<boolean> => {
  if (record === null) return !options.follow || isOver(state)
  if (isShut(site, record)) {
    if (isOver(state) ? position.shut++ >= GIVING : !options.follow) throw shutError(record)
    return false
  }
  await drain(site, sourceOf(site, record, options.error), position, options.tail, emit)
  return !options.follow || isOver(state)
}

/** The job as it was at the last look. */
export const followLogs = async (site: Site, options: LogsOptions, emit: Emit): Promise<JobView> => {
  const first = selectOne(site, parseSelector(options.selector))
  if (first.array !== undefined) throw isArray(first)
  const position: Position = {at: null, shut: 0}
  for (;;) {
    const job = findPart(site, partKey(first)) ?? first
    if (await lookOnce(site, job, options, position, emit)) return job
    if (options.signal.aborted) throw interrupted(job)
    await site.delay(LOOK, options.signal)
  }
}

export interface OutputWriter {
  readonly write: (bytes: Uint8Array) => Promise<void>
  readonly end: () => Promise<void>
  readonly bytes: () => number
  /** With `--json`: everything, as text. */
  readonly text: () => string
}

const END_COLOURS = '\u001b[0m'

/** Bytes as they are into a pipe; harmless text onto a terminal; kept for the one document of `--json`. */
export const outputWriter = (screen: Screen, pages: Pages): OutputWriter => {
  const decoder = new TextDecoder('utf-8', {ignoreBOM: true})
  let bytes = 0
  let kept = ''
  let coloured = false
  const put = async (text: string): Promise<void> => {
    if (screen.json) kept += text
    else {
      const harmless = neutraliseOutput(text)
      const safe = screen.terminal.colour ? harmless : withoutColours(harmless)
      coloured ||= safe.includes('\u001b')
      await pages.write(safe)
    }
  }
  const decodes = screen.json || screen.terminal.tty
  return {
    write: async chunk => {
      bytes += chunk.length
      if (decodes) await put(decoder.decode(chunk, {stream: true}))
      else screen.terminal.writeBytes(chunk)
    },
    end: async () => {
      if (decodes) await put(decoder.decode())
      if (coloured) await pages.write(END_COLOURS)
      await pages.end()
    },
    bytes: () => bytes,
    text: () => kept,
  }
}

/** Where there is no output: is there none yet, or will there be none? */
export const silence = ({id, task, state}: JobView): string =>
  `job ${partKey({id, task})} is ${state}: no output${isOver(state) ? '' : ' yet'}`

export const logsJson = ({id, task, state}: JobView, text: string): object => ({
  schema: SCHEMA,
  id,
  ...(task === undefined ? {} : {task}),
  state,
  text,
})
