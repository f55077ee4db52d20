/**
 * What the engine says of itself and its host (`GET /info`), asked again after each new connection only where
 * it cannot change without one. A missing field is read as "does not have it".
 */
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
