/**
 * What the engine need not be asked again while one job is settled: what it has just told, or what follows from what was
 * done. Nothing of it outlives that; the next one who settles the job asks.
 */
import type {ContainerView} from '@god-cli/api'
import {stampOf} from '../core/array-view.js'
import type {JobRecord} from '../core/job.js'
import type {Observed} from '../core/reconcile.js'

/**
 * What the engine need not be asked again: what it has just told of a container that it made or removed (null), or that
 * we saw right before we wrote it down. Good for that stamp alone: whoever writes another one may have done more.
 */
export interface Known {
  readonly stamp: string
  readonly container: ContainerView | null
}

/** What a step came to: a container that was made or is gone (null), a revision that we published, or neither. */
export type Outcome = {readonly made: ContainerView | null} | {readonly published: JobRecord} | null

export const knownAfter = (outcome: Outcome, record: JobRecord, {container}: Observed): Known | null => {
  if (outcome === null) return null
  if ('made' in outcome) return {stamp: stampOf(record), container: outcome.made}
  return container === null || container === 'unknown' ? null : {stamp: stampOf(outcome.published), container}
}

/** Placed this moment: its container has a name that nobody has used, so there is none. */
export const unmade = (placed: boolean, record: JobRecord): Known | null =>
  placed && record.state === 'starting' && record.container?.id === null
    ? {stamp: stampOf(record), container: null}
    : null
