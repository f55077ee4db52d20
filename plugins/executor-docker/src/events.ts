/**
 * `watch`: the engine's events as a bell. Of what they say only the owner is read, since the engine's listing lags behind
 * its events while its answer about one container does not; the host inspects.
 *
 * A stream that ends is opened again after 0.2 to 5 s, until it is stopped; each opening rings for all, since the
 * engine may have been away and its events are not kept over a restart. Some ends come without an event.
 */
import type {HostServices} from '@god-cli/api'
import {eventSchema, parsed} from './answers.js'
import type {EngineStream} from './client.js'
import type {Engine} from './engine.js'
import {CLUSTER_LABEL, type Owner, ownerOf} from './labels.js'
import {lines} from './lines.js'

const FIRST_WAIT = 200
const LONGEST_WAIT = 5000

/** Starts and removals are ours as a rule: each would cost a listing that shows nothing new. */
const eventsFor = (cluster: string) => ({
  type: ['container'],
  // Podman's word for an end is another one.
  event: ['die', 'died', 'pause', 'unpause'],
  label: [`${CLUSTER_LABEL}=${cluster}`],
})

/**
 * An engine that takes the question and never answers would else be waited for as long as this process lives.
 * `end` closes the question and later the stream; it is an own controller, since what `AbortSignal.any` gives is held by
 * nobody once the request is under way.
 */
const open = async (engine: Engine, cluster: string, end: AbortController): Promise<EngineStream> => {
  const {request} = engine.deadlines
  let late = false
  const timer = setTimeout(() => {
    late = true
    end.abort()
  }, request)
  const filters = eventsFor(cluster)
  try {
    return await engine.stream(docker => docker.getEvents({filters, abortSignal: end.signal}))
  } catch (error) {
    throw late ? new Error(`the engine did not answer within ${request / 1000} s`) : error
  } finally {
    clearTimeout(timer)
  }
}

type Ring = (job?: number, task?: number) => void

/** Null: it does not tell, or not so that it can be read. */
export const ownerIn = (event: string, cluster: string): Owner | null => {
  try {
    const {Actor} = parsed('events', eventSchema, JSON.parse(event))
    return ownerOf(Actor.Attributes, cluster)
  } catch {
    return null
  }
}

/** Until the stream ends; resolves or throws then. */
const follow = async (engine: Engine, cluster: string, abort: AbortSignal, ring: Ring): Promise<void> => {
  const end = new AbortController()
  const stop = (): void => end.abort()
  abort.addEventListener('abort', stop, {once: true})
  try {
    const stream = await open(engine, cluster, end)
    ring()
    for await (const event of lines(stream)) {
      const owner = ownerIn(event, cluster)
      ring(owner?.job, owner?.task)
    }
  } finally {
    abort.removeEventListener('abort', stop)
  }
}

/** Follows once; a stream that breaks off is a line in the log. */
const attempt = async (engine: Engine, host: HostServices, abort: AbortSignal, ring: Ring): Promise<void> => {
  try {
    await follow(engine, host.cluster, abort, ring)
  } catch (error) {
    if (abort.aborted) return
    host.log(
      'warning',
      `the engine's events broke off: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

export const watchEvents = (engine: Engine, host: HostServices, wake: Ring): (() => void) => {
  const abort = new AbortController()
  let wait = FIRST_WAIT
  const ring: Ring = (job, task) => {
    wait = FIRST_WAIT
    if (!abort.signal.aborted) wake(job, task)
  }
  const run = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      await attempt(engine, host, abort.signal, ring)
      if (abort.signal.aborted) return
      await host.delay(wait, abort.signal)
      wait = Math.min(wait * 2, LONGEST_WAIT)
    }
  }
  void run()
  return () => abort.abort()
}
