/**
 * `start`: once per container. The answer is what the engine shows afterwards, not the status of the call.
 *
 * A container that runs, is paused or has ended was started: it is never started again. One that the engine
 * could not start keeps its fault and is not tried again either, so that answer and view agree for ever; unless it
 * was the node's trouble, as a full disk: then it is thrown, and tried again.
 */
import type {ContainerView, StartAnswer} from '@god-cli/api'
import {inspect} from './inspect.js'
import {EngineRefusal, isFinal} from './refusal.js'
import type {Site} from './site.js'

const refused = (fault: string): StartAnswer => ({
  answer: 'refused',
  reason: {code: 'start', text: `the engine cannot start the container: ${fault}`},
})

/** Null: it is there, and nobody has started it. */
const verdict = (container: ContainerView | null): StartAnswer | null => {
  if (container === null) return {answer: 'gone'}
  if (container.status !== 'created') return {answer: 'started'}
  return container.startFault === null ? null : refused(container.startFault)
}

const tryStart = async ({engine}: Site, id: string): Promise<EngineRefusal | null> => {
  try {
    await engine.ask(
      (docker, abortSignal) => docker.getContainer(id).start({abortSignal}),
      engine.deadlines.start,
    )
    return null
  } catch (error) {
    // 304: somebody else was first.
    if (error instanceof EngineRefusal) return error.status === 304 ? null : error
    throw error
  }
}

const startOnce = async (site: Site, id: string): Promise<StartAnswer> => {
  const {engine, host} = site
  // Asked inside the slot: while it waited its turn, a start of a god that was shot may have come to its end.
  const before = verdict(await inspect(engine, host.cluster, id))
  if (before !== null) return before
  const refusal = await tryStart(site, id)
  if (refusal === null) return {answer: 'started'}
  const after = verdict(await inspect(engine, host.cluster, id))
  if (after !== null) return after
  if (!isFinal(refusal)) throw refusal
  return refused(refusal.words)
}

export const start = (site: Site, id: string): Promise<StartAnswer> => site.slots(() => startOnce(site, id))
