/**
 * Packed jobs, as commands see them: looked up by id, or those that ended lately, or mine. Live names first, then the
 * manifest: who calls has looked at the live ones before.
 */
import {type JobId, jobId, MAX_ID, type Uid} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import type {JobSpec} from '../../core/job.js'
import type {Selector} from '../../core/selector.js'
import {isErrno} from '../../store/disk/file-system.js'
import {readSpecCopy} from '../../store/jobs/spec-store.js'
import type {Site} from '../site.js'
import {type JobView, viewOfRecord} from './job-view.js'

const NO_REASONS = new Map()

/** Null: not packed. E_RECORD_BAD: it is, and cannot be read. */
export const packedView = (site: Site, id: JobId): JobView | null => {
  const job = site.packs.job(id)
  return job === null ? null : viewOfRecord(job.record, NO_REASONS)
}

/** A job that cannot be read is left out: `damageOf` tells of it where it is asked for by its id. */
export const packedIfReadable = (site: Site, id: JobId): JobView | null => {
  try {
    return packedView(site, id)
  } catch (error) {
    if (error instanceof GodError && error.code === 'E_RECORD_BAD') return null
    throw error
  }
}

/** Null: nothing is wrong with it, as far as packing goes. */
export const packedDamage = (site: Site, id: JobId): GodError | null => {
  if (site.packs.isDropped(id))
    return new GodError(
      'E_NO_JOB',
      `there is no job ${id} any more: it was dropped by the site's retention`,
      'done_max_age and done_max_jobs in go-d.ini say how long finished jobs are kept.',
    )
  try {
    site.packs.job(id)
    return null
  } catch (error) {
    if (error instanceof GodError && error.code === 'E_RECORD_BAD') return error
    throw error
  }
}

type Test = (line: Uint8Array) => boolean

/** In the text of a line, where no user's text can stand: quotes in texts are escaped. */
const has = (mark: Buffer): Test => {
  return line => Buffer.from(line.buffer, line.byteOffset, line.length).includes(mark)
}

const ofUser = (uid: Uid): Test => has(Buffer.from(`"uid":${uid},"gid":`))

/** Newest ones that are looked at for `last`, and that a list has where no moment was named. */
const LATELY = 20_000

/** What a process has room for. */
const MOST_LISTED = 200_000

export interface PackedList {
  readonly jobs: readonly JobView[]
  /** Older ones were left out. */
  readonly more: boolean
}

/** The newest that ended at `since` or later; null: that ended lately. `uid`: only his. */
export const packedSince = (site: Site, since: number | null, uid: Uid | null): PackedList => {
  const {jobs, more} = site.packs.lately({
    since: since ?? 0,
    most: since === null ? LATELY : MOST_LISTED,
    mayBe: uid === null ? () => true : ofUser(uid),
  })
  return {jobs: jobs.map(({record}) => viewOfRecord(record, NO_REASONS)), more}
}

/** Mine of that name, the newest of them, as many as a process has room for. A label may look the same in a line. */
const packedNamed = (site: Site, name: string): readonly JobView[] => {
  const mark = Buffer.from(`"name":${JSON.stringify(name)}`)
  const [mine, named] = [ofUser(site.uid), has(mark)]
  const {jobs} = site.packs.lately({
    since: 0,
    most: MOST_LISTED,
    holds: mark,
    mayBe: line => named(line) && mine(line),
  })
  return jobs.filter(({record}) => record.name === name).map(({record}) => viewOfRecord(record, NO_REASONS))
}

/** What a selector means among the packed jobs. `newest`: the newest of mine that is not packed. */
const packedFor = (site: Site, selector: Selector, newest: JobId | null): readonly JobView[] => {
  switch (selector.kind) {
    case 'id':
    case 'tasks': {
      const job = packedIfReadable(site, selector.id)
      return job === null ? [] : [job]
    }
    case 'range':
      return site.packs
        .between(selector.from, selector.to)
        .map(({record}) => viewOfRecord(record, NO_REASONS))
    case 'name':
      return packedNamed(site, selector.name)
    case 'last': {
      const job = site.packs.last(jobId(MAX_ID), LATELY, ofUser(site.uid))
      return job === null || (newest !== null && job.id < newest)
        ? []
        : [viewOfRecord(job.record, NO_REASONS)]
    }
  }
}

/** Nothing of it can be packed, or need be looked for: `open`: only jobs that are not over are of interest. */
const isLiveAlone = (selector: Selector, live: readonly JobView[], caller: Uid, open: boolean): boolean => {
  switch (selector.kind) {
    case 'id':
    case 'tasks':
      return live.some(({id}) => id === selector.id)
    case 'range':
      return open
    case 'name':
      return open && live.some(({uid, name}) => uid === caller && name === selector.name)
    case 'last':
      return false
  }
}

/** Live jobs, and what the selector means among the packed ones; ascending. */
export const withPacked = (
  site: Site,
  selector: Selector,
  live: readonly JobView[],
  open: boolean,
): readonly JobView[] => {
  if (isLiveAlone(selector, live, site.uid, open)) return live
  const newest = live.findLast(({uid}) => uid === site.uid)?.id ?? null
  const packed = packedFor(site, selector, newest)
  if (packed.length === 0) return live
  const jobs = new Map([...packed, ...live].map(job => [job.id, job]))
  return [...jobs.values()].sort((a, b) => a.id - b.id)
}

/** The private part of a job, live or packed; null: there is none. */
/** Where many users share a site only the service may read specs; the submitter has a copy. */
export const specOf = (
  site: Pick<Site, 'specs' | 'packs' | 'durable' | 'layout' | 'uid'>,
  id: JobId,
): JobSpec | null => {
  try {
    return site.specs.read(id) ?? site.packs.spec(id)
  } catch (error) {
    if (!isErrno(error, 'EACCES')) throw error
    return readSpecCopy(site.durable.fs, site.layout, site.uid, id)
  }
}
