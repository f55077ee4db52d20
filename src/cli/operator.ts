/**
 * Whether the caller may act on the jobs of everybody, as the service will see it: an early word, for only the service
 * looks up who bears the names of the configuration.
 */
import {isOneOf} from '../core/permission.js'
import {ownName} from './own-account.js'
import type {Site} from './site.js'

/** A site of one user is run by himself: by the owner of its directory. */
const isOwnSite = ({uid, format: {mode}, durable: {fs}, located: {root}}: Site): boolean =>
  mode === 'single' && fs.lstat(root).uid === uid

export const isOperator = (site: Site): boolean => {
  const {
    uid,
    configuration: {settings},
  } = site
  return uid === 0 || isOwnSite(site) || isNamed(site, settings.operators)
}

const isNamed = (site: Site, operators: readonly string[]): boolean =>
  operators.length > 0 && isOneOf(operators, site.uid, ownName(site))
