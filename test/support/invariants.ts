/**
 * What must be true of the shared directory, the journal and the engine (security-reliability.md B2, I1-I12).
 *
 * `safetyFaults` holds at every moment, also right after a crash; `restFaults` when faults have stopped and the
 * passes have come to rest. Both look at the bytes on the disk and at what the fake engine has noted, not at what
 * the code under test says. P: of the packs. I13 and I14 need time and load; I5 lacks the charging, which comes with
 * accounting.
 */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {successionFault} from '../../src/core/array/law.js'
import {allocatedRecords, partRecords} from '../../src/core/array/view.js'
import type {JobId} from '../../src/core/brand.js'
import {type JobRecord, parseRecord, parseSpec} from '../../src/core/job.js'
import type {Parsed} from '../../src/core/parse-with.js'
import {type PartKey, partKey} from '../../src/core/part-key.js'
import {isAllocated, isFinal, isOver} from '../../src/core/state.js'
import {decode, sha256} from '../../src/store/jobs/record-codec.js'
import {parseRecordName, recordName} from '../../src/store/layout.js'
import {decodeRequest} from '../../src/store/requests/request-codec.js'
import {packedNow, packFaults} from './pack-invariants.js'
import type {World} from './world.js'

type Faults = string[]

const bytesOf = (world: World, path: string): Uint8Array => world.disk.lookup(path)?.bytes ?? new Uint8Array()
const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Bytes are parsed once: a published file never changes. */
const parsedRecords = new WeakMap<Uint8Array, Parsed<JobRecord>>()

const parseBytes = (bytes: Uint8Array): Parsed<JobRecord> => {
  const known = parsedRecords.get(bytes)
  if (known !== undefined) return known
  const parsed = decode(bytes, parseRecord)
  parsedRecords.set(bytes, parsed)
  return parsed
}

/** Ascending; what lies above a gap is void. */
const counting = (world: World, revs: readonly JobRecord[]): JobRecord[] => {
  const sorted = [...revs].sort((a, b) => a.rev - b.rev)
  const gap = world.gaps ? sorted.findIndex(({rev}, i) => rev !== i + 1) : -1
  return gap < 0 ? sorted : sorted.slice(0, gap)
}

/** All revisions on the disk, ascending; a file that does not parse is a fault (I8). */
const revisions = (world: World, faults: Faults): Map<JobId, JobRecord[]> => {
  const jobs = new Map<JobId, JobRecord[]>()
  for (const path of world.disk.files(world.layout.live)) {
    const named = parseRecordName(baseName(path))
    if (named === null) {
      if (!baseName(path).startsWith('.t.')) faults.push(`I8: ${path} has no business here`)
      continue
    }
    const parsed = parseBytes(bytesOf(world, path))
    if (!parsed.ok) faults.push(`I8: ${path}: ${parsed.why}`)
    else if (parsed.value.id !== named.id || parsed.value.rev !== named.rev)
      faults.push(`I8: ${path} tells of another job or revision`)
    else jobs.set(named.id, [...(jobs.get(named.id) ?? []), parsed.value])
  }
  const counted = [...jobs].map(([id, list]) => [id, counting(world, list)] as const)
  return new Map(counted.filter(([, list]) => list.length > 0))
}

export const chainFaults = (revs: readonly JobRecord[]): Faults => {
  const faults: Faults = []
  const first = revs[0]
  // An array's oldest revisions are pruned.
  if (first !== undefined && first.rev !== 1 && first.array === undefined)
    faults.push(`I4: job ${first.id} begins at revision ${first.rev}`)
  for (const [i, next] of revs.entries()) {
    const base = revs[i - 1]
    if (base === undefined) continue
    const why = successionFault(base, next)
    if (why !== null) faults.push(`I4: job ${next.id}: ${why}`)
    if (next.epoch < base.epoch) faults.push(`I10: job ${next.id}: epoch ${next.epoch} after ${base.epoch}`)
  }
  return faults
}

export const endFaults = (record: JobRecord): Faults => {
  if (!isFinal(record.state)) return []
  const faults: Faults = []
  if (record.ended === null) faults.push(`I5: job ${record.id} is ${record.state} without an end`)
  if (record.state !== 'done' && record.reason === null) faults.push(`I5: job ${record.id}: no reason`)
  if (record.state === 'done' && record.exit?.code !== 0)
    faults.push(`I5: job ${record.id} done without exit 0`)
  if (record.started !== null && record.ended !== null && record.ended < record.started)
    faults.push(`I5: job ${record.id} ended before it started`)
  return faults
}

/** D: nothing began before what it depends on held. */
export const dependFaults = ({id, state, depend, started}: JobRecord): Faults =>
  depend?.met === null && (isAllocated(state) || started !== null)
    ? [`D: job ${id} is ${state}, and ${depend.open} does not hold`]
    : []

export const placeFaults = (record: JobRecord): Faults =>
  isAllocated(record.state) && (record.node === null || record.container === null)
    ? [`I4: job ${record.id} is ${record.state} without node or container name`]
    : []

/** I6: what the records give away never exceeds a node. */
const capacityFaults = (world: World, tops: readonly JobRecord[]): Faults =>
  world.nodes.flatMap(({name, capacity}) => {
    const here = tops.flatMap(allocatedRecords).filter(record => record.node === name)
    return (['cpus', 'memory'] as const).flatMap(kind => {
      const sum = here.reduce((total, {resources}) => total + resources[kind], 0)
      return sum > capacity[kind] ? [`I6: ${sum} of ${capacity[kind]} ${kind} given away on ${name}`] : []
    })
  })

/** I2 and I3, by the engine's own notes. */
const startFaults = (world: World): Faults => {
  const faults: Faults = []
  const begun = new Map<string, number>()
  for (const {job, task, attempt} of world.begun()) {
    const key = `job ${job}${task === undefined ? '' : `[${task}]`}, attempt ${attempt}`
    begun.set(key, (begun.get(key) ?? 0) + 1)
  }
  for (const [key, times] of begun) if (times > 1) faults.push(`I2: ${key} began ${times} times`)
  const alive = new Map<PartKey, number>()
  for (const {status, spec} of world.containers()) {
    const key = partKey({id: spec.job as JobId, task: spec.task})
    if (status === 'running' || status === 'paused') alive.set(key, (alive.get(key) ?? 0) + 1)
  }
  for (const [job, times] of alive) if (times > 1) faults.push(`I3: ${times} live attempts of job ${job}`)
  return faults
}

/** S: of one moment a schedule has one run. */
const runFaults = (tops: readonly JobRecord[]): Faults => {
  const runs = tops.flatMap(({schedule, submitted}) =>
    schedule === undefined ? [] : [`schedule ${schedule}, of ${submitted}`],
  )
  return runs.filter((run, i) => runs.indexOf(run) !== i).map(run => `S: two runs of ${run}`)
}

interface Line {
  readonly what: string
  readonly id?: number
  readonly rev?: number
}

/** Null: a full disk cut it off, and it proves nothing. */
const lineOf = (text: string): Line | null => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** One winner for each revision, by the journal of all processes. */
export const journalFaults = (journals: readonly string[]): Faults => {
  const won = new Map<string, number>()
  for (const journal of journals) {
    for (const text of journal.split('\n').slice(0, -1)) {
      const line = lineOf(text)
      if (line === null || (line.what !== 'transition' && line.what !== 'admitted')) continue
      const key = `revision ${line.rev} of job ${line.id}`
      won.set(key, (won.get(key) ?? 0) + 1)
    }
  }
  return [...won].flatMap(([key, times]) => (times > 1 ? [`I4: ${key} was won ${times} times`] : []))
}

const requestFaults = (world: World, path: string): Faults => {
  const {disk} = world
  const name = baseName(path)
  if (name.endsWith('.req') && !world.planted.has(path)) {
    const parsed = decodeRequest(bytesOf(world, path))
    return parsed.ok ? [] : [`I8: ${path}: ${parsed.why}`]
  }
  const reason = name.startsWith('.bad.') ? disk.text(path.replace('.bad.', '.why.')) : 'none needed'
  return reason === null && !world.gaps ? [`I8: ${path} has no reason beside it`] : []
}

const specFaults = (world: World, path: string): Faults => {
  if (baseName(path).startsWith('.t.')) return []
  const parsed = decode(bytesOf(world, path), parseSpec)
  return parsed.ok ? [] : [`I8: ${path}: ${parsed.why}`]
}

/** K: no two jobs have one key of one user. */
const keyFaults = (world: World, tops: readonly JobRecord[]): Faults => {
  const keys = tops.flatMap(({id, uid}) => {
    const parsed = decode(bytesOf(world, world.layout.spec(id)), parseSpec)
    const key = parsed.ok ? parsed.value.wish.key : undefined
    return key === undefined ? [] : [`'${key}' of uid ${uid}`]
  })
  return keys.filter((key, i) => keys.indexOf(key) !== i).map(key => `K: two jobs have the key ${key}`)
}

/** A revision that lost the one below it, which was then published anew; or the reason beside it. */
const isAboveGap = (world: World, path: string): boolean => {
  const parsed = parseBytes(bytesOf(world, path.replace(/\.why$/, '')))
  if (!parsed.ok || parsed.value.prev === null) return false
  const {id, prev} = parsed.value
  return sha256(bytesOf(world, join(world.layout.bucket(id), recordName(id, prev.rev)))) !== prev.sha256
}

/** I8 outside the records: specs and requests parse, nothing was quarantined, refusals have their reason. */
const fileFaults = (world: World): Faults => {
  const {layout, disk} = world
  return [
    ...disk
      .files(layout.quarantine)
      .filter(path => !(world.gaps && isAboveGap(world, path)))
      .map(path => `I8: quarantined: ${path}`),
    ...disk.files(layout.specs).flatMap(path => specFaults(world, path)),
    ...disk.files(layout.inbox).flatMap(path => requestFaults(world, path)),
  ]
}

/** I12: the root of the disk holds the shared directory alone. */
const outsideFaults = (world: World): Faults =>
  [...world.disk.root.names.keys()].flatMap(name =>
    `/${name}` === world.layout.root ? [] : [`I12: /${name} was written`],
  )

/** Where a printed id is: a record, a request not yet taken, a refusal kept for its owner, or packed. */
const isKept = (world: World, id: JobId, jobs: ReadonlyMap<JobId, unknown>): boolean => {
  if (jobs.has(id) || packedNow(world)(id)) return true
  return world.disk.files(world.layout.inbox).some(path => {
    const text = world.disk.text(path) ?? ''
    return !baseName(path).startsWith('.t.') && text.includes(`"id":${id},`)
  })
}

const live = (world: World, faults: Faults): Map<JobId, JobRecord[]> => {
  const jobs = revisions(world, faults)
  // One that is being taken away has lost its lowest revisions: what is left is void.
  const isPacked = packedNow(world)
  for (const id of [...jobs.keys()]) if (isPacked(id)) jobs.delete(id)
  return jobs
}

const topsOf = (jobs: ReadonlyMap<JobId, readonly JobRecord[]>): JobRecord[] =>
  [...jobs.values()].flatMap(revs => revs.at(-1) ?? [])

/** A job; an array, and each task of it that has a part. */
const withParts = (record: JobRecord): readonly JobRecord[] =>
  record.array === undefined ? [record] : [record, ...partRecords(record)]

/** True at every moment. `printed`: ids that a submit has told its user. */
export const safetyFaults = (world: World, printed: readonly JobId[]): Faults => {
  const faults: Faults = []
  const jobs = live(world, faults)
  const tops = topsOf(jobs)
  for (const id of printed) if (!isKept(world, id, jobs)) faults.push(`I1: job ${id} was printed and is gone`)
  for (const revs of jobs.values())
    faults.push(
      ...chainFaults(revs),
      ...revs.flatMap(withParts).flatMap(endFaults),
      ...revs.flatMap(dependFaults),
    )
  faults.push(
    ...tops.flatMap(partRecords).flatMap(placeFaults),
    ...capacityFaults(world, tops),
    ...runFaults(tops),
    ...keyFaults(world, tops),
    ...startFaults(world),
  )
  const journals = world.gaps
    ? []
    : world.disk.files(world.layout.journal).map(path => world.disk.text(path) ?? '')
  faults.push(...journalFaults(journals), ...fileFaults(world), ...outsideFaults(world), ...packFaults(world))
  return faults
}

/** I7: at rest each container has its record, and each record that says so its container. */
const containerFaults = (world: World, jobs: readonly JobRecord[]): Faults => {
  const faults: Faults = []
  const tops = jobs.flatMap(partRecords)
  const {cluster} = world.process().service.format
  const containers = world.containers().filter(({spec}) => spec.cluster === cluster)
  for (const {spec, status} of containers) {
    const record = tops.find(({id, task}) => id === spec.job && task === spec.task)
    const fits = record?.container?.nonce === spec.nonce && isAllocated(record.state)
    if (!fits) faults.push(`I7: ${status} container ${spec.name} belongs to no record`)
  }
  for (const record of tops) {
    const there = containers.some(({spec}) => spec.nonce === record.container?.nonce)
    if (isAllocated(record.state) && !there)
      faults.push(`I7: job ${partKey(record)} is ${record.state} without a container`)
  }
  return faults
}

/** What must have ended by itself: every request taken, no kill open (I11), no start or firing half-way (I9). */
const openFaults = (world: World, tops: readonly JobRecord[]): Faults => {
  const requests = world.disk.files(world.layout.inbox).filter(path => path.endsWith('.req'))
  const faults = requests.map(path => `I9: ${path} was not taken`)
  const isPacked = packedNow(world)
  for (const record of tops.flatMap(withParts)) {
    const run = record.timetable?.last?.child
    if (run !== undefined && !tops.some(({id}) => id === run) && !isPacked(run) && !isOver(record.state))
      faults.push(`I9: run ${run} of schedule ${record.id} is missing`)
    if (record.desired === 'killed' && !isOver(record.state))
      faults.push(`I11: job ${partKey(record)} is ${record.state}, though killed`)
    if (record.state === 'starting' || record.state === 'stopping')
      faults.push(`I9: job ${partKey(record)} rests as ${record.state}`)
  }
  return faults
}

/** True when no fault happens any more and the passes have come to rest. */
export const restFaults = (world: World, printed: readonly JobId[]): Faults => {
  const tops = topsOf(live(world, []))
  return [...safetyFaults(world, printed), ...containerFaults(world, tops), ...openFaults(world, tops)]
}

export const assertSafe = (world: World, printed: readonly JobId[], where = ''): void =>
  assert.deepEqual(safetyFaults(world, printed), [], where)

export const assertAtRest = (world: World, printed: readonly JobId[], where = ''): void =>
  assert.deepEqual(restFaults(world, printed), [], where)
