/**
 * Reading `go-d.ini`: the text as assignments, each with its file and line, so that every complaint can name them.
 *
 * The grammar is the `ini` package's; lines are found again by a scan. A file that others may write is not obeyed.
 * A missing file is the caller's business: it is told apart from one that cannot be read.
 */
import {closeSync, fstatSync, openSync, readFileSync} from 'node:fs'
import {parse} from 'ini'
import {GodError} from '../core/errors.js'
import type {Assignment} from '../core/settings.js'

const MOST_BYTES = 1024 * 1024

const bad = (path: string, why: string, hint = ''): GodError =>
  new GodError('E_CONFIG_BAD', `${path}: ${why}`, hint)

/** Null: there is no such file. */
export const readConfigText = (path: string): string | null => {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw bad(path, `cannot be read: ${code}`, 'Its owner must let you read it.')
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw bad(path, 'is not a file')
    if ((stat.mode & 0o022) !== 0) throw bad(path, 'can be written by others', `Close it: chmod go-w ${path}`)
    if (stat.size > MOST_BYTES) throw bad(path, `is larger than ${MOST_BYTES} bytes`)
    return readFileSync(fd, 'utf8')
  } finally {
    closeSync(fd)
  }
}

/** Line of the last assignment of each key, counted from 1; a key that stands twice is refused. */
const findLines = (path: string, text: string): ReadonlyMap<string, number> => {
  const lines = new Map<string, number>()
  let section = ''
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const header = /^\s*\[([^\]]*)\]/.exec(line)
    if (header?.[1] !== undefined) section = `${header[1].trim()}.`
    const key = /^\s*([^\s=;#[][^=]*?)\s*(?:=|$)/.exec(line)?.[1]
    if (key === undefined) continue
    const full = `${section}${key}`
    if (lines.has(full))
      throw bad(`${path}:${index + 1}`, `'${full}' stands twice (first in line ${lines.get(full)})`)
    lines.set(full, index + 1)
  }
  return lines
}

const flatten = (value: unknown, prefix = ''): readonly [string, string][] => {
  if (typeof value !== 'object' || value === null) return [[prefix, String(value)]]
  return Object.entries(value).flatMap(([key, inner]) =>
    flatten(inner, prefix === '' ? key : `${prefix}.${key}`),
  )
}

export const parseAssignments = (path: string, text: string): readonly Assignment[] => {
  if (text.includes('\0')) throw bad(path, 'is not a text file')
  const lines = findLines(path, text)
  return flatten(parse(text)).map(([key, value]) => ({
    key,
    value,
    origin: lines.has(key) ? `${path}:${lines.get(key)}` : path,
  }))
}
