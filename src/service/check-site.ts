/**
 * That nobody but the service could change a site of many users (store/check-access.ts), and that it can do what it has to:
 * looked at before a pass; the first by a process that lives long once an hour too (security-reliability.md T18). Makes
 * nothing but a file that it removes again.
 */
import {GodError} from '../core/errors.js'
import {checkServedBy} from '../plugin/served-by.js'
import {checkAccess} from '../store/check-access.js'
import {checkGiving} from '../store/check-giving.js'
import {checkNotNewer, openDirectory} from '../store/directory.js'
import {realFileSystem} from '../store/disk/file-system.js'
import {layoutOf} from '../store/layout.js'
import type {HostParts} from './open-service.js'
import type {Service} from './service.js'

/** Before anything of it is believed or made. */
export const checkSite = ({root, uid, lack, random, configuration, providers}: HostParts): void => {
  const layout = layoutOf(root)
  if (openDirectory(realFileSystem, layout).mode === 'single') return
  checkAccess(realFileSystem, layout, uid)
  checkServedBy(uid, configuration.settings.executor, providers)
  const missing = lack()
  if (missing !== null)
    throw new GodError(
      'E_SERVICE_RIGHTS',
      `uid ${uid} serves ${root} for many users, and lacks ${missing}`,
      'Start it as docs/many-users.md says (AmbientCapabilities of its unit), not from a shell.',
    )
  checkGiving(realFileSystem, layout, uid, random)
}

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
