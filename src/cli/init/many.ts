/**
 * The part of `god init` for many users: by root alone, for himself or for an account that is to serve. That account makes
 * all but the folder itself, so nothing in it is root's. Interrupted, it is run again.
 */
import {GodError} from '../../core/errors.js'
import {callerUid} from '../../host/environment.js'
import {become, type ServiceAccount, serviceAccount, sharersOf} from '../../host/service-account.js'
import type {Provider} from '../../plugin/resolver.js'
import {checkServedBy} from '../../plugin/served-by.js'
import {checkPlace} from '../../store/check-access.js'
import {makeRootFor} from '../../store/directory.js'
import {realFileSystem} from '../../store/disk/file-system.js'
import type {Layout} from '../../store/layout.js'

const notRoot = (): GodError =>
  new GodError(
    'E_NOT_PERMITTED',
    `a directory of many users is made by root; you are uid ${callerUid()}`,
    'Run it as root, or leave --multi-user out.',
  )

const unfit = (name: string, why: string, cure: string): GodError =>
  new GodError('E_SERVICE_RIGHTS', `${name} cannot serve a site of many users: ${why}`, cure)

/** Who is to serve it. */
const servantOf = (name: string): ServiceAccount => {
  const account = serviceAccount(name)
  if (account === null) throw unfit(name, 'this host has no such account', `Make it: useradd -r -U ${name}`)
  if (account.uid === 0) throw unfit(name, 'that is root', 'Leave --service-account out: root serves then.')
  const others = sharersOf(account)
  if (others.length === 0) return account
  throw unfit(
    name,
    `its first group (${account.gid}) is also of ${others.slice(0, 3).join(', ')}, who could read what users drop`,
    'Give it a first group of its own.',
  )
}

/**
 * Jobs of others can be given to them by root alone, or by an account that was given his rights for that; and nobody else
 * may be able to exchange the directory. From here on we are who is to serve it.
 */
export const settleMany = (
  layout: Layout,
  executor: string,
  name: string | undefined,
  providers: readonly Provider[],
): void => {
  if (callerUid() !== 0) throw notRoot()
  const account = name === undefined ? null : servantOf(name)
  const owner = account ?? {uid: 0, gid: 0}
  checkServedBy(owner.uid, executor, providers)
  checkPlace(realFileSystem, layout, owner.uid)
  makeRootFor(realFileSystem, layout, owner)
  if (account !== null) become(account)
}
