/**
 * What every executor must keep to, as cases for any test runner: `executorContract(it, world)`.
 *
 * The plugin's author writes the world: how to open an executor on an empty engine and how to name programs that
 * behave in a given way. Real engines run them, simulated ones are scripted for them. Each case opens its own world
 * and closes it, also when it fails. No case sleeps: it lets the world settle until something is so, and gives up.
 */
import assert from 'node:assert/strict'
import type {ContainerSpec, ContainerView, Executor} from './executor.js'

/** `endless` runs until a signal ends it and does nothing about TERM; the others end at once with that code. */
export type Program = 'exit0' | 'exit3' | 'exit137' | 'endless'

export interface OpenExecutor {
  readonly executor: Executor
  /** A spec of a job that no other has, of this executor's cluster, for that program. */
  spec(program: Program): ContainerSpec
  /** Resolves when the program of a started spec has begun to run. */
  ready(spec: ContainerSpec): Promise<void>
  /** Lets a little time pass: a real world waits some milliseconds, a simulated one moves its clock. */
  settle(): Promise<void>
  /** Another executor on the same engine for the same cluster, as after a restart of god. */
  another(): Promise<Executor>
  /** Removes whatever is left, closes all executors. */
  close(): Promise<void>
}

export interface ExecutorWorld {
  /** Each time another cluster; on the same engine, if engines can be shared. */
  open(): Promise<OpenExecutor>
}

/** The shape of mocha's and node:test's `it`. */
export type ExecutorTest = (title: string, run: () => Promise<void>) => void

const PATIENCE = 2000

const until = async <T>(world: OpenExecutor, what: string, ask: () => Promise<T | null>): Promise<T> => {
  for (let left = PATIENCE; left > 0; left -= 1) {
    const answer = await ask()
    if (answer !== null) return answer
    await world.settle()
  }
  assert.fail(`waited in vain until ${what}`)
}

const created = async ({executor}: OpenExecutor, spec: ContainerSpec): Promise<ContainerView> => {
  const answer = await executor.create(spec)
  assert.equal(answer.answer, 'created', JSON.stringify(answer))
  return answer.container
}

/** Created and started; its id. */
const started = async (world: OpenExecutor, spec: ContainerSpec): Promise<string> => {
  const {id} = await created(world, spec)
  assert.deepEqual(await world.executor.start(id), {answer: 'started'})
  return id
}

/** Started, and its program runs. */
const running = async (world: OpenExecutor, spec: ContainerSpec): Promise<string> => {
  const id = await started(world, spec)
  await world.ready(spec)
  return id
}

const view = async ({executor}: OpenExecutor, id: string): Promise<ContainerView> => {
  const seen = await executor.inspect(id)
  assert.ok(seen !== null, `${id} is there`)
  return seen
}

const inStatus = (world: OpenExecutor, id: string, status: ContainerView['status']): Promise<ContainerView> =>
  until(world, `${id} is ${status}`, async () => {
    const seen = await view(world, id)
    return seen.status === status ? seen : null
  })

const ended = (world: OpenExecutor, id: string): Promise<ContainerView> => inStatus(world, id, 'exited')

type Case = (world: OpenExecutor, worlds: ExecutorWorld) => Promise<void>

const CREATION: Readonly<Record<string, Case>> = {
  'a new container is created, not started': async world => {
    const spec = world.spec('exit0')
    const container = await created(world, spec)
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

const STARTS: Readonly<Record<string, Case>> = {
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

const ENDS: Readonly<Record<string, Case>> = {
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

const SIGNALS: Readonly<Record<string, Case>> = {
  'TERM ends a program that does nothing about it, with 143': async world => {
    const id = await running(world, world.spec('endless'))
    await world.executor.signal(id, 'SIGTERM')
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
    await world.executor.signal(id, 'SIGKILL')
    assert.equal((await ended(world, id)).exitCode, 137)
  },
  'signal, pause and unpause do nothing to what is created or has ended': async world => {
    const {executor} = world
    const waiting = (await created(world, world.spec('exit0'))).id
    const over = await started(world, world.spec('exit0'))
    await ended(world, over)
    for (const id of [waiting, over]) {
      const before = await view(world, id)
      await executor.signal(id, 'SIGTERM')
      await executor.signal(id, 'SIGKILL')
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
    await executor.signal(id, 'SIGTERM')
    await executor.pause(id)
    await executor.unpause(id)
    await executor.remove(spec.name, id)
    assert.equal(await executor.inspect(id), null)
  },
}

const REMOVALS: Readonly<Record<string, Case>> = {
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

const REST: Readonly<Record<string, Case>> = {
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
