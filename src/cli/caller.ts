/** Who calls, and the numbers of the groups that something is granted to, as far as this host tells. */
import {type Grant, type Grantee, type GroupNumbers, groupNames} from '../core/grants.js'
import {callerGroups, groupNumber} from '../host/caller-groups.js'
import {callerName} from '../host/environment.js'
import type {Site} from './site.js'

export interface Caller {
  readonly who: Grantee
  readonly numbers: GroupNumbers
}

export const callerIn = ({uid}: Pick<Site, 'uid'>, grants: Iterable<Grant>): Caller => ({
  who: {uid, name: callerName(), groups: callerGroups()},
  numbers: new Map(
    groupNames(grants).flatMap(name => {
      const gid = groupNumber(name)
      return gid === null ? [] : [[name, gid] as const]
    }),
  ),
})
