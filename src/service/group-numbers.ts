/** The numbers of the groups that the configuration grants something to: asked of the source of accounts each time. */
import {type GroupNumbers, groupNames} from '../core/grants.js'
import type {Service} from './service.js'

/** Throws where it cannot be asked now: whose right hangs on it is not known then. */
export const groupNumbers = async ({auth, settings}: Service): Promise<GroupNumbers> => {
  const {volumes, projects} = settings.admission.sections
  const names = groupNames([...volumes.values(), ...projects.values()])
  const found = await Promise.all(names.map(async name => [name, await auth.groupByName(name)] as const))
  return new Map(found.flatMap(([name, gid]) => (gid === null ? [] : [[name, gid]])))
}
