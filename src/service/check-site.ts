/**
 * That nobody but the service could change a site of many users (store/check-access.ts): looked at before a pass, and
 * by a process that lives long once an hour (security-reliability.md T18). Reads only.
 */
import {checkAccess} from '../store/check-access.js'
import {checkNotNewer} from '../store/directory.js'
import type {Service} from './service.js'

const HOUR = 3_600_000

/** Throws E_DIR_LOOSE, which ends a long-lived process: who starts it again is told the same until it is cured. */
export const createSiteCheck = ({format, durable, layout, uid, now}: Service): (() => void) => {
  let last = now()
  return () => {
    checkNotNewer(durable.fs, layout)
    if (format.mode === 'single' || Math.abs(now() - last) < HOUR) return
    last = now()
    checkAccess(durable.fs, layout, uid)
  }
}
