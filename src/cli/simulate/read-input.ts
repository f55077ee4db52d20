/**
 * The files of `god simulate`: traces and lists of nodes, plain or gzipped, from a path or standard input. Read whole and
 * judged before anything is replayed; bounded also in what a small file unpacks to.
 */
import {gunzipSync} from 'node:zlib'
import type {NodeReport} from '@god-cli/api'
import {GodError} from '../../core/errors.js'
import {parseNodeLine} from '../../core/simulate/nodes-file.js'
import {type Fault, parseTrace, type Trace} from '../../core/simulate/trace.js'
import {readUserInput} from '../../host/user-input.js'
import {errno} from '../../store/disk/file-system.js'
import {inputName} from '../submit/job-lines.js'

const MAX_BYTES = 256 * 1024 * 1024
const TOO_LARGE = `is larger than ${MAX_BYTES / 1024 ** 2} MiB`

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  EISDIR: 'is a folder',
  EACCES: 'may not be read by you',
}

const traceError = (from: string, why: string, hint: string, cause?: unknown): GodError =>
  new GodError('E_TRACE_BAD', `${inputName(from)} ${why}`, hint, {cause})

const readBytes = async (from: string, hint: string): Promise<Buffer> => {
  try {
    const bytes = await readUserInput(from === '-' ? null : from, MAX_BYTES)
    if (bytes !== 'too large') return bytes
  } catch (error) {
    const code = errno(error)
    if (code === null) throw error
    throw traceError(from, WHY[code] ?? `cannot be read (${code})`, hint, error)
  }
  throw traceError(from, TOO_LARGE, 'Give a part of it.')
}

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

const unpacked = (from: string, bytes: Buffer): Buffer => {
  if (!isGzip(bytes)) return bytes
  try {
    return gunzipSync(bytes, {maxOutputLength: MAX_BYTES})
  } catch (error) {
    const why =
      errno(error) === 'ERR_BUFFER_TOO_LARGE' ? `${TOO_LARGE} when unpacked` : 'is no whole gzip file'
    throw traceError(from, why, 'Get it again, or give a part of it.', error)
  }
}

/** Not split at once: of a large trace that would be millions of texts. */
class Lines implements Iterable<string> {
  constructor(private readonly bytes: Buffer) {}

  *[Symbol.iterator](): Generator<string> {
    for (let from = 0; from < this.bytes.length; ) {
      const end = this.bytes.indexOf(0x0a, from)
      yield this.bytes.toString('utf8', from, end < 0 ? this.bytes.length : end)
      from = end < 0 ? this.bytes.length : end + 1
    }
  }
}

const readLines = async (from: string, hint: string): Promise<Lines> =>
  new Lines(unpacked(from, await readBytes(from, hint)))

const refuseFaults = (from: string, faults: readonly Fault[], hint: string): void => {
  const [first] = faults
  if (first === undefined) return
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  throw new GodError('E_TRACE_BAD', `${inputName(from)}, ${first.where}: ${first.why}${more}`, hint)
}

const TRACE_HINT =
  'Give a trace in the Standard Workload Format, or jobs as JSON; gzipped or not. See god help simulate.'

export const readTrace = async (from: string): Promise<Trace> => {
  const trace = parseTrace(await readLines(from, TRACE_HINT))
  refuseFaults(from, trace.faults, TRACE_HINT)
  if (trace.rows.length === 0) throw traceError(from, 'has no jobs in it', TRACE_HINT)
  return trace
}

const NODES_HINT =
  'Write one node a line: {"name":"n1","cpus":64,"mem":"256G","gpus":2,"labels":{},"resources":{"fpga":1}}'

export const readNodes = async (from: string): Promise<readonly NodeReport[]> => {
  const nodes = new Map<string, NodeReport>()
  const faults: Fault[] = []
  let at = 0
  for (const line of await readLines(from, NODES_HINT)) {
    at++
    if (line.trim() === '') continue
    const parsed = parseNodeLine(line)
    if (!parsed.ok) faults.push({where: `line ${at}`, why: parsed.why})
    else if (nodes.has(parsed.value.name))
      faults.push({where: `line ${at}`, why: `the node ${parsed.value.name} was named before`})
    else nodes.set(parsed.value.name, parsed.value)
  }
  refuseFaults(from, faults, NODES_HINT)
  if (nodes.size === 0) throw traceError(from, 'has no nodes in it', NODES_HINT)
  return [...nodes.values()]
}
