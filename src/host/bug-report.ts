/** Where the stack of an unforeseen error goes: a private file that the user can send, instead of his terminal. */
import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const textOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncause: ${textOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}

/** Null: nowhere to write it. */
export const writeBugReport = (error: unknown): string | null => {
  try {
    const path = join(mkdtempSync(join(tmpdir(), 'god-report-')), 'report.txt')
    writeFileSync(path, `node ${process.version} on ${process.platform}\n${textOf(error)}\n`, {mode: 0o600})
    return path
  } catch {
    return null
  }
}
