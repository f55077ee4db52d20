/**
 * Reading `go-d.ini`: the text as assignments, each with its file and line, so that every complaint can name them.
 *
 * The grammar is the `ini` package's, asked line by line: INI has no values of several lines, and so each assignment
 * knows its line. A file that others may write is not obeyed, and a FIFO in its place cannot hold us.
 * A missing file is the caller's business: it is told apart from one that cannot be read.
 */
import {closeSync, constants, fstatSync, openSync, readFileSync} from 'node:fs'
import {parse} from 'ini'
import {GodError} from '../core/errors.js'
import type {Assignment} from '../core/settings/settings.js'

const MOST_BYTES = 1024 * 1024

const bad = (path: string, why: string, hint = ''): GodError =>
  new GodError('E_CONFIG_BAD', `${path}: ${why}`, hint)

/** Null: there is no such file. */
export const readConfigText = (path: string): string | null => {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
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

/** A value in quotes is read as JSON, which may be nested without end. */
const MOST_DEPTH = 4

const flatten = (value: unknown, prefix = '', depth = 0): readonly [string, string][] => {
  if (typeof value !== 'object' || value === null) return [[prefix, String(value)]]
  if (depth > MOST_DEPTH) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    flatten(inner, prefix === '' ? key : `${prefix}.${key}`, depth + 1),
  )
}

/** What the grammar reads in one way only: so the package is loaded where a line has more in it. */
const PLAIN = /^([a-z][a-z0-9_]*) ?= ?([\w./:@+-][\w./:@,+ -]*)$/

const entryOf = (line: string): readonly [string, string] | undefined => {
  const [, key, value] = PLAIN.exec(line) ?? []
  return key === undefined || value === undefined ? flatten(parse(line))[0] : [key, value]
}

/** Most lines are: they cost nothing more at each start. */
const isBlank = (line: string): boolean => line === '' || line.startsWith(';') || line.startsWith('#')

const SECTION = /^\[([^\]]*)\]$/

export const parseAssignments = (path: string, text: string): readonly Assignment[] => {
  if (text.includes('\0')) throw bad(path, 'is not a text file')
  const found = new Map<string, Assignment>()
  let section = ''
  for (const [index, raw] of text.split(/\r\n|[\r\n]/).entries()) {
    const line = raw.trim()
    if (isBlank(line)) continue
    const header = SECTION.exec(line)
    if (header !== null) {
      section = `${header[1]?.trim()}.`
      continue
    }
    const origin = `${path}:${index + 1}`
    // A line that the grammar drops (a key named __proto__) would be obeyed by nobody and missed by nobody.
    const entry = entryOf(line)
    if (entry === undefined) throw bad(origin, 'cannot be read', 'Write KEY = VALUE.')
    const key = `${section}${entry[0]}`
    const earlier = found.get(key)
    if (earlier !== undefined) throw bad(origin, `'${key}' stands twice (first at ${earlier.origin})`)
    found.set(key, {key, value: entry[1], origin})
  }
  return [...found.values()]
}
