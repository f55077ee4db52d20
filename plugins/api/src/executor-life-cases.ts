/** How a container comes to be, starts and ends: cases of the contract of executors. */
import assert from 'node:assert/strict'
import {type Case, created, ended, type Program, running, started, until, view} from './executor-world.js'

export const CREATION: Readonly<Record<string, Case>> = {
  'a new container is created, not started': async world => {
    const spec = world.spec('exit0')
    // An executor with images may tell of which one it is.
    const {imageId: _, ...container} = await created(world, spec)
    assert.deepEqual(
      {...container, id: ''},
      {
        id: '',
        name: spec.name,
        job: spec.job,
        attempt: spec.attempt,
        nonce: spec.nonce,
        status: 'created',
        startedAt: null,
        finishedAt: null,
        exitCode: null,
        oomKilled: false,
        startFault: null,
      },
    )
  },
  'a task of an array is told with its container, by every answer': async world => {
    const spec = {...world.spec('endless'), task: 0}
    const container = await created(world, spec)
    assert.equal(container.task, 0)
    assert.equal((await world.executor.create(spec)).answer, 'exists')
    assert.equal((await view(world, container.id)).task, 0)
    assert.deepEqual(
      (await world.executor.list()).map(({job, task}) => ({job, task})),
      [{job: spec.job, task: 0}],
    )
  },
  'a name is created once; the second time the same container exists': async world => {
    const spec = world.spec('exit0')
    const first = await created(world, spec)
    const second = await world.executor.create({...spec, nonce: `f${spec.nonce.slice(1)}`})
    assert.equal(second.answer, 'exists')
    assert.equal(second.container.id, first.id)
    assert.equal(second.container.nonce, spec.nonce)
  },
  'a container is inspected by name as by id': async world => {
    const spec = world.spec('exit0')
    const container = await created(world, spec)
    assert.deepEqual(await world.executor.inspect(spec.name), container)
    assert.deepEqual(await world.executor.inspect(container.id), container)
  },
  'an unknown container is null': async world => {
    assert.equal(await world.executor.inspect(world.spec('exit0').name), null)
    assert.equal(await world.executor.inspect('f'.repeat(64)), null)
  },
  'a list shows created, running and exited containers of this cluster alone': async (world, worlds) => {
    const stranger = await worlds.open()
    try {
      await created(stranger, stranger.spec('exit0'))
      const specs = [world.spec('exit0'), world.spec('endless'), world.spec('exit0')] as const
      const ids = [
        (await created(world, specs[0])).id,
        await running(world, specs[1]),
        await started(world, specs[2]),
      ]
      await ended(world, ids[2] ?? '')
      const expected = specs.map(({name, job, attempt, nonce}, index) => {
        const status = (['created', 'running', 'exited'] as const)[index]
        return {id: ids[index], name, status, job, attempt, nonce}
      })
      const byJob = [...(await world.executor.list())].sort((a, b) => a.job - b.job)
      assert.deepEqual(byJob, expected)
    } finally {
      await stranger.close()
    }
  },
}

export const STARTS: Readonly<Record<string, Case>> = {
  'a start may be repeated and starts once': async world => {
    const spec = world.spec('endless')
    const id = await running(world, spec)
    const before = await view(world, id)
    assert.deepEqual(await world.executor.start(id), {answer: 'started'})
    assert.deepEqual(await view(world, id), before)
    assert.equal(before.status, 'running')
    assert.equal(typeof before.startedAt, 'number')
  },
  'a container that has ended is never started again': async world => {
    const id = await started(world, world.spec('exit3'))
    const before = await ended(world, id)
    assert.deepEqual(await world.executor.start(id), {answer: 'started'})
    await world.settle()
    assert.deepEqual(await view(world, id), before)
  },
  'a container that is gone cannot be started': async world => {
    const spec = world.spec('exit0')
    const {id} = await created(world, spec)
    await world.executor.remove(spec.name, id)
    assert.deepEqual(await world.executor.start(id), {answer: 'gone'})
  },
}

const endsWith =
  (program: Program, code: number): Case =>
  async world => {
    const id = await started(world, world.spec(program))
    const {exitCode, startedAt, finishedAt, oomKilled, startFault} = await ended(world, id)
    assert.deepEqual({exitCode, oomKilled, startFault}, {exitCode: code, oomKilled: false, startFault: null})
    assert.ok(
      startedAt !== null && finishedAt !== null && finishedAt >= startedAt,
      `${startedAt} ${finishedAt}`,
    )
  }

export const ENDS: Readonly<Record<string, Case>> = {
  'exit code 0 comes through': endsWith('exit0', 0),
  'exit code 3 comes through': endsWith('exit3', 3),
  'exit code 137 comes through': endsWith('exit137', 137),
  'what a container used is known after its end': async world => {
    const spec = world.spec('exit0')
    const id = await started(world, spec)
    await ended(world, id)
    const usage = await world.executor.usage(spec.name, id)
    if (usage === null) return assert.equal(world.executor.features.exactUsage, false)
    assert.ok(usage.cpuSeconds >= 0 && usage.maxMemory >= 0, JSON.stringify(usage))
  },
  'what a container uses is known while it runs, where anything is known, and its cpu time never shrinks':
    async world => {
      const spec = world.spec('endless')
      const id = await running(world, spec)
      const first = await world.executor.usage(spec.name, id)
      if (first === null) return assert.equal(world.executor.features.exactUsage, false)
      if (world.executor.features.exactUsage) assert.ok((first.memory ?? 0) > 0, JSON.stringify(first))
      await world.settle()
      const second = await world.executor.usage(spec.name, id)
      assert.ok((second?.cpuSeconds ?? -1) >= first.cpuSeconds, JSON.stringify([first, second]))
    },
  'a watch wakes on an end, and no more once it is stopped': async world => {
    const id = await running(world, world.spec('endless'))
    let wakes = 0
    const stop = world.executor.watch(() => {
      wakes += 1
    })
    await world.settle()
    const before = wakes
    await world.executor.signal(id, 'SIGKILL')
    await until(world, 'the watch wakes', async () => (wakes > before ? true : null))
    stop()
    const last = wakes
    await world.executor.start(await created(world, world.spec('exit0')).then(made => made.id))
    await world.settle()
    assert.equal(wakes, last)
  },
}
