/**
 * Who the caller is on this site. With the host's own accounts this process knows it; with others the service has told him
 * when it had to do with him, and until then there is only what this process is.
 */
import {callerGroups, groupNumber} from '../host/caller-groups.js'
import {callerHome, callerName} from '../host/environment.js'
import {type OwnAccount, readAccount} from '../store/account-file.js'
import type {Site} from './site.js'

/** One command asks once, of however many jobs. */
const read = new WeakMap<Site, OwnAccount | null>()

/** Null: as the host has him. */
const toldAccount = (site: Site): OwnAccount | null => {
  const {configuration, durable, layout, uid} = site
  if (configuration.settings.auth_policy === 'system') return null
  const before = read.get(site)
  if (before !== undefined) return before
  const told = readAccount(durable.fs, layout, uid)
  read.set(site, told)
  return told
}

export const ownName = (site: Site): string => toldAccount(site)?.name ?? callerName()

export interface Self {
  readonly name: string
  readonly groups: readonly number[]
  /** Null: nobody told. */
  readonly home: string | null
  /** By whom: the site's accounts, or this process. */
  readonly source: 'accounts' | 'process'
  /** The number of a group that he is in or not; null: unknown. */
  readonly groupNumber: (name: string) => number | null
}

export const self = (site: Site): Self => {
  const told = toldAccount(site)
  if (told === null) {
    // Of a directory's user the host need not know where his home is.
    const home = site.configuration.settings.auth_policy === 'system' ? callerHome() : null
    return {name: callerName(), groups: callerGroups(), home, source: 'process', groupNumber}
  }
  const {name, groups, home, named} = told
  const numbers = new Map(Object.entries(named))
  return {name, groups, home, source: 'accounts', groupNumber: of => numbers.get(of) ?? null}
}
