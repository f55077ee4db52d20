/**
 * Whether the caller may act on the jobs of everybody, as the service will see it: an early word, for only the service
 * looks up who bears the names of the configuration.
 */
import {isOneOf} from '../core/rights/permission.js'
import {ownName} from './own-account.js'
import type {Site} from './site.js'

/** Else what jobs that are root inside leave behind could not be made safe. Of many users it is whose the directory is. */
export const isServedByRoot = ({
  uid,
  format: {mode},
  durable: {fs},
  located: {root},
}: Pick<Site, 'uid' | 'format' | 'durable' | 'located'>): boolean =>
  (mode === 'multi' ? fs.lstat(root).uid : uid) === 0

/** It is run by the owner of its directory: of one user by himself, of many by who serves it. */
const isOwnSite = ({uid, durable: {fs}, located: {root}}: Site): boolean => fs.lstat(root).uid === uid

export const isOperator = (site: Site): boolean => {
  const {
    uid,
    configuration: {settings},
  } = site
  return uid === 0 || isOwnSite(site) || isNamed(site, settings.operators)
}

const isNamed = (site: Site, operators: readonly string[]): boolean =>
  operators.length > 0 && isOneOf(operators, site.uid, ownName(site))
