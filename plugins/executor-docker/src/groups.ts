/**
 * Whether each attempt may have a control group of its own: only who can clear them away may ask for them, else each
 * job would leave one until the next reboot. Looked at once per process; writes nothing.
 */
import {accessSync, constants, existsSync} from 'node:fs'
import {join} from 'node:path'
import {type Hierarchy, hostHierarchies} from './cgroup.js'

export interface Groups {
  readonly hierarchies: readonly Hierarchy[]
  /** Why attempts have no group of their own; null: they have. */
  readonly fault: string | null
}

/** Files of this host say nothing about that engine's containers. */
export const GROUPS_ELSEWHERE: Groups = {hierarchies: [], fault: 'the engine is not on this node'}

const isWritable = (folder: string): boolean => {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Where the groups of attempts are, or the folder that would get that place. */
const placeIn = ({folder}: Hierarchy): string => {
  const place = join(folder, 'god')
  return existsSync(place) ? place : folder
}

const faultOf = (hierarchies: readonly Hierarchy[], uid: number | undefined): string | null => {
  if (hierarchies.length === 0) return 'no control groups are mounted here'
  if (uid !== 0) return `god runs as uid ${uid}, not as root`
  const closed = hierarchies.map(placeIn).find(place => !isWritable(place))
  return closed === undefined ? null : `${closed} cannot be written`
}

export const readGroups = (
  hierarchies: readonly Hierarchy[] = hostHierarchies(),
  uid: number | undefined = process.getuid?.(),
): Groups => ({hierarchies, fault: faultOf(hierarchies, uid)})
