/**
 * Which jobs of the same user and name a singleton waits for: those that run, those that wait and came before it, and
 * those that have been let through before it. Made a bucket at a time and kept while that is unchanged.
 *
 * The name of a private job stands in its spec alone, and is told to nobody. Keeps nothing that a crash could lose.
 */
import {nameOf} from '../core/admission.js'
import type {JobId} from '../core/brand.js'
import type {JobRecord} from '../core/job.js'
import {willRetry} from '../core/retry.js'
import {isAllocated, isOver} from '../core/state.js'
import type {LiveJobs, Stored} from '../store/jobs/job-store.js'
import type {Service} from './service.js'

/** As much of a job that is not over as another one of its name asks. */
interface Namesake {
  readonly id: JobId
  readonly runs: boolean
  /** A singleton to which this pass, or one before, has said that it is its turn. */
  readonly through: boolean
}

type ByName = ReadonlyMap<string, readonly Namesake[]>

/** What admission writes into the record of a private job, and a name that others may have too. */
const HIDDEN_NAME = 'private'

const names = new WeakMap<Service, Map<JobId, string>>()

const nameIn = (service: Service, record: JobRecord): string => {
  if (record.name !== HIDDEN_NAME) return record.name
  const known = names.get(service) ?? new Map<JobId, string>()
  names.set(service, known)
  const before = known.get(record.id)
  if (before !== undefined) return before
  const found = service.specs.look(record.id)
  if (found.kind !== 'whole') return record.name
  const name = found.spec.wish.name ?? nameOf(found.spec.wish)
  known.set(record.id, name)
  return name
}

const keyOf = (service: Service, record: JobRecord): string => `${record.uid} ${nameIn(service, record)}`

const namesakeOf = (record: JobRecord): Namesake => ({
  id: record.id,
  runs: isAllocated(record.state) || willRetry(record),
  through: record.depend !== undefined && record.depend.met !== null && record.depend.open !== '',
})

const byBucket = new WeakMap<readonly Stored[], ByName>()

const namesakesIn = (service: Service, bucket: readonly Stored[]): ByName => {
  const before = byBucket.get(bucket)
  if (before !== undefined) return before
  const found = new Map<string, Namesake[]>()
  for (const {record} of bucket) {
    if (isOver(record.state) && !willRetry(record)) continue
    const key = keyOf(service, record)
    const namesake = namesakeOf(record)
    const others = found.get(key)
    if (others === undefined) found.set(key, [namesake])
    else others.push(namesake)
  }
  byBucket.set(bucket, found)
  return found
}

/** As many as are told of; one is enough to wait. */
const ENOUGH = 9

/** For all singletons of one pass. */
export const createNamesakes = (service: Service, live: LiveJobs) => {
  const gathered = new Map<string, readonly Namesake[]>()
  const ofName = (key: string): readonly Namesake[] => {
    const before = gathered.get(key)
    if (before !== undefined) return before
    const all = live.buckets.flatMap(bucket => namesakesIn(service, bucket).get(key) ?? [])
    gathered.set(key, all)
    return all
  }
  /** Those that this one waits for. Whose turn it is waits for none that came late with a lower number. */
  return (record: JobRecord): readonly {readonly id: JobId}[] => {
    const own = namesakeOf(record)
    const isAhead = ({id, runs, through}: Namesake): boolean =>
      runs || (own.through ? through && id < own.id : through || id < own.id)
    const found: {readonly id: JobId}[] = []
    for (const other of ofName(keyOf(service, record))) {
      if (other.id === own.id || !isAhead(other)) continue
      found.push({id: other.id})
      if (found.length === ENOUGH) break
    }
    return found
  }
}
