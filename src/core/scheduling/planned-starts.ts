/**
 * When the waiting jobs start, by a plan of all of them (scheduling.md 7): each gets the earliest room that those before
 * him leave, if all run as long as is said of them and nobody else comes. Pure.
 */
import type {Reason} from '@god-cli/api'
import type {LineUp, Snapshot} from '../schedule.js'
import {passInput} from '../schedule.js'
import {runPass} from './pass.js'

/** How many reservations are worked out: beyond, only that it is later than the last of them. */
const MOST_PLANNED = 1000
const YEAR = 365 * 86_400_000

export interface PlannedStarts {
  /** What keeps one without a time, whatever room there is. Null: nothing but want of room. */
  kept(id: number): Reason | null
  /** Epoch milliseconds. Null: not among those that were planned. */
  at(id: number): number | null
  /** The latest of those that were planned, if not all were. Null: all were. */
  readonly beyond: number | null
}

export const plannedStarts = (snapshot: Snapshot, line: LineUp): PlannedStarts => {
  const placement = snapshot.rules?.placement ?? 'pack'
  const rules = {backfill: 'easy', depth: MOST_PLANNED, placement, horizon: YEAR} as const
  const {starts, reservations, told, verdicts} = runPass(passInput({...snapshot, rules}, line))
  const times = new Map<number, number>(reservations.map(({id, at}) => [id, at]))
  for (const {id} of starts) times.set(id, snapshot.now)
  const last = Math.max(snapshot.now, ...reservations.map(({at}) => at))
  const jobs = new Map(snapshot.pending.map(job => [job.id, job]))
  const keptAsOne = (id: number): Reason | null => {
    const job = jobs.get(id)
    const group = job === undefined ? undefined : line.groups.of(job)
    const verdict = group === undefined ? undefined : verdicts.get(group)
    return verdict?.kind === 'told' ? verdict.reason : null
  }
  return {
    kept: id => (times.has(id) ? null : (told.get(id) ?? keptAsOne(id))),
    at: id => times.get(id) ?? null,
    beyond: reservations.length >= MOST_PLANNED ? last : null,
  }
}
