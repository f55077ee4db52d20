/**
 * How long an attempt may stand still in all (T48): while it does, its walltime stands still too, and it keeps what it
 * has from others. When that is used up it goes on, and no suspension holds it any more. Pure.
 */
import {type Instant, instant} from '../brand.js'
import type {JobRecord} from '../job.js'
import type {Change} from '../outcome.js'

/** Null: it may for ever. `limit`: milliseconds. */
export const suspendedUntil = (
  {paused}: Pick<JobRecord, 'paused'>,
  limit: number | null,
  now: Instant,
): Instant | null =>
  limit === null ? null : instant((paused.since ?? now) + Math.max(0, limit - paused.total))

export const goesOnChange = ({state}: Pick<JobRecord, 'state'>): Change => ({
  state,
  desired: 'run',
  reason: {code: 'suspended-time', text: 'it was suspended for as long as the site allows: it goes on'},
})
