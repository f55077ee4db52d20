/**
 * Files and control groups of attempts that have no container: what a crash left between two steps of a removal, or
 * of a start that was given up. Found by their folder of account files, at the first listing and once an hour: those
 * of a removal at once, others a day after the last touch, so that no start under way loses them.
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

const sweepOnce = async (
  site: Site,
  containers: readonly ListedContainer[],
  before: number,
): Promise<void> => {
  const present = new Set(containers.map(({name}) => name))
  const left = foldersBefore(site.host.stateDir, before).filter(name => !present.has(name))
  for (const name of left) {
    // Asked for by name: a listing that lacks one for a moment must not cost a running job its files.
    if ((await find(site.engine, site.host.cluster, name)) === null) await removeTraces(site, name)
  }
}

/** `containers`: all that the engine has of this cluster, listed just now. */
export const createSweep = (site: Site): Sweep => {
  let last = Number.NEGATIVE_INFINITY
  return async containers => {
    const now = site.host.now()
    if (Math.abs(now - last) < HOUR) return
    last = now
    try {
      await sweepOnce(site, containers, now - DAY)
    } catch (error) {
      // Litter only: it must not hide what the engine said.
      site.host.log('warning', `what removals left is not swept: ${String(error)}`)
    }
  }
}
