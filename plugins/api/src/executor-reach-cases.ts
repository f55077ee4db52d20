/** What reaches a container and what is left of it: signals, removal, listing, other executors: cases of the contract. */
import assert from 'node:assert/strict'
import {type Case, created, ended, inStatus, running, started, until, view} from './executor-world.js'

export const SIGNALS: Readonly<Record<string, Case>> = {
  'TERM ends a program that does nothing about it, with 143': async world => {
    const id = await running(world, world.spec('endless'))
    assert.equal(await world.executor.signal(id, 'SIGTERM'), true)
    assert.equal((await ended(world, id)).exitCode, 143)
  },
  'KILL ends with 137': async world => {
    const id = await running(world, world.spec('endless'))
    await world.executor.signal(id, 'SIGKILL')
    const {exitCode, oomKilled} = await ended(world, id)
    assert.deepEqual({exitCode, oomKilled}, {exitCode: 137, oomKilled: false})
  },
  'a pause pauses, also twice, and an unpause lets run on, also twice': async world => {
    const {executor} = world
    const id = await running(world, world.spec('endless'))
    await executor.pause(id)
    await executor.pause(id)
    await inStatus(world, id, 'paused')
    assert.deepEqual(await executor.start(id), {answer: 'started'})
    assert.equal((await view(world, id)).status, 'paused')
    await executor.unpause(id)
    await executor.unpause(id)
    await inStatus(world, id, 'running')
  },
  'TERM reaches a paused container': async world => {
    const id = await running(world, world.spec('endless'))
    await world.executor.pause(id)
    await inStatus(world, id, 'paused')
    await world.executor.signal(id, 'SIGTERM')
    assert.equal((await ended(world, id)).exitCode, 143)
  },
  'KILL reaches a paused container': async world => {
    const id = await running(world, world.spec('endless'))
    await world.executor.pause(id)
    await inStatus(world, id, 'paused')
    assert.equal(await world.executor.signal(id, 'SIGKILL'), true)
    assert.equal((await ended(world, id)).exitCode, 137)
  },
  'signal, pause and unpause do nothing to what is created or has ended': async world => {
    const {executor} = world
    const waiting = (await created(world, world.spec('exit0'))).id
    const over = await started(world, world.spec('exit0'))
    await ended(world, over)
    for (const id of [waiting, over]) {
      const before = await view(world, id)
      assert.equal(await executor.signal(id, 'SIGTERM'), false)
      assert.equal(await executor.signal(id, 'SIGKILL'), false)
      await executor.pause(id)
      await executor.unpause(id)
      assert.deepEqual(await view(world, id), before)
    }
  },
  'signal, pause, unpause and remove do nothing to what is gone': async world => {
    const {executor} = world
    const spec = world.spec('exit0')
    const {id} = await created(world, spec)
    await executor.remove(spec.name, id)
    assert.equal(await executor.signal(id, 'SIGTERM'), false)
    await executor.pause(id)
    await executor.unpause(id)
    await executor.remove(spec.name, id)
    assert.equal(await executor.inspect(id), null)
  },
}

export const REMOVALS: Readonly<Record<string, Case>> = {
  'a removal leaves nothing, running or not, also twice': async world => {
    const {executor} = world
    const specs = [world.spec('exit0'), world.spec('endless'), world.spec('exit0')] as const
    const ids = [
      (await created(world, specs[0])).id,
      await running(world, specs[1]),
      await started(world, specs[2]),
    ]
    await ended(world, ids[2] ?? '')
    for (const [index, spec] of specs.entries()) {
      await executor.remove(spec.name, ids[index] ?? '')
      await executor.remove(spec.name, ids[index] ?? '')
      assert.equal(await executor.inspect(spec.name), null)
    }
    assert.deepEqual(await executor.list(), [])
  },
  'a name is free again after the removal': async world => {
    const spec = world.spec('exit0')
    const id = await started(world, spec)
    await ended(world, id)
    await world.executor.remove(spec.name, id)
    assert.equal((await created(world, spec)).status, 'created')
  },
}

export const REST: Readonly<Record<string, Case>> = {
  'a closed executor leaves its containers running, and another one finds them': async world => {
    const id = await running(world, world.spec('endless'))
    await world.executor.close()
    const other = await world.another()
    assert.equal((await other.inspect(id))?.status, 'running')
    assert.deepEqual(
      (await other.list()).map(row => row.id),
      [id],
    )
    await other.signal(id, 'SIGKILL')
    const code = await until(world, 'it has ended', async () => (await other.inspect(id))?.exitCode ?? null)
    assert.equal(code, 137)
  },
  'an executor names its engine, the same each time and in another process': async world => {
    const engine = await world.executor.identity()
    assert.match(engine, /^[a-z]+:.+$/)
    assert.equal(await world.executor.identity(), engine)
    assert.equal(await (await world.another()).identity(), engine)
  },
  'an executor names a node with a capacity': async world => {
    const nodes = await world.executor.nodes()
    assert.ok(nodes.length > 0)
    for (const {name, capacity} of nodes) {
      assert.notEqual(name, '')
      assert.ok(capacity.cpus > 0 && capacity.memory > 0 && capacity.gpus >= 0, JSON.stringify(capacity))
    }
  },
  'a look at the health answers with findings': async world => {
    for (const {check, text, ok, remedy} of await world.executor.health()) {
      assert.ok(check !== '' && text !== '')
      assert.ok(ok || remedy === undefined || remedy !== '')
    }
  },
}
