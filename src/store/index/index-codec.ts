/**
 * The bytes of an index file (state.md 11): a head line, then one slice of rows for each user, so that a reader of a
 * few jobs parses a few rows.
 *
 * Each part carries a checksum and is believed by it: what is torn, flipped or of another version is as if it were not
 * there. In a slice one record stands whole, all as what differs from it: jobs resemble each other.
 */
import {type Uid, uid} from '../../core/brand.js'
import type {JobRecord} from '../../core/job.js'
import {STATES} from '../../core/state.js'
import {checksum} from '../disk/checksum.js'
import type {Stored} from '../jobs/revision.js'
import {bucketOf} from '../layout.js'

/** Of a folder: as long as both are the same, no name in it has come or gone (but see `exact`). */
export interface Stamp {
  readonly ino: number
  readonly mtimeMs: number
}

export const sameStamp = (a: Stamp, b: Stamp): boolean => a.ino === b.ino && a.mtimeMs === b.mtimeMs

/** Where a user's rows lie, from the end of the head line. */
interface Slice {
  readonly uid: Uid
  readonly at: number
  readonly bytes: number
  readonly sum: number
}

export interface IndexHead {
  readonly bucket: number
  /** The bucket folder's, taken before its names were listed. */
  readonly stamp: Stamp
  /** A later change has another stamp: as long as the folder has this one, the rows are all that counts. */
  readonly exact: boolean
  /** After a power loss a number may come back with other content. Empty: of no meaning here. */
  readonly boot: string
  readonly slices: readonly Slice[]
}

/** Of the head. */
export const LINE_END = 10

/** Raised whenever a record is parsed to another shape than before. */
const VERSION = 2

interface HeadJson {
  readonly v: typeof VERSION
  readonly bucket: number
  readonly ino: number
  readonly mtimeMs: number
  readonly exact: boolean
  readonly boot: string
  readonly slices: readonly (readonly [uid: number, at: number, bytes: number, sum: number])[]
}

type Fields = Readonly<Record<string, unknown>>

/** Values are compared as JSON; texts of the first record are made once. */
const differences = (base: Fields, texts: ReadonlyMap<string, string>, record: Fields): Fields => {
  const differing: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(record)) {
    if (value === base[key]) continue
    if (typeof value === 'object' && JSON.stringify(value) === texts.get(key)) continue
    differing[key] = value
  }
  return differing
}

const shape = (record: JobRecord): string => Object.keys(record).join()

/** What there is of a user that has anything. */
type Some = [Stored, ...Stored[]]

/** The first of those in the commonest state: of a hundred that wait, what has run differs in a dozen fields. */
const usualOf = (stored: Readonly<Some>): JobRecord => {
  const counts = new Map<JobRecord['state'], number>()
  for (const {record} of stored) counts.set(record.state, (counts.get(record.state) ?? 0) + 1)
  const most = Math.max(...counts.values())
  return (stored.find(({record}) => counts.get(record.state) === most) ?? stored[0]).record
}

const encodeSlice = (stored: Readonly<Some>): string => {
  const base = usualOf(stored)
  const texts = new Map(Object.entries(base).map(([key, value]) => [key, JSON.stringify(value)]))
  const usual = shape(base)
  const rows = stored.map(({record, sha256: sum}) =>
    shape(record) === usual ? [sum, differences(base, texts, record)] : [sum, record, 'whole'],
  )
  return JSON.stringify({base, rows})
}

const byUser = (stored: readonly Stored[]): ReadonlyMap<Uid, Readonly<Some>> => {
  const users = new Map<Uid, Some>()
  for (const one of stored) {
    const own = users.get(one.record.uid)
    if (own === undefined) users.set(one.record.uid, [one])
    else own.push(one)
  }
  return users
}

export const encodeIndex = (head: Omit<IndexHead, 'slices'>, stored: readonly Stored[]): Uint8Array => {
  const slices: [number, number, number, number][] = []
  const parts: Uint8Array[] = []
  let at = 0
  for (const [owner, own] of byUser(stored)) {
    const bytes = Buffer.from(`${encodeSlice(own)}\n`)
    slices.push([owner, at, bytes.length, checksum(bytes)])
    parts.push(bytes)
    at += bytes.length
  }
  const {bucket, stamp, exact, boot} = head
  const json: HeadJson = {v: VERSION, bucket, ...stamp, exact, boot, slices}
  const text = JSON.stringify(json)
  return Buffer.concat([Buffer.from(`${checksum(Buffer.from(text))} ${text}\n`), ...parts])
}

type SliceTuple = HeadJson['slices'][number]

const isPlace = (n: unknown): boolean => Number.isSafeInteger(n) && Number(n) >= 0

const isTuple = (slice: unknown): slice is SliceTuple =>
  Array.isArray(slice) && slice.length === 4 && slice.every(isPlace)

/** A look at it is enough: the checksum says that it was written here, and a hundred of them are read at once. */
const isHead = (value: unknown): value is HeadJson & {readonly slices: readonly unknown[]} =>
  typeof value === 'object' &&
  value !== null &&
  'v' in value &&
  value.v === VERSION &&
  'slices' in value &&
  Array.isArray(value.slices)

/** Null: it is none. */
const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const SPACE = 0x20

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')

/** Null: without its checksum, or with another one. */
const wholeBody = (line: Uint8Array): Uint8Array | null => {
  const space = line.indexOf(SPACE)
  if (space < 0 || line.at(-1) !== LINE_END) return null
  const body = line.subarray(space + 1, -1)
  return textOf(line.subarray(0, space)) === String(checksum(body)) ? body : null
}

/**
 * Null: damaged, of another version, or of another bucket than the file's name says. `only`: whose slice is asked for, of
 * very many heads.
 */
export const decodeHead = (line: Uint8Array, bucket: number, only?: Uid): IndexHead | null => {
  const body = wholeBody(line)
  const json = body === null ? null : jsonIn(textOf(body))
  if (!isHead(json) || json.bucket !== bucket) return null
  const {ino, mtimeMs, exact, boot} = json
  const wanted: readonly unknown[] =
    only === undefined ? json.slices : json.slices.filter(slice => Array.isArray(slice) && slice[0] === only)
  if (!wanted.every(isTuple)) return null
  const slices = wanted.map(([owner, at, bytes, sum]) => ({uid: uid(owner), at, bytes, sum}))
  return {bucket, stamp: {ino, mtimeMs}, exact, boot, slices}
}

/** Of a sha256 in hexadecimal digits. */
const SUM_LENGTH = 64

const isPlausible = ({id, rev, uid: owner, state}: JobRecord, slice: Slice, bucket: number): boolean =>
  Number.isSafeInteger(id) &&
  bucketOf(id) === bucket &&
  Number.isSafeInteger(rev) &&
  rev >= 1 &&
  owner === slice.uid &&
  STATES.includes(state)

/** The checksum says that the service wrote it, in this version's form: it is not parsed field by field. */
const rowOf = (base: JobRecord, row: unknown): Stored | null => {
  if (!Array.isArray(row)) return null
  const [sum, fields, kind]: readonly unknown[] = row
  if (typeof sum !== 'string' || sum.length !== SUM_LENGTH || typeof fields !== 'object' || fields === null)
    return null
  const record = kind === 'whole' ? fields : {...base, ...fields}
  return {record: record as JobRecord, sha256: sum, proposed: true}
}

interface SliceJson {
  readonly base: JobRecord
  readonly rows: readonly unknown[]
}

const isSlice = (value: unknown): value is SliceJson =>
  typeof value === 'object' &&
  value !== null &&
  'base' in value &&
  typeof value.base === 'object' &&
  value.base !== null &&
  'rows' in value &&
  Array.isArray(value.rows)

/** Null: not what was written. */
export const decodeSlice = (bytes: Uint8Array, slice: Slice, bucket: number): readonly Stored[] | null => {
  if (bytes.length !== slice.bytes || checksum(bytes) !== slice.sum) return null
  const value = jsonIn(textOf(bytes))
  if (!isSlice(value)) return null
  const stored: Stored[] = []
  for (const row of value.rows) {
    const one = rowOf(value.base, row)
    if (one === null || !isPlausible(one.record, slice, bucket)) return null
    stored.push(one)
  }
  return stored
}

/** Of fsck: what is wrong with the bytes of a whole file, or null. */
export const judgeIndex = (bytes: Uint8Array, bucket: number): string | null => {
  const from = bytes.indexOf(LINE_END) + 1
  const head = from === 0 ? null : decodeHead(bytes.subarray(0, from), bucket)
  if (head === null) return 'its head is damaged, or of another bucket or version'
  const {slices} = head
  const end = slices.reduce((sum, slice) => sum + slice.bytes, from)
  const partOf = ({at, bytes: length}: Slice): Uint8Array => bytes.subarray(from + at, from + at + length)
  if (end !== bytes.length) return 'it is longer or shorter than its head says'
  return slices.every(slice => decodeSlice(partOf(slice), slice, bucket) !== null)
    ? null
    : 'the checksum of its rows does not fit'
}
