/**
 * `create`: from a spec to a container that exists once, whoever asked for it how often.
 *
 * The name is the guard: the engine makes no second container of it, so as a rule nobody looks first (two questions
 * in all: image, container). Before anything is refused or pulled the name is looked up, so that a missing image
 * cannot fail a job that already runs.
 */
import type {ContainerSpec, CreateAnswer} from '@god-cli/api'
import {findBusybox} from './busybox.js'
import type {Image, ImageAnswer} from './image.js'
import {existing, make, refused} from './make.js'
import {mountFault, volumeFault} from './mounts.js'
import {isPlainName} from './names.js'
import {rootRefusal} from './refuse-root.js'
import type {Site} from './site.js'

const isAmount = (n: number): boolean => Number.isSafeInteger(n) && n > 0

/** The engine reads zero and less as "no limit" (T47). */
const limitFault = ({resources, pids}: ContainerSpec): string | null => {
  const {cpus, memory, gpus} = resources
  const bad = Object.entries({cpus, memory, pids}).find(([, amount]) => !isAmount(amount))
  if (bad !== undefined) return `${bad[0]} is ${bad[1]}, which the engine would take for no limit`
  return gpus === 0 || isAmount(gpus) ? null : `gpus is ${gpus}`
}

/** What is wrong whatever image the engine has. */
const specFault = async (site: Site, spec: ContainerSpec): Promise<CreateAnswer | null> => {
  const limit = limitFault(spec)
  if (limit !== null) return refused('limit', limit)
  const mount = mountFault(spec)
  if (mount !== null) return refused('mount', mount)
  const root = await rootRefusal(site, spec, findBusybox(site.host.options.busybox).path)
  return root === null ? null : refused('root', root)
}

/** The image to make it of, or why there is none. */
const usable = (found: ImageAnswer, spec: ContainerSpec): Image | CreateAnswer => {
  if ('fault' in found) return refused('image', found.fault)
  const volume = volumeFault(found.image.volumes, spec)
  return volume === null ? found.image : refused('image', `image ${spec.image} cannot be used: ${volume}`)
}

/** A container that is there is the answer, whatever is wrong with the spec by now. */
const known = async (site: Site, spec: ContainerSpec, refusal: CreateAnswer): Promise<CreateAnswer> =>
  (await existing(site, spec.name)) ?? refusal

const withImage = async (site: Site, spec: ContainerSpec, found: ImageAnswer): Promise<CreateAnswer> => {
  const image = usable(found, spec)
  return 'answer' in image ? known(site, spec, image) : site.slots(() => make(site, spec, image))
}

export const create = async (site: Site, spec: ContainerSpec): Promise<CreateAnswer> => {
  if (!isPlainName(spec.name))
    return refused('name', `${JSON.stringify(spec.name)} is no name of a container`)
  const fault = await specFault(site, spec)
  if (fault !== null) return known(site, spec, fault)
  const here = await site.images.here(spec.image)
  if (here !== null) return withImage(site, spec, here)
  const there = await existing(site, spec.name)
  return there ?? withImage(site, spec, await site.images.pulled(spec.image))
}
