/**
 * What every executor must keep to, as cases for any test runner: `executorContract(it, world)`.
 *
 * The plugin's author writes the world: how to open an executor on an empty engine and how to name programs that
 * behave in a given way. Real engines run them, simulated ones are scripted for them. Each case opens its own world
 * and closes it, also when it fails.
 */
import {CREATION, ENDS, STARTS} from './executor-life-cases.js'
import {REMOVALS, REST, SIGNALS} from './executor-reach-cases.js'
import type {ExecutorWorld} from './executor-world.js'

export type {ExecutorWorld, OpenExecutor, Program} from './executor-world.js'

/** The shape of mocha's and node:test's `it`. */
export type ExecutorTest = (title: string, run: () => Promise<void>) => void

export const executorContract = (test: ExecutorTest, worlds: ExecutorWorld): void => {
  for (const [title, run] of Object.entries({
    ...CREATION,
    ...STARTS,
    ...ENDS,
    ...SIGNALS,
    ...REMOVALS,
    ...REST,
  })) {
    test(title, async () => {
      const world = await worlds.open()
      try {
        await run(world, worlds)
      } finally {
        await world.close()
      }
    })
  }
}
