/** Many process containers at once, and what is left of them: no open file, no process, no control group. */
import assert from 'node:assert/strict'
import {readdirSync} from 'node:fs'
import {readPlatform} from '../../../plugins/executor-process/src/platform.js'
import {describeBoth, makeWorld, until} from './world.js'

const descriptors = (): number => readdirSync('/proc/self/fd').length

/** Control groups of this run's containers. */
const groups = (): readonly string[] =>
  (readPlatform().cgroups?.controllers ?? [])
    .flatMap(({base}) => readdirSync(base))
    .filter(name => name.startsWith(`god-${process.pid}-`))

describeBoth('forty process containers at once', look => {
  it('end with their own codes, and leave nothing', async () => {
    const world = makeWorld(look)
    try {
      await world.ended(await world.run(world.spec()))
      const before = descriptors()
      const specs = Array.from({length: 40}, (_, code) => world.script(`exit ${code}`))
      const ids = await Promise.all(specs.map(spec => world.run(spec)))
      const ends = await Promise.all(ids.map(id => world.ended(id)))
      assert.deepEqual(
        ends.map(({exitCode}) => exitCode),
        specs.map((_, code) => code),
      )
      for (const {name, id} of await world.executor.list()) {
        const usage = await world.executor.usage(name, id)
        assert.ok(usage !== null && usage.maxMemory > 0, JSON.stringify(usage))
        if (usage.exact) assert.ok(usage.cpuSeconds > 0, JSON.stringify(usage))
        await world.executor.remove(name, id)
      }
      await until('the pipes are closed', () => descriptors() <= before)
      assert.deepEqual(
        readdirSync(world.stateDir).filter(name => name !== 'bell'),
        [],
      )
      assert.deepEqual(groups(), [])
    } finally {
      await world.close()
    }
  })
})
