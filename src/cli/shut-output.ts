/**
 * The output of a job that is root in its container: in a closed folder while that is there, and its submitter's
 * afterwards (decision 33). A look at the folder above it tells.
 */
import {dirname} from 'node:path'
import {GodError} from '../core/errors.js'
import type {JobRecord} from '../core/job.js'
import {partKey} from '../core/part-key.js'
import {isOver} from '../core/state.js'
import {lstatIfThere} from '../store/disk/read-file.js'
import {OPEN} from '../store/give-back.js'
import {ownAttempt} from '../store/layout.js'
import type {Site} from './site.js'

/** Root reads everything. */
export const isShut = (site: Site, record: JobRecord): boolean => {
  const attempt = ownAttempt(record)
  if (attempt === undefined || site.uid === 0) return false
  const folder = site.layout.workOf(record.uid, partKey(record), attempt)
  const above = lstatIfThere(site.durable.fs, dirname(folder))
  return above !== null && above.mode !== OPEN
}

export const shutError = (record: JobRecord): GodError => {
  const key = partKey(record)
  return isOver(record.state)
    ? new GodError(
        'E_NOT_PERMITTED',
        `the output of job ${key}, which was root in its container, is not given to its user yet`,
        "Try again; if it stays so, ask the operator: the service's log tells why.",
      )
    : new GodError(
        'E_NOT_PERMITTED',
        `job ${key} is root in its container: nobody reads its output while it is there`,
        `Read it when it has ended; 'god logs -f ${key}' waits for that.`,
      )
}
