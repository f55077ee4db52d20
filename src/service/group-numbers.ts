/** The numbers of the groups that the configuration grants something to: asked of the source of accounts each time. */
import {type GroupNumbers, groupNames} from '../core/rights/grants.js'
import type {Service} from './service.js'

export interface KnownGroups {
  readonly numbers: GroupNumbers
  /** One of them cannot be looked up now: a right that hangs on it is not known, any other is. */
  readonly unsure: boolean
}

export const groupNumbers = async (service: Service): Promise<KnownGroups> => {
  const {sections, root} = service.settings.admission
  const {volumes, projects, queues} = sections
  const names = groupNames([...volumes.values(), ...projects.values(), ...queues.values(), root])
  const numbers = new Map<string, number>()
  let unsure = false
  const ask = async (name: string): Promise<void> => {
    try {
      const gid = await service.auth.groupByName(name)
      if (gid !== null) numbers.set(name, gid)
    } catch (error) {
      unsure = true
      service.log('warning', `cannot look up the group ${name} now: ${String(error)}`)
    }
  }
  await Promise.all(names.map(ask))
  return {numbers, unsure}
}
