/**
 * `remove`: nothing of an attempt stays: container, volumes, files on the node, control groups.
 *
 * Each step is harmless when repeated. A crash before the container is gone leaves one that the host still sees
 * and removes again; what one right after it leaves, two small files and an empty control group, is swept by the next
 * process of god.
 */
import {deleteAccountFiles, giveUpAccountFiles} from './account-files.js'
import {hasSlice, removeGroups} from './cgroup.js'
import {inspect} from './inspect.js'
import {isPlainName} from './names.js'
import {EngineRefusal, saysGone} from './refusal.js'
import type {Site} from './site.js'
import {stopSlice} from './slice.js'

const TRIES = 5
const BETWEEN = 50
/** Milliseconds until control groups that are still there are tried again. */
const LATER = 10_000

const removeContainer = async ({engine, host}: Site, id: string): Promise<void> => {
  try {
    await engine.ask((docker, abortSignal) =>
      docker.getContainer(id).remove({force: true, v: true, abortSignal}),
    )
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error
    if (saysGone(error)) return
    // 409 also means that a removal is under way; then it is gone soon, and the host sees.
    if (error.status === 409 && /already in progress/.test(error.message)) return
    if ((await inspect(engine, host.cluster, id)) !== null) throw error
  }
}

/** False: one is still there. Those that were made by root stay until root comes again: waiting helps nothing. */
const removeCgroups = async ({groups, host}: Site, name: string): Promise<boolean> => {
  const {hierarchies, fault} = groups()
  if (hasSlice(hierarchies, name)) await stopSlice(name)
  for (let left = fault === null ? TRIES : 0; !removeGroups(hierarchies, name); left -= 1) {
    if (left === 0) return false
    await host.delay(BETWEEN)
  }
  return true
}

/**
 * All of an attempt but its container. Must come after the container for the control groups to be free.
 * The files go last: as long as they are there, the sweep finds what is not finished. False: it is not finished.
 */
export const removeTraces = async (site: Site, name: string): Promise<boolean> => {
  const {host, unfinished} = site
  if (!isPlainName(name)) return true
  if (!(await removeCgroups(site, name))) {
    unfinished.set(name, host.now() + LATER)
    host.log('warning', `the control groups of ${name} are still there; removed later`)
    return false
  }
  deleteAccountFiles(host.stateDir, name)
  unfinished.delete(name)
  return true
}

export const remove = async (site: Site, name: string, id: string): Promise<void> => {
  // An answer that is lost leaves a removed container whose removal nobody asks for again.
  if (isPlainName(name)) {
    site.unfinished.set(name, site.host.now())
    giveUpAccountFiles(site.host.stateDir, name)
  }
  if (isPlainName(id)) await removeContainer(site, id)
  await removeTraces(site, name)
}
