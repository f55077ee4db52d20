/**
 * What there is of a job that another one waits for: live, packed, dropped, still to come, or nothing at all.
 *
 * Asked for a job that a reading of all live jobs did not show. In the order in which a job comes and goes: a scheduler
 * publishes the record before it removes the claim, and packing takes the spec away after its manifest was published. So
 * nothing is called absent that is there, or that may yet come. Reads only.
 */
import type {JobId} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import type {JobRecord} from '../../core/job.js'
import type {FileSystem} from '../disk/file-system.js'
import type {Layout} from '../layout.js'
import type {ManifestReader} from '../packs/manifest.js'
import type {Packs} from '../packs/packs.js'
import {claimOwner} from '../requests/ids.js'
import type {JobStore} from './job-store.js'

export type SeenParent =
  | {readonly is: 'record'; readonly record: JobRecord}
  /** It was packed, and retention has dropped it. */
  | {readonly is: 'forgotten'}
  | {readonly is: 'nowhere'}
  /** Somebody has claimed the id, whose request may follow; or its record is away, and may be brought back. */
  | {readonly is: 'coming'; readonly owner: number | null}
  /** It is there, and cannot be read. */
  | {readonly is: 'unread'}

export interface ParentPlaces {
  readonly jobs: Pick<JobStore, 'read'>
  readonly packs: Pick<Packs, 'job' | 'isDropped'>
  readonly manifest: Pick<ManifestReader, 'contains'>
  readonly durable: {readonly fs: FileSystem}
  readonly layout: Layout
}

const readable = (look: () => {readonly record: JobRecord} | null): SeenParent | null => {
  try {
    const found = look()
    return found === null ? null : {is: 'record', record: found.record}
  } catch (error) {
    if (error instanceof GodError && error.code === 'E_RECORD_BAD') return {is: 'unread'}
    throw error
  }
}

const seePacked = ({packs, manifest}: ParentPlaces, id: JobId): SeenParent | null => {
  if (!manifest.contains(id)) return null
  return readable(() => packs.job(id)) ?? (packs.isDropped(id) ? {is: 'forgotten'} : {is: 'unread'})
}

const seeLive = ({jobs}: ParentPlaces, id: JobId): SeenParent | null => readable(() => jobs.read(id))

/** `hasSpec`: its private part is there, though nothing else may be. */
export const seeParent = (
  places: ParentPlaces,
  id: JobId,
  hasSpec: (id: JobId) => boolean = () => false,
): SeenParent => {
  const there = (): SeenParent | null => seePacked(places, id) ?? seeLive(places, id)
  const first = there()
  if (first !== null) return first
  const owner = claimOwner(places.durable.fs, places.layout, id)
  if (owner !== null) return {is: 'coming', owner}
  const spec = hasSpec(id)
  // Published, or packed, while we looked.
  return there() ?? (spec ? {is: 'coming', owner: null} : {is: 'nowhere'})
}
