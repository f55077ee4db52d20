import assert from 'node:assert/strict'
import type {Executor} from '@god-cli/api'
import {epoch, type JobId, uid} from '../../src/core/brand.js'
import type {Desired} from '../../src/core/state.js'
import {publish} from '../../src/service/publish.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import {plainAuthor} from '../../src/service/service.js'
import {type Settled, settle} from '../../src/service/settle-job.js'
import {DiskProcess} from '../support/disk-process.js'
import {type GodProcess, GRACE, USER, World} from '../support/world.js'

const FOREVER = {FAKE_SECONDS: 'forever'}

describe('settling a job', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  /** S1 is published, nothing else. */
  const starting = async (env: Readonly<Record<string, string>> = FOREVER): Promise<JobId> => {
    const id = world.submit({env})
    const god = world.process()
    await schedulerPass(god.service, god.claimEpoch())
    assert.equal(world.state(id), 'starting')
    return id
  }
  const settled = (id: JobId, god: GodProcess = world.process()): Promise<Settled> => settle(god.service, id)
  const withExecutor = (over: Partial<Executor>): GodProcess => {
    const god = world.process()
    const {executor} = god.service
    const patched = new Proxy(executor, {
      get: (target, name) => Reflect.get(over, name) ?? Reflect.get(target, name),
    })
    Object.assign(god.service, {executor: patched})
    return god
  }
  const states = (id: JobId): readonly string[] =>
    world
      .process()
      .service.jobs.history(id)
      .map(({record}) => record.state)

  it('brings it from S1 to S4, and its record names the container from then on', async () => {
    const id = await starting()
    assert.equal(await settled(id), 'runs')
    const [container] = world.containers()
    assert.deepEqual([world.state(id), world.record(id)?.container?.id], ['running', container?.id])
  })

  it('brings it to its end: code, counters and times recorded, then the container removed', async () => {
    const id = await starting({
      FAKE_SECONDS: '5',
      FAKE_EXIT: '3',
      FAKE_CPU_SECONDS: '1.23456789',
      FAKE_MEMORY: '9',
    })
    await settled(id)
    world.clock.advance(7000)
    const order: string[] = []
    const god = world.process()
    god.fs.on({call: 'link', path: '/1.4.json', when: 'after', act: () => order.push('end recorded')})
    god.fs.on({call: 'engine.remove', when: 'before', act: () => order.push('removed')})
    assert.equal(await settled(id, god), 'over')
    const record = world.record(id)
    assert.deepEqual([record?.state, record?.exit?.code, record?.reason?.code], ['failed', 3, 'exit'])
    assert.deepEqual(record?.usage, {cpuSeconds: 1.234568, maxMemory: 9, exact: true})
    assert.equal((record?.ended ?? 0) - (record?.started ?? 0), 5000)
    assert.deepEqual([order, world.containers()], [['end recorded', 'removed'], []])
  })

  it('reads its record once and looks once more right before the start, then once for its end', async () => {
    const id = await starting({FAKE_SECONDS: '5'})
    const god = world.process()
    let reads = 0
    const jobs = new Proxy(god.service.jobs, {
      get: (target, name) => {
        if (name === 'read' || name === 'isCurrent') reads++
        return Reflect.get(target, name)
      },
    })
    Object.assign(god.service, {jobs})
    assert.deepEqual([await settled(id, god), reads], ['runs', 2])
    world.clock.advance(7000)
    assert.deepEqual([await settled(id, god), reads], ['over', 3])
  })

  it('starts nothing for a record that changed while its container was made, and goes on by the new one', async () => {
    const id = await starting()
    const god = withExecutor({
      create: async spec => {
        const answer = await world.process().service.executor.create(spec)
        const base = world.process().service.jobs.read(id) ?? assert.fail()
        const change = {state: 'starting', desired: 'killed'} as const
        publish(world.process().service, base, change, plainAuthor('watcher', epoch(0)), 'now')
        return answer
      },
      start: () => assert.fail('it was started'),
    })
    assert.equal(await settled(id, god), 'over')
    assert.deepEqual([world.state(id), world.containers()], ['killed', []])
  })

  it('says that a job was over before, and that nothing came of it while its container is not known to be gone', async () => {
    const id = await starting({FAKE_SECONDS: '5'})
    await settled(id)
    world.clock.advance(7000)
    assert.equal(await settled(id), 'over')
    assert.equal(await settled(id), 'was-over')
    const silent = withExecutor({inspect: () => Promise.reject(new Error('no answer'))})
    assert.equal(await settled(id, silent), 'stuck')
  })

  it('ends one whose container somebody removed: counters read, then what it left is tidied up', async () => {
    const id = await starting()
    await settled(id)
    const {name, id: containerId} = world.record(id)?.container ?? assert.fail('it has no container')
    const [container] = world.containers()
    if (container !== undefined) world.engine.remove(container)
    const asked: string[] = []
    const god = withExecutor({
      usage: async (...words) => {
        asked.push(`usage ${words.join(' ')}`)
        return {cpuSeconds: 2, maxMemory: 3, exact: true}
      },
      tidy: async word => void asked.push(`tidy ${word} after ${world.state(id)}`),
    })
    assert.equal(await settled(id, god), 'over')
    assert.deepEqual(asked, [`usage ${name} ${containerId}`, `tidy ${name} after lost`])
    assert.deepEqual(world.record(id)?.usage, {cpuSeconds: 2, maxMemory: 3, exact: true})
  })

  it('removes no container before its end is on the disk, whoever has published that end', async () => {
    const id = await starting({FAKE_SECONDS: '5', FAKE_OOM: '1'})
    await settled(id)
    world.disk.syncAll()
    world.clock.advance(7000)
    const dead = world.process()
    dead.fs.plan({call: 'fsyncDir', path: '/jobs/live', n: 1, effect: 'crash-before'})
    await settled(id, dead).catch(() => undefined)
    assert.deepEqual([world.state(id), world.containers().length], ['oom', 1])
    await settled(id)
    assert.deepEqual(world.containers(), [])
    world.disk.powerLoss()
    assert.equal(world.state(id), 'oom')
  })

  it('has nothing to say about a job that is not there, or waits', async () => {
    assert.equal(await settled(7 as JobId), 'stuck')
    const id = world.submit({hold: true})
    await world.cron()
    assert.equal(await settled(id), 'stuck')
    assert.equal(world.record(id)?.rev, 1)
  })

  it('leaves a job as it is while the engine cannot be asked', async () => {
    const id = await starting()
    world.engineDown = true
    assert.equal(await settled(id), 'stuck')
    assert.equal(world.state(id), 'starting')
    assert.match(world.log.join('\n'), /job 1: the engine does not answer/)
    world.engineDown = false
    assert.equal(await settled(id), 'runs')
    assert.equal(world.state(id), 'running')
  })

  it('keeps a job without counters when the engine knows none', async () => {
    const id = await starting({FAKE_SECONDS: '0'})
    await settled(id, withExecutor({usage: async () => null}))
    assert.deepEqual([world.state(id), world.record(id)?.usage], ['done', null])
  })

  it('takes counters that are no numbers for none: a record with them could be read by nobody', async () => {
    for (const [cpuSeconds, maxMemory] of [
      [Number.NaN, 1],
      [1, Number.POSITIVE_INFINITY],
    ] as const) {
      const id = await starting({FAKE_SECONDS: '0'})
      await settled(id, withExecutor({usage: async () => ({cpuSeconds, maxMemory, exact: true})}))
      assert.deepEqual([world.state(id), world.record(id)?.usage], ['done', null])
    }
    assert.deepEqual(world.disk.files(world.layout.quarantine), [])
  })

  it('does not repeat at once what cannot be seen yet', async () => {
    const id = await starting({...FOREVER, FAKE_IGNORES_TERM: '1'})
    await settled(id)
    world.control('kill', [id])
    await world.process().watch()
    assert.equal(world.state(id), 'stopping')
    world.clock.advance(GRACE)
    let kills = 0
    const slow = withExecutor({
      signal: async () => {
        kills++
        return true
      },
    })
    assert.equal(await settled(id, slow), 'stuck')
    assert.equal(kills, 1)
  })

  it('keeps the own end of one that had ended before our signal reached it', async () => {
    for (const [code, state] of [
      ['0', 'done'],
      ['4', 'failed'],
    ] as const) {
      const id = world.submit({env: {FAKE_SECONDS: '3', FAKE_EXIT: code}, walltime: 30})
      const god = world.process()
      await schedulerPass(god.service, god.claimEpoch())
      await settled(id)
      const {executor} = god.service
      const seen = await executor.inspect(world.record(id)?.container?.id ?? '')
      world.clock.advance(60_000)
      let looks = 0
      // A watcher that was stopped between its look and its clock.
      const late = withExecutor({inspect: async name => (looks++ === 0 ? seen : executor.inspect(name))})
      assert.equal(await settled(id, late), 'over')
      assert.deepEqual([world.state(id), states(id)], [state, ['pending', 'starting', 'running', state]])
    }
  })

  it('tells of a timeout where our signal ended it in its own way, whatever the clock of its engine says', async () => {
    const id = world.submit({env: FOREVER, walltime: 30})
    const god = world.process()
    await schedulerPass(god.service, god.claimEpoch())
    await settled(id)
    world.clock.advance(30_000)
    const {executor} = god.service
    const trapped = withExecutor({
      signal: async () => true,
      inspect: async name => {
        const seen = await executor.inspect(name)
        const over = {status: 'exited', exitCode: 0, finishedAt: (seen?.startedAt ?? 0) + 20_000} as const
        return seen === null || world.state(id) !== 'stopping' ? seen : {...seen, ...over}
      },
    })
    await settled(id, trapped)
    assert.deepEqual([world.state(id), world.record(id)?.exit?.code], ['timeout', 0])
  })

  it('gives up on a life that comes to no rest, and says so', async () => {
    const id = await starting()
    await settled(id)
    const {service} = world.process()
    const wish = (desired: Desired): void => {
      const base = service.jobs.read(id) ?? assert.fail()
      publish(service, base, {state: base.record.state, desired}, plainAuthor('u1000', epoch(0)), 'now')
    }
    // Its owner changes his mind each time we have obeyed.
    const fickle = withExecutor({
      pause: async name => {
        await service.executor.pause(name)
        wish('run')
      },
      unpause: async name => {
        await service.executor.unpause(name)
        wish('suspended')
      },
    })
    wish('suspended')
    assert.equal(await settled(id, fickle), 'stuck')
    assert.match(world.log.join('\n'), /without coming to rest/)
  })

  describe('whose start the engine refuses', () => {
    it('ends it with the reason, with no container left', async () => {
      const image = await starting({FAKE_REFUSE: 'no such image'})
      await settled(image)
      assert.deepEqual(
        [world.state(image), world.record(image)?.reason],
        ['failed', {code: 'image', text: 'no such image'}],
      )
      const fault = await starting({FAKE_START_FAULT: 'no such device'})
      await settled(fault)
      assert.deepEqual([world.state(fault), world.record(fault)?.reason?.code], ['failed', 'start'])
      assert.deepEqual(world.containers(), [])
    })
  })

  describe('whose command began already (exit 125)', () => {
    const begun = async (exit: string | null, cause: string | null = null): Promise<JobId> => {
      const id = await starting({FAKE_SECONDS: '0'})
      const god = world.process()
      const {work} = god.service
      const folder = work.prepare(uid(USER), id, {kind: 'argv', argv: ['true']}, {uid: USER, gid: USER})
      god.fs.mkdir(`${folder}/started.1`, 0o755)
      for (const [name, text] of Object.entries({exit, cause})) {
        if (text === null) continue
        const fd = god.fs.open(`${folder}/started.1/${name}`, 'create', 0o644)
        god.fs.write(fd, Buffer.from(text))
        god.fs.close(fd)
      }
      return id
    }

    it('tells why its command could not begin, where the wrapper saw it', async () => {
      const id = await begun('127\n', 'line-ends\n')
      await settled(id)
      assert.equal(
        world.record(id)?.reason?.text,
        'exit code 127: the first line of its script ends as on Windows (CR)',
      )
    })

    it('hears no such word beside another exit code', async () => {
      const id = await begun('4\n', 'line-ends\n')
      await settled(id)
      assert.equal(world.record(id)?.reason?.text, 'exit code 4')
    })

    for (const [exit, state] of [
      ['0\n', 'done'],
      ['4\n', 'failed'],
      [null, 'lost'],
    ] as const) {
      it(`takes the word of the exit file: ${JSON.stringify(exit)} is ${state}`, async () => {
        const id = await begun(exit)
        await settled(id)
        assert.equal(world.state(id), state)
        assert.deepEqual(world.begun(), [], 'it began again')
        assert.deepEqual(world.containers(), [])
      })
    }
  })

  describe('whose directory its user has closed to us', () => {
    /** Its user did `chmod 000 .`, and we are not root. */
    class ShutOut extends DiskProcess {
      override mutate<T>(call: string, path: string, act: () => T): T {
        if (path.startsWith('/god/work/u1000/1/')) throw Object.assign(new Error('EACCES'), {code: 'EACCES'})
        return super.mutate(call, path, act)
      }
    }
    const shutOut = (): GodProcess => world.process(new ShutOut(world.disk))
    const inState = async (state: string): Promise<JobId> => {
      const id = await starting({...FOREVER, FAKE_IGNORES_TERM: '1'})
      const god = world.process()
      // Started, and the record does not say so yet.
      god.fs.plan({call: 'engine.start', n: 1, effect: 'crash-after'})
      await settled(id, god).catch(() => undefined)
      if (state !== 'starting') await settled(id)
      if (state === 'suspended') world.control('suspend', [id])
      if (state === 'stopping') world.control('kill', [id])
      await (state === 'starting' ? Promise.resolve() : world.process().watch())
      assert.equal(world.state(id), state)
      return id
    }

    for (const state of ['starting', 'running', 'suspended', 'stopping'])
      it(`is killed all the same: ${state}`, async () => {
        const id = await inState(state)
        if (state !== 'stopping') world.control('kill', [id])
        await shutOut().watch()
        world.clock.advance(GRACE)
        await shutOut().watch()
        await shutOut().watch()
        assert.deepEqual([world.state(id), world.containers()], ['killed', []])
      })

    it('ends when its container is gone, as one that left no word', async () => {
      const id = await inState('running')
      for (const container of world.containers()) world.engine.remove(container)
      await shutOut().watch()
      assert.equal(world.state(id), 'lost')
    })

    it("is this job's matter alone, and no fault of the disk", async () => {
      const id = await starting()
      world.engineDown = true
      world.control('kill', [id])
      const god = world.process()
      god.fs.plan({call: 'open-create', n: 1, path: '/u1000/1/', effect: {error: 'EACCES', from: true}})
      await god.watch()
      assert.equal(world.state(id), 'starting')
      assert.match(world.log.join('\n'), /job 1: EACCES/)
    })
  })

  describe('that was killed before it ran', () => {
    const killed = async (id: JobId): Promise<void> => {
      world.control('kill', [id])
      await world.process().watch()
    }

    it('ends without a container, and a late one is removed', async () => {
      const id = await starting()
      await killed(id)
      assert.deepEqual(
        [world.state(id), states(id)],
        ['killed', ['pending', 'starting', 'starting', 'killed']],
      )
      assert.deepEqual(world.begun(), [])
    })

    it('ends though the engine is silent: its attempt is void and can never start', async () => {
      const id = await starting()
      world.engineDown = true
      await killed(id)
      assert.equal(world.state(id), 'killed')
      assert.equal(world.process().service.work.fence(uid(USER), id, 1), 'void')
    })

    it('waits for a silent engine once its command has begun', async () => {
      const id = await starting()
      const god = world.process()
      god.fs.plan({call: 'engine.start', n: 1, effect: 'crash-after'})
      await settled(id, god).catch(() => undefined)
      world.engineDown = true
      await killed(id)
      assert.equal(world.state(id), 'starting')
      world.engineDown = false
      await world.process().watch()
      assert.deepEqual([world.state(id), world.containers()], ['killed', []])
    })
  })

  describe('that is given back', () => {
    it('waits again with the next attempt, and only that one runs', async () => {
      const id = await starting({FAKE_SECONDS: '5'})
      world.process().service.work.voidAttempt(uid(USER), id, 1)
      await settled(id)
      assert.deepEqual(
        [world.state(id), world.record(id)?.attempt, world.record(id)?.container],
        ['pending', 2, null],
      )
      await world.settle(3, 6000)
      assert.equal(world.state(id), 'done')
      assert.deepEqual(
        world.begun().map(({attempt}) => attempt),
        [2],
      )
    })
  })
})
