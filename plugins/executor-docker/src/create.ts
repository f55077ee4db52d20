/**
 * `create`: from a spec to a container that exists once, whoever asked for it how often.
 *
 * The name is the guard: the engine makes no second container of it. An attempt whose container is there is
 * answered before anything else is looked at, so a missing image cannot fail a job that already runs.
 * Then all that can never work is refused, and only the rest is asked of the engine.
 */
import type {ContainerSpec, CreateAnswer} from '@god-cli/api'
import {existing, make, refused} from './make.js'
import {mountFault, volumeFault} from './mounts.js'
import {isPlainName} from './names.js'
import type {Site} from './site.js'

const isAmount = (n: number): boolean => Number.isSafeInteger(n) && n > 0

/** The engine reads zero and less as "no limit" (T47). */
const limitFault = ({resources, pids}: ContainerSpec): string | null => {
  const {cpus, memory, gpus} = resources
  const bad = Object.entries({cpus, memory, pids}).find(([, amount]) => !isAmount(amount))
  if (bad !== undefined) return `${bad[0]} is ${bad[1]}, which the engine would take for no limit`
  return gpus === 0 || isAmount(gpus) ? null : `gpus is ${gpus}`
}

export const create = async (site: Site, spec: ContainerSpec): Promise<CreateAnswer> => {
  if (!isPlainName(spec.name))
    return refused('name', `${JSON.stringify(spec.name)} is no name of a container`)
  const known = await existing(site, spec.name)
  if (known !== null) return known
  const limit = limitFault(spec)
  if (limit !== null) return refused('limit', limit)
  const mount = mountFault(spec)
  if (mount !== null) return refused('mount', mount)
  const found = await site.resolveImage(spec.image)
  if ('fault' in found) return refused('image', found.fault)
  const volume = volumeFault(found.image.volumes, spec)
  if (volume !== null) return refused('image', `image ${spec.image} cannot be used: ${volume}`)
  return site.slots(() => make(site, spec, found.image))
}
