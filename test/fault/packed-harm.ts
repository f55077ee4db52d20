/** What packed jobs told before a damage of R26, which of them it costs, and what must be told of all after it. */
import assert from 'node:assert/strict'
import {type JobId, jobId} from '../../src/core/brand.js'
import {GodError} from '../../src/core/errors.js'
import type {JobSpec} from '../../src/core/job.js'
import type {PackedJob} from '../../src/core/packed.js'
import {decodeRows, placeOf} from '../../src/store/packs/segment-index.js'
import {partPath} from '../../src/store/packs/segment-names.js'
import type {World} from '../support/world.js'

interface Before {
  readonly job: PackedJob
  readonly spec: JobSpec | null
  readonly segment: string
  /** Of its segment's lines. */
  readonly path: string
  readonly offset: number
  readonly line: Uint8Array
}

export type Packed = ReadonlyMap<JobId, Before>

const bytesAt = (world: World, path: string): Uint8Array => world.disk.lookup(path)?.bytes ?? new Uint8Array()

export const packedIn = (world: World): Packed => {
  const {manifest, packs} = world.process().service
  const found = new Map<JobId, Before>()
  for (const {name} of manifest.newest().manifest.segments) {
    const path = partPath(world.layout, name, 'lines')
    for (const row of decodeRows(bytesAt(world, partPath(world.layout, name, 'index')))) {
      const {id: number, offset, length} = placeOf(row)
      const id = jobId(number)
      const job = packs.job(id) ?? assert.fail()
      const line = Uint8Array.from(bytesAt(world, path).subarray(offset, offset + length))
      found.set(id, {job, spec: packs.spec(id), segment: name, path, offset, line})
    }
  }
  return found
}

/** Those whose lines are not what they were. */
export const lostIn = (world: World, packed: Packed): ReadonlySet<JobId> =>
  new Set(
    [...packed].flatMap(([id, {path, offset, line}]) =>
      Buffer.compare(bytesAt(world, path).subarray(offset, offset + line.length), line) === 0 ? [] : [id],
    ),
  )

const DAMAGED = 'told as damaged'

const orDamaged = <T>(read: () => T): T | typeof DAMAGED => {
  try {
    return read()
  } catch (error) {
    if (error instanceof GodError && error.code === 'E_RECORD_BAD') return DAMAGED
    throw error
  }
}

const assertLists = (world: World, packed: Packed, lost: ReadonlySet<JobId>, story: string): void => {
  const {packs} = world.process().service
  const ids = [...packed.keys()].sort((a, b) => a - b)
  const lists = {
    'since then': packs.endedSince(0),
    'by id': packs.between(jobId(1), jobId(1000)),
    'one by one': ids.flatMap(id => packs.between(id, id)),
  }
  for (const [how, jobs] of Object.entries(lists)) {
    const told = jobs.filter(({id}) => packed.has(id))
    assert.equal(new Set(told.map(({id}) => id)).size, told.length, `${story}: told twice, ${how}`)
    for (const job of told) assert.deepEqual(job, packed.get(job.id)?.job, `${story}: told otherwise, ${how}`)
    const missing = ids.filter(id => !lost.has(id) && !told.some(job => job.id === id))
    assert.deepEqual(missing, [], `${story}: missing, ${how}`)
  }
  const newest = ids.filter(id => !lost.has(id)).at(-1)
  const last = packs.last(jobId(1000), 1000, line => !Buffer.from(line).includes('"sealed":false'))
  assert.ok((last?.id ?? 0) >= (newest ?? 0), `${story}: the last one is not found`)
}

/** `paths`: other bytes than before. */
export const assertPacked = (
  world: World,
  packed: Packed,
  lost: ReadonlySet<JobId>,
  paths: readonly string[],
  story: string,
): void => {
  const {packs} = world.process().service
  for (const [id, {job, spec, segment}] of packed) {
    const told = orDamaged(() => packs.job(id))
    if (!lost.has(id) || told !== DAMAGED) assert.deepEqual(told, job, `${story}: packed job ${id} suffered`)
    const own = orDamaged(() => packs.spec(id))
    const mayLack = paths.some(path => path.includes(`${segment}.spec.`)) && (own === null || own === DAMAGED)
    if (!mayLack) assert.deepEqual(own, spec, `${story}: the spec of packed job ${id} suffered`)
  }
  assertLists(world, packed, lost, story)
}
