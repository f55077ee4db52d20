/**
 * What the engine says of itself and its host (`GET /info`), asked again after each new connection only where
 * it cannot change without one. A missing field is read as "does not have it".
 */

import {createHash} from 'node:crypto'
import type {Resources} from '@god-cli/api'
import type {EngineFacts} from './answers.js'
import type {EngineClient} from './client.js'
import type {Engine} from './engine.js'

export const engineFacts = (engine: Engine): Promise<EngineFacts> =>
  engine.ask((docker, abortSignal) => docker.info({abortSignal}))

/**
 * The engine's id alone is none: machines cloned from one image share it, as do two engines of one host, which keep it
 * in the same file. So it stands beside the names of host and folder, shortened.
 */
const identityOf = ({ID = '', Name = '', DockerRootDir = ''}: EngineFacts): string => {
  if (ID === '') throw new Error('the engine does not tell its id')
  const place = createHash('sha256').update(`${Name}\0${DockerRootDir}`).digest('hex').slice(0, 8)
  return `docker:${ID}:${place}`
}

/** Kept per connection: another engine may answer at the same address after the next one. */
export const createIdentityMemo = (engine: Engine): (() => Promise<string>) => {
  const known = new WeakMap<EngineClient, string>()
  return async () =>
    known.get(await engine.client()) ??
    engine.ask(async (docker, abortSignal) => {
      const identity = identityOf(await docker.info({abortSignal}))
      known.set(docker, identity)
      return identity
    })
}

/** Who makes control groups: kept per connection, as create asks each time. */
export const createDriverMemo = (engine: Engine): (() => Promise<string>) => {
  const known = new WeakMap<EngineClient, string>()
  return async () =>
    known.get(await engine.client()) ??
    engine.ask(async (docker, abortSignal) => {
      const {CgroupDriver: driver} = await docker.info({abortSignal})
      if (driver !== undefined) known.set(docker, driver)
      return driver ?? 'none'
    })
}

/** Milliseconds after an answer in which nobody asks whether the engine is alive: a pass has just listed. */
const ALIVE = 1000
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
  return async () => {
    const kept = known.get(await engine.client())
    if (kept !== undefined && Math.abs(now() - kept.at) < CAPACITY_KEPT) {
      if (engine.sinceAnswer() > ALIVE) await engine.ask((docker, abortSignal) => docker.ping({abortSignal}))
      return kept.capacity
    }
    return engine.ask(async (docker, abortSignal) => {
      const {NCPU = 0, MemTotal = 0} = await docker.info({abortSignal})
      if (NCPU <= 0 || MemTotal <= 0) throw new Error('the engine does not tell what its host has')
      const capacity = {cpus: NCPU * 1000, memory: MemTotal}
      known.set(docker, {at: now(), capacity})
      return capacity
    })
  }
}
