/**
 * Whether the caller may act on the jobs of everybody, as the service will see it: an early word, for only the service
 * looks up who bears the names of the configuration.
 */
import type {Uid} from '../core/brand.js'
import {isOneOf} from '../core/permission.js'
import {callerName} from '../host/environment.js'
import type {Site} from './site.js'

/** Else what jobs that are root inside leave behind could not be made safe. Many users are served by root alone. */
export const isServedByRoot = ({uid, format: {mode}}: Pick<Site, 'uid' | 'format'>): boolean =>
  mode === 'multi' || uid === 0

/** A site of one user is run by himself: by the owner of its directory. */
const isOwnSite = ({uid, format: {mode}, durable: {fs}, located: {root}}: Site): boolean =>
  mode === 'single' && fs.lstat(root).uid === uid

export const isOperator = (site: Site): boolean => {
  const {
    uid,
    configuration: {settings},
  } = site
  return uid === 0 || isOwnSite(site) || isNamed(settings.operators, uid)
}

const isNamed = (operators: readonly string[], uid: Uid): boolean =>
  operators.length > 0 && isOneOf(operators, uid, callerName())
