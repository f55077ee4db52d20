/**
 * The journal: one JSON line for each transition, for audit, never read for decisions (state.md 2).
 * One writer per file; a line lost in a crash is no loss of state. Names and reasons are bounded by their parsers.
 */
import {join} from 'node:path'
import type {FileSystem} from './file-system.js'
import type {Layout} from './layout.js'
import {writeAll} from './temporary.js'

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

export const createJournal = (fs: FileSystem, layout: Layout, writer: Writer): Journal => {
  /** The last line may have been cut off by a full disk: the next one starts afresh. */
  let torn = false
  return {
    write: entry => {
      const at = writer.iso(entry.at)
      const name = `${at.slice(0, 10)}.${writer.role}-${writer.host}-${writer.pid}.ndjson`
      const fd = fs.open(join(layout.journal, name), 'append', 0o644)
      try {
        const line = `${torn ? '\n' : ''}${JSON.stringify({...entry, at})}\n`
        torn = true
        writeAll(fs, fd, Buffer.from(line))
        torn = false
      } finally {
        fs.close(fd)
      }
    },
  }
}
