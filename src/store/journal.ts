/**
 * The journal: one JSON line for each transition, for audit, never read for decisions (state.md 2).
 * One writer per file; a line lost in a crash is no loss of state. Names and reasons are bounded by their parsers.
 */
import {join} from 'node:path'
import type {FileSystem} from './disk/file-system.js'
import {writeAll} from './disk/temporary.js'
import {endsInSum, sha256} from './jobs/record-codec.js'
import type {Layout} from './layout.js'

export interface JournalEntry {
  /** Epoch milliseconds. */
  readonly at: number
  readonly what: string
  readonly id?: number
  readonly rev?: number
  readonly from?: string
  readonly to?: string
  readonly attempt?: number
  readonly epoch?: number
  readonly node?: string | null
  readonly by?: string
  readonly text?: string
  /** Of an array: which tasks came into which state, with their attempts. */
  readonly tasks?: readonly (readonly [task: number, state: string, attempt: number])[]
}

export interface Journal {
  write(entry: JournalEntry): void
}

export interface Writer {
  readonly role: string
  readonly host: string
  readonly pid: number
  /** Epoch milliseconds -> ISO 8601. */
  readonly iso: (at: number) => string
}

/** Day, role, host, process. */
export const JOURNAL_NAME = /^\d{4,}-\d\d-\d\d\.[a-z]+-.+-\d+\.ndjson$/

/** Short: a line is judged by itself, and nothing is decided on it. */
const SUM_DIGITS = 8
const LINE = /^(.*),"sum":"([0-9a-f]{8})"\}$/

const sumOf = (text: string): string => sha256(text).slice(0, SUM_DIGITS)

const lineOf = (entry: object): string => {
  const text = JSON.stringify(entry)
  return `${text.slice(0, -1)},"sum":"${sumOf(text)}"}\n`
}

/** Of a damaged sum so many characters may be others. */
const MOST_ODD = 2

/** Of before lines had sums: an object at least. */
const isWhole = (line: string): boolean => {
  const [, body, sum] = LINE.exec(line) ?? []
  if (body !== undefined) return sumOf(`${body}}`) === sum
  if (endsInSum(line, SUM_DIGITS, '', MOST_ODD)) return false
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !('sum' in value)
  } catch {
    return false
  }
}

/** Of fsck: how many lines are damaged, or null. A line that a kill or a full disk cut off is one too. */
export const judgeJournal = (bytes: Uint8Array): string | null => {
  if (bytes.length === 0) return 'it is empty'
  const lines = Buffer.from(bytes).toString('utf8').split('\n')
  const bad = lines.flatMap((line, i) => (line === '' || isWhole(line) ? [] : [i + 1]))
  const [first] = bad
  if (first === undefined) return null
  return bad.length === 1
    ? `line ${first} is damaged`
    : `${bad.length} lines are damaged, the first is ${first}`
}

export const createJournal = (fs: FileSystem, layout: Layout, writer: Writer): Journal => {
  /** The last line may have been cut off by a full disk: the next one starts afresh. */
  let torn = false
  return {
    write: entry => {
      const at = writer.iso(entry.at)
      const name = `${at.slice(0, 10)}.${writer.role}-${writer.host}-${writer.pid}.ndjson`
      const fd = fs.open(join(layout.journal, name), 'append', 0o644)
      try {
        const line = `${torn ? '\n' : ''}${lineOf({...entry, at})}`
        torn = true
        writeAll(fs, fd, Buffer.from(line))
        torn = false
      } finally {
        fs.close(fd)
      }
    },
  }
}
