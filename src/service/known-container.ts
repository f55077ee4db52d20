/**
 * What need not be asked again while one job is settled: what the engine has just told and what the disk holds, or what
 * follows from what was done. Nothing of it outlives that; the next one who settles the job asks. Whatever is done
 * because of a record that was not read again is guarded: a publish by its link, a start by one more look.
 */
import type {ContainerView} from '@god-cli/api'
import {stampOf} from '../core/array/view.js'
import type {Epoch} from '../core/brand.js'
import type {JobRecord} from '../core/job.js'
import type {Observed} from '../core/reconcile.js'
import type {Stored} from '../store/jobs/job-store.js'

/**
 * What the engine need not be asked again: what it has just told of a container that it made or removed (null), or that
 * we saw right before we wrote it down. Good for that stamp alone: whoever writes another one may have done more.
 */
export interface Known {
  readonly stamp: string
  readonly container: ContainerView | null
}

/** A job, or a task of an array seen as one, and the revision it is of. */
export interface Part {
  readonly stored: Stored
  readonly record: JobRecord
}

/** What a step came to: a container that was made or is gone (null), one that was started, a revision that we published, or none of it. */
export type Outcome = {readonly made: ContainerView | null} | 'started' | {readonly published: Part} | null

export const knownAfter = (outcome: Outcome, record: JobRecord, {container}: Observed): Known | null => {
  if (outcome === null || outcome === 'started') return null
  if ('made' in outcome) return {stamp: stampOf(record), container: outcome.made}
  return container === null || container === 'unknown'
    ? null
    : {stamp: stampOf(outcome.published.record), container}
}

/** The record as it stands after that. Null: it has to be read. */
export const partAfter = (outcome: Outcome, part: Part): Part | null => {
  if (outcome === null) return null
  return outcome !== 'started' && 'published' in outcome ? outcome.published : part
}

/** A record that was placed by the scheduler of that epoch, and by no younger one since. */
export const isOurs = (placed: Epoch | null, record: JobRecord): boolean =>
  placed !== null && record.epoch === placed

/** Placed this moment: its container has a name that nobody has used, so there is none. */
export const unmade = (placed: Epoch | null, record: JobRecord): Known | null =>
  isOurs(placed, record) && record.state === 'starting' && record.container?.id === null
    ? {stamp: stampOf(record), container: null}
    : null
