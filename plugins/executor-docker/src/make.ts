/**
 * The engine is asked for one container, and what it answers is explained by looking again.
 *
 * Files and slice are made first and may be left by a crash; the next pass finds or repeats them. What is refused
 * takes them along, since nobody asks to remove a container that never was.
 */
import type {ContainerSpec, ContainerView, CreateAnswer} from '@god-cli/api'
import {writeAccountFiles} from './account-files.js'
import {findBusybox} from './busybox.js'
import {parentFor} from './cgroup.js'
import {type CreateOptions, createOptions, SHELL_OF_IMAGE} from './create-options.js'
import type {Image} from './image.js'
import {find, inspect} from './inspect.js'
import {EngineRefusal, isFinal} from './refusal.js'
import {rootRefusal} from './refuse-root.js'
import {remove, removeTraces} from './remove.js'
import type {Site} from './site.js'
import {startSlice} from './slice.js'

/** A name is taken some milliseconds before its container can be seen. */
const LOOKS = 20
const BETWEEN = 50

export const refused = (code: string, text: string): CreateAnswer => ({
  answer: 'refused',
  reason: {code, text},
})

export const existing = async ({engine, host}: Site, name: string): Promise<CreateAnswer | null> => {
  const found = await find(engine, host.cluster, name)
  if (found === null) return null
  return found === 'foreign'
    ? refused('name', `the engine has a container ${name} that this cluster did not make`)
    : {answer: 'exists', container: found}
}

const cgroupParent = async ({driver, groups, host}: Site, name: string): Promise<string | null> => {
  if (groups().fault !== null) return null
  const made = await driver()
  const fault = made === 'systemd' ? await startSlice(name) : null
  if (fault !== null) host.log('warning', `usage of ${name} may be lost: ${fault}`)
  return parentFor(made, name)
}

const optionsFor = async (
  site: Site,
  spec: ContainerSpec,
  image: Image,
  busybox: string | null,
): Promise<CreateOptions> => {
  const {host} = site
  return createOptions(spec, {
    imageId: image.id,
    busybox,
    ...writeAccountFiles(host.stateDir, spec, host.now()),
    cgroupParent: await cgroupParent(site, spec.name),
  })
}

const ask = ({engine}: Site, {name, ...body}: CreateOptions): Promise<string> =>
  engine.ask(async (docker, abortSignal) => {
    const {id} = await docker.createContainer({_query: {name}, _body: body, abortSignal})
    return id
  })

/** Who was first with the name, as soon as it can be seen. */
const taken = async (site: Site, name: string): Promise<CreateAnswer | null> => {
  for (let left = LOOKS; left > 0; left -= 1) {
    const known = await existing(site, name)
    if (known !== null) return known
    await site.host.delay(BETWEEN)
  }
  return null
}

const codeOf = ({words}: EngineRefusal): string => (/\b(mount|bind)\b/i.test(words) ? 'mount' : 'limit')

const explain = async (site: Site, name: string, error: unknown): Promise<CreateAnswer> => {
  if (!(error instanceof EngineRefusal)) throw error
  const known = error.status === 409 ? await taken(site, name) : await existing(site, name)
  if (known?.answer === 'exists') return known
  // 404: the image went away meanwhile; 409: the name did. Both are other in the next pass.
  if (known === null && !isFinal(error)) throw error
  await removeTraces(site, name)
  return known ?? refused(codeOf(error), `the engine refuses the container: ${error.words}`)
}

/** What the engine would show: it was made this moment, by us, and nobody else knows its id. */
const fresh = (
  {name, job, task, attempt, nonce}: ContainerSpec,
  id: string,
  imageId: string,
): ContainerView => ({
  id,
  name,
  job,
  ...(task === undefined ? {} : {task}),
  attempt,
  nonce,
  status: 'created',
  startedAt: null,
  finishedAt: null,
  exitCode: null,
  oomKilled: false,
  startFault: null,
  imageId,
})

/** True: it says that there is no shell in it. That answer has no words: a second one must say the same. */
const saysNoShell = async ({engine}: Site, id: string): Promise<boolean> => {
  try {
    const path = SHELL_OF_IMAGE
    await engine.ask((docker, abortSignal) => docker.getContainer(id).infoArchive({path, abortSignal}))
    return false
  } catch (error) {
    if (!(error instanceof EngineRefusal) || error.status !== 404) throw error
    return true
  }
}

/** The engine would only say 127 at the end, as it starts its init, which then finds no shell. */
const lacksShell = async (site: Site, id: string): Promise<boolean> => {
  if (!(await saysNoShell(site, id))) return false
  if ((await inspect(site.engine, site.host.cluster, id)) === null)
    throw new Error(`the container ${id} is gone before it was started`)
  return saysNoShell(site, id)
}

const made = async (site: Site, spec: ContainerSpec, options: CreateOptions): Promise<CreateAnswer> => {
  const id = await ask(site, options)
  if (options.Entrypoint[0] === SHELL_OF_IMAGE && (await lacksShell(site, id))) {
    await remove(site, spec.name, id)
    return refused(
      'image',
      `image ${spec.image} has no ${SHELL_OF_IMAGE}, and this node has no static busybox`,
    )
  }
  return {answer: 'created', container: fresh(spec, id, options.Image)}
}

/** What was made for it goes, unless somebody else was first with the container. */
const unmade = async (site: Site, name: string, refusal: CreateAnswer): Promise<CreateAnswer> => {
  const known = await existing(site, name)
  if (known?.answer === 'exists') return known
  await removeTraces(site, name)
  return refusal
}

export const make = async (site: Site, spec: ContainerSpec, image: Image): Promise<CreateAnswer> => {
  const busybox = findBusybox(site.host.options.busybox).path
  const options = await optionsFor(site, spec, image, busybox)
  const fault = await rootRefusal(site, spec, busybox)
  if (fault !== null) return unmade(site, spec.name, refused('root', fault))
  try {
    return await made(site, spec, options)
  } catch (error) {
    return explain(site, spec.name, error)
  }
}
