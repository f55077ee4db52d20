/**
 * Fills a shared directory with jobs that were packed, quickly: as the packer would have written them, but without
 * their lives. They end one after the other, so many a day, up to now; of several users by turns.
 */

import {epoch, gid, instant, type JobId, jobId, rev, token, uid} from '../src/core/brand.js'
import type {JobRecord, JobSpec} from '../src/core/job.js'
import {packedJob} from '../src/core/packed.js'
import {addSums, sumsOfJob} from '../src/core/usage/accounting.js'
import {createDurable} from '../src/store/disk/durable.js'
import {realFileSystem} from '../src/store/disk/file-system.js'
import {encode} from '../src/store/jobs/record-codec.js'
import {layoutOf} from '../src/store/layout.js'
import {createManifestReader} from '../src/store/packs/manifest.js'
import {jobLine, type Line} from '../src/store/packs/packed-line.js'
import {withSegments} from '../src/store/packs/packer.js'
import {publishManifest} from '../src/store/packs/publish-manifest.js'
import {MOST_SEGMENT_BYTES, publishSegment} from '../src/store/packs/segment.js'
import {segmentDay} from '../src/store/packs/segment-names.js'
import {archiveSpecs} from '../src/store/packs/spec-archive.js'
import {raiseHint} from '../src/store/requests/ids.js'

export interface PackedSite {
  /** A directory that `init` has made. */
  readonly dir: string
  readonly jobs: number
  /** First id; 1 if left out. The hint is raised above the last. */
  readonly first?: number
  readonly perDay?: number
  /** By turns; one user of uid 1000 if left out. */
  readonly users?: readonly {readonly uid: number; readonly user: string}[]
  /** Also archives their specs. */
  readonly specs?: boolean
  /** End of the last one, epoch milliseconds. */
  readonly until?: number
}

const TOK = token('0'.repeat(24))
const DAY = 24 * 3600 * 1000

const recordOf = (id: number, ended: number, user: {uid: number; user: string}): JobRecord => ({
  v: 1,
  id: jobId(id),
  rev: rev(5),
  epoch: epoch(1),
  user: user.user,
  uid: uid(user.uid),
  gid: gid(user.uid),
  project: 'default',
  queue: 'default',
  name: `step-${id % 97}`,
  image: 'busybox:local',
  resources: {cpus: 1000, memory: 512 * 1024 ** 2, gpus: 0},
  walltime: 3600,
  nice: 0,
  labels: {},
  submitted: instant(ended - 90_000),
  eligible: instant(ended - 90_000),
  started: instant(ended - 60_000),
  ended: instant(ended),
  state: id % 20 === 0 ? 'failed' : 'done',
  desired: 'run',
  reason: id % 20 === 0 ? {code: 'exit', text: 'exit code 3', numbers: {code: 3}} : null,
  req: {uid: uid(user.uid), tok: TOK},
  attempt: 1,
  node: `n${id % 4}`,
  container: {
    name: `god-01234567-${id}-1`,
    id: `${id}`.padStart(64, 'a'),
    nonce: TOK,
    engine: 'docker:bench',
  },
  paused: {since: null, total: 0},
  stop: null,
  exit: {code: id % 20 === 0 ? 3 : 0, signal: null, oom: false},
  usage: {cpuSeconds: 42.5, maxMemory: 123_456_789, exact: true},
  sealed: true,
  prev: {rev: rev(4), sha256: 'f'.repeat(64)},
  by: 'packer',
})

const STATES = ['pending', 'starting', 'running'] as const

const jobOf = (record: JobRecord) => {
  const end = Number(record.ended)
  const before = STATES.map((state, i) => ({
    record: {...record, rev: rev(i + 1), state, sealed: false, by: i === 2 ? 'watcher' : 'scheduler'},
    writtenAt: end - 90_000 + 15_000 * i,
  }))
  const over = {record: {...record, rev: rev(4), sealed: false, by: 'watcher'}, writtenAt: end + 10}
  const job = packedJob([...before, over, {record, writtenAt: end + 300_000}])
  if (job === null) throw new Error('not sealed')
  return job
}

const specOf = ({id, uid: owner}: JobRecord): JobSpec => ({
  v: 1,
  id,
  tok: TOK,
  uid: owner,
  wish: {
    command: {kind: 'argv', argv: ['sh', '-c', `./step --input part-${id}.dat`]},
    env: {PART: String(id)},
  },
})

/** The last id. */
export const fillPackedSite = (site: PackedSite): JobId => {
  const {dir, jobs, first = 1, perDay = 100_000, specs = false, until = Date.now()} = site
  const users = site.users ?? [{uid: 1000, user: 'ann'}]
  const layout = layoutOf(dir)
  const fs = realFileSystem
  let tokens = Date.now()
  const random = (): string => (++tokens).toString(16).padStart(24, '0')
  const durable = createDurable({fs, random, halt: why => process.stderr.write(`${why}\n`)})
  const reader = createManifestReader(fs, layout)
  const base = reader.newest()
  let next = base.manifest
  let records: JobRecord[] = []
  let lines: Line[] = []
  let bytes = 0
  let day = ''
  const flush = (): void => {
    if (lines.length === 0) return
    const archive = archiveSpecs(specs ? records.map(r => ({id: r.id, bytes: encode(specOf(r))})) : [])
    const content = {lines, specs: archive, sums: addSums(records.map(sumsOfJob))}
    next = withSegments(next, [publishSegment(durable, layout, day, content, next)])
    records = []
    lines = []
    bytes = 0
  }
  for (let i = 0; i < jobs; i++) {
    const ended = until - Math.floor(((jobs - 1 - i) * DAY) / perDay)
    const record = recordOf(first + i, ended, users[i % users.length] ?? {uid: 1000, user: 'ann'})
    const line = jobLine(jobOf(record))
    if (segmentDay(ended) !== day || bytes + line.bytes.length > MOST_SEGMENT_BYTES) flush()
    day = segmentDay(ended)
    records.push(record)
    lines.push(line)
    bytes += line.bytes.length
  }
  flush()
  if (!publishManifest(durable, layout, base, next)) throw new Error('somebody else packs here')
  const last = jobId(first + jobs - 1)
  raiseHint(durable, layout, last)
  return last
}
