/**
 * Files and control groups of attempts that have no container: what a crash left between two steps of a removal, or
 * of a start that was given up. Found by their folder of account files, at the first listing and once an hour: those
 * of a removal at once, others a day after the last touch, so that no start under way loses them. Removals of this
 * process that did not come to their end are looked after at each listing.
 * A crash in here leaves the rest to the next time.
 */
import type {ListedContainer} from '@god-cli/api'
import {foldersBefore} from './account-files.js'
import {find} from './inspect.js'
import {removeTraces} from './remove.js'
import type {Site} from './site.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR

export type Sweep = (containers: readonly ListedContainer[]) => Promise<void>

const sweepNames = async (
  site: Site,
  containers: readonly ListedContainer[],
  names: readonly string[],
): Promise<void> => {
  const present = new Set(containers.map(({name}) => name))
  for (const name of names.filter(one => !present.has(one))) {
    // Asked for by name: a listing that lacks one for a moment must not cost a running job its files.
    if ((await find(site.engine, site.host.cluster, name)) === null) await removeTraces(site, name)
  }
}

/** Removals of this process that the engine carried out without saying so. */
const due = ({unfinished}: Site, now: number): readonly string[] =>
  [...unfinished].flatMap(([name, at]) => (now >= at || at > now + HOUR ? [name] : []))

/** `containers`: all that the engine has of this cluster, listed just now. */
export const createSweep = (site: Site): Sweep => {
  let last = Number.NEGATIVE_INFINITY
  return async containers => {
    const now = site.host.now()
    const hourly = Math.abs(now - last) >= HOUR
    if (hourly) last = now
    try {
      const names = hourly ? foldersBefore(site.host.stateDir, now - DAY) : due(site, now)
      if (names.length > 0) await sweepNames(site, containers, names)
    } catch (error) {
      // Litter only: it must not hide what the engine said.
      site.host.log('warning', `what removals left is not swept: ${String(error)}`)
    }
  }
}
