/**
 * What the engine says of itself and its host (`GET /info`), asked again after each new connection only where
 * it cannot change without one. A missing field is read as "does not have it".
 */
import type {Resources} from '@god-cli/api'
import type {EngineClient, EngineFacts} from './client.js'
import type {Engine} from './engine.js'

export const engineFacts = (engine: Engine): Promise<EngineFacts> =>
  engine.ask((docker, abortSignal) => docker.info({abortSignal}))

/** Kept per connection: another engine may answer at the same address after the next one. */
export const createIdentityMemo = (engine: Engine): (() => Promise<string>) => {
  const known = new WeakMap<EngineClient, string>()
  return () =>
    engine.ask(async (docker, abortSignal) => {
      const kept = known.get(docker)
      if (kept !== undefined) return kept
      const {ID = ''} = await docker.info({abortSignal})
      if (ID === '') throw new Error('the engine does not tell its id')
      known.set(docker, `docker:${ID}`)
      return `docker:${ID}`
    })
}

/** Who makes control groups: kept per connection, as create asks each time. */
export const createDriverMemo = (engine: Engine): (() => Promise<string>) => {
  const known = new WeakMap<EngineClient, string>()
  return () =>
    engine.ask(async (docker, abortSignal) => {
      const kept = known.get(docker)
      if (kept !== undefined) return kept
      const {CgroupDriver: driver = 'none'} = await docker.info({abortSignal})
      known.set(docker, driver)
      return driver
    })
}

/** Milliseconds: cpus and memory change when somebody plugs them in. */
const CAPACITY_KEPT = 60_000

/**
 * What the engine's host has, gpus aside. `GET /info` costs the engine more than any other question, and every pass
 * asks: between two of them it only has to show that it is alive.
 */
export const createCapacityMemo = (
  engine: Engine,
  now: () => number,
): (() => Promise<Pick<Resources, 'cpus' | 'memory'>>) => {
  const known = new WeakMap<EngineClient, {at: number; capacity: Pick<Resources, 'cpus' | 'memory'>}>()
  return () =>
    engine.ask(async (docker, abortSignal) => {
      const kept = known.get(docker)
      if (kept !== undefined && Math.abs(now() - kept.at) < CAPACITY_KEPT) {
        await docker.ping({abortSignal})
        return kept.capacity
      }
      const {NCPU = 0, MemTotal = 0} = await docker.info({abortSignal})
      const capacity = {cpus: NCPU * 1000, memory: MemTotal}
      known.set(docker, {at: now(), capacity})
      return capacity
    })
}
