/** Who calls, and the numbers of the groups that something is granted to, as far as is known here. */
import {type Grant, type Grantee, type GroupNumbers, groupNames} from '../core/rights/grants.js'
import {self} from './own-account.js'
import type {Site} from './site.js'

export interface Caller {
  readonly who: Grantee
  readonly numbers: GroupNumbers
}

export const callerIn = (site: Site, grants: Iterable<Grant>): Caller => {
  const {name, groups, groupNumber} = self(site)
  const numbers = groupNames(grants).flatMap(of => {
    const gid = groupNumber(of)
    return gid === null ? [] : [[of, gid] as const]
  })
  return {who: {uid: site.uid, name, groups}, numbers: new Map(numbers)}
}
