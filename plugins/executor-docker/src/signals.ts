/**
 * `signal`, `pause` and `unpause`: each does its work, or has no effect because there is nothing to do it to.
 *
 * What the engine answers to the second (404, 409, 304, and 500 for some) is no error. An error status that the
 * container's state does not explain is thrown: the host looks again and repeats.
 */
import type {ContainerStatus, ContainerView} from '@god-cli/api'
import type {ContainerClient} from './client.js'
import {inspect} from './inspect.js'
import {EngineRefusal} from './refusal.js'
import type {Site} from './site.js'

type Verb = (container: ContainerClient, abortSignal: AbortSignal) => Promise<unknown>

const seen = ({engine, host}: Site, id: string): Promise<ContainerView | null> =>
  inspect(engine, host.cluster, id)

/** `from`: the states in which the verb does something. False: it is in another by now. */
const act = async (
  site: Site,
  id: string,
  from: readonly ContainerStatus[],
  verb: Verb,
): Promise<boolean> => {
  try {
    await site.engine.ask((docker, abortSignal) => verb(docker.getContainer(id), abortSignal))
    return true
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error
    if (error.status === 304 || error.status === 404 || error.status === 409) return false
    const now = await seen(site, id)
    if (now !== null && from.includes(now.status)) throw error
    return false
  }
}

export const pause = async (site: Site, id: string): Promise<void> => {
  if ((await seen(site, id))?.status !== 'running') return
  await act(site, id, ['running'], (container, abortSignal) => container.pause({abortSignal}))
}

export const unpause = async (site: Site, id: string): Promise<void> => {
  if ((await seen(site, id))?.status !== 'paused') return
  await act(site, id, ['paused'], (container, abortSignal) => container.unpause({abortSignal}))
}

export const signal = async (site: Site, id: string, name: string): Promise<boolean> => {
  const before = await seen(site, id)
  if (before === null || (before.status !== 'running' && before.status !== 'paused')) return false
  const sent = await act(site, id, ['running', 'paused'], (container, abortSignal) =>
    container.kill({signal: name, abortSignal}),
  )
  // The engine thaws for KILL and for the stop signal only.
  if (before.status === 'paused') await unpause(site, id)
  return sent
}
