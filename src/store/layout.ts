/**
 * Every path of the shared directory, from one root (state.md 2), and the patterns of the names in it.
 *
 * No path contains text of a user. A name found on disk is matched here before it touches a path;
 * names that start with a dot are temporary.
 */
import {join} from 'node:path'
import {type JobId, jobId, MAX_ID, type Rev, rev, type Token, token, type Uid, uid} from '../core/brand.js'
import type {JobRecord} from '../core/job.js'
import {type PartKey, partName} from '../core/part-key.js'

export const BUCKET_SIZE = 1000
export const bucketOf = (id: number): number => Math.floor(id / BUCKET_SIZE)

export interface Layout {
  readonly root: string
  readonly format: string
  /** The same once more, with a sum. */
  readonly formatCopy: string
  readonly config: string
  readonly halt: string
  readonly inbox: string
  dropFolder(uid: Uid): string
  readonly ids: string
  readonly hints: string
  readonly bells: string
  /** Which jobs hold which keys of users. */
  readonly keys: string
  readonly live: string
  bucket(id: number): string
  readonly specs: string
  specBucket(id: number): string
  spec(id: JobId): string
  readonly done: string
  /** What packed jobs used, by user, project and day. */
  readonly sums: string
  readonly journal: string
  /** Derived rows of the records, a file a bucket. */
  readonly index: string
  indexFile(bucket: number): string
  readonly reasons: string
  /** What packed jobs count in fair share. */
  readonly usage: string
  readonly nodes: string
  readonly locks: string
  readonly work: string
  /** Of a job, or of one task of an array; `attempt`: of that one of a job that is root inside, below a folder of its own. */
  workOf(uid: Uid, part: PartKey, attempt?: number): string
  /** What its user is told of himself. */
  accountFile(uid: Uid): string
  /** The submitter's own copy of the private spec, in a site of many users. */
  specCopy(uid: Uid, id: JobId): string
  readonly quarantine: string
  /** Executors' private state, one folder a provider and node. */
  readonly engines: string
}

export const layoutOf = (root: string): Layout => {
  const live = join(root, 'jobs', 'live')
  const specs = join(root, 'jobs', 'spec')
  const inbox = join(root, 'inbox')
  const work = join(root, 'work')
  const index = join(root, 'index')
  return {
    root,
    format: join(root, 'FORMAT'),
    formatCopy: join(root, 'FORMAT.copy'),
    config: join(root, 'go-d.ini'),
    halt: join(root, 'HALT'),
    inbox,
    dropFolder: owner => join(inbox, `u${owner}`),
    ids: join(root, 'ids'),
    hints: join(root, 'idh'),
    bells: join(root, 'bell'),
    keys: join(root, 'keys'),
    live,
    bucket: id => join(live, String(bucketOf(id))),
    specs,
    specBucket: id => join(specs, String(bucketOf(id))),
    spec: id => join(specs, String(bucketOf(id)), `${id}.json`),
    done: join(root, 'jobs', 'done'),
    sums: join(root, 'acct'),
    journal: join(root, 'journal'),
    index,
    indexFile: bucket => join(index, `${bucket}.json`),
    reasons: join(root, 'reasons.json'),
    usage: join(root, 'usage.json'),
    nodes: join(root, 'nodes'),
    locks: join(root, 'lock'),
    work,
    workOf: (owner, part, attempt) => {
      const {id, task} = partName(part)
      const own = join(work, `u${owner}`, String(id), ...(task === undefined ? [] : [String(task)]))
      return attempt === undefined ? own : join(own, `attempt.${attempt}`, 'files')
    },
    accountFile: owner => join(work, `u${owner}`, 'account.json'),
    specCopy: (owner, id) => join(work, `u${owner}`, String(id), 'spec.json'),
    quarantine: join(root, 'quarantine'),
    engines: join(root, 'engine'),
  }
}

/** Which folder of its own an attempt has: only that of a job that is root inside (`workOf`). */
export const ownAttempt = ({root, attempt}: Pick<JobRecord, 'root' | 'attempt'>): number | undefined =>
  root === true ? attempt : undefined

/** The folders that `init` makes, parents first. */
export const foldersOf = (layout: Layout): readonly string[] => [
  layout.inbox,
  layout.ids,
  layout.hints,
  layout.bells,
  layout.keys,
  join(layout.root, 'jobs'),
  layout.live,
  layout.specs,
  layout.done,
  layout.sums,
  layout.journal,
  layout.index,
  layout.nodes,
  layout.locks,
  layout.work,
  layout.quarantine,
  layout.engines,
]

const whole = (text: string, max: number): number | null => {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return null
  const n = Number(text)
  return n <= max ? n : null
}

export const parseIdName = (name: string): JobId | null => {
  const n = whole(name, MAX_ID + 1)
  return n === null || n < 1 ? null : jobId(n)
}

export const recordName = (id: JobId, r: Rev): string => `${id}.${r}.json`

const RECORD_NAME = /^[1-9][0-9]{0,9}\.[1-9][0-9]{0,9}\.json$/

export const parseRecordName = (name: string): {readonly id: JobId; readonly rev: Rev} | null => {
  // Asked of each name in a bucket: a match that is only tested makes no garbage.
  if (!RECORD_NAME.test(name)) return null
  const dot = name.indexOf('.')
  const id = Number(name.slice(0, dot))
  return id <= MAX_ID ? {id: jobId(id), rev: rev(Number(name.slice(dot + 1, -'.json'.length)))} : null
}

export const parseBucketName = (name: string): number | null => whole(name, bucketOf(MAX_ID))

export const requestName = (tok: Token): string => `${tok}.req`

export const parseRequestName = (name: string): Token | null => {
  const match = /^([0-9a-f]{24})\.req$/.exec(name)
  return match?.[1] === undefined ? null : token(match[1])
}

/** `u<uid>`: of drop folders and bells. */
export const parseUserName = (name: string): Uid | null => {
  const match = /^u(0|[1-9][0-9]{0,9})$/.exec(name)
  const n = match?.[1] === undefined ? null : whole(match[1], 0xffff_fffe)
  return n === null ? null : uid(n)
}

/** `<stem>.<n>` of claim files and numbered manifests. */
export const parseNumbered = (stem: string, name: string): number | null =>
  name.startsWith(`${stem}.`) ? whole(name.slice(stem.length + 1), Number.MAX_SAFE_INTEGER) : null
