/** The loop, on the manual clock: it sleeps when nothing is to be done, and a test says how it is woken. */
import assert from 'node:assert/strict'
import {instant, type JobId} from '../../src/core/brand.js'
import type {LoopOptions} from '../../src/service/loop.js'
import {folderModes} from '../../src/store/folder-modes.js'
import {writeHalt} from '../../src/store/halt.js'
import {assertAtRest} from '../support/invariants.js'
import {Leases} from '../support/leases.js'
import {LoopDriver, POLL, quiet} from '../support/loop-driver.js'
import {type GodProcess, GRACE, World} from '../support/world.js'

const FOREVER = {env: {FAKE_SECONDS: 'forever'}}
const SECOND = 1000

/** An engine that answers at all does so in fewer turns of the queue of promises. */
const longerThanAnswers = async (): Promise<void> => {
  for (let i = 0; i < 200; i++) await null
}

describe('the loop', () => {
  let world: World
  let leases: Leases
  beforeEach(() => {
    world = new World()
    leases = new Leases()
  })

  const begun = async (roles: Partial<LoopOptions> = {}, god = world.process()): Promise<LoopDriver> => {
    const loop = new LoopDriver(world, leases, roles, god)
    await quiet()
    return loop
  }

  it('sleeps when nothing is to be done, no longer than the poll interval', async () => {
    const loop = await begun()
    assert.equal(loop.sleep.length, POLL)
    await loop.sleepOut()
    assert.equal(loop.sleep.length, POLL)
    await loop.end()
  })

  it('runs a job from its submit to its end, woken by bells and by the engine alone', async () => {
    const loop = await begun()
    const id = world.submit({env: {FAKE_SECONDS: '5'}})
    await loop.ring()
    assert.equal(world.state(id), 'running')
    world.clock.advance(5 * SECOND)
    await loop.ring()
    assert.deepEqual([world.state(id), world.containers()], ['done', []])
    await loop.end()
    assertAtRest(world, [id])
  })

  describe('told whose container it was', () => {
    /** A listing that lags behind: every container runs in it for ever. */
    const lagging = () => {
      const god = world.process()
      const {executor} = god.service
      let listings = 0
      const late = new Proxy(executor, {
        get: (target, name) => {
          if (name !== 'list') return Reflect.get(target, name)
          return async () => {
            listings++
            return (await executor.list()).map(container => ({...container, status: 'running'}))
          }
        },
      })
      Object.assign(god.service, {executor: late})
      return {god, listings: () => listings}
    }
    const ended = async (loop: LoopDriver): Promise<JobId> => {
      const id = world.submit({env: {FAKE_SECONDS: '5'}})
      await loop.ring()
      assert.equal(world.state(id), 'running')
      world.clock.advance(5 * SECOND)
      return id
    }

    it('looks at that job alone, so an end is seen that no listing shows yet', async () => {
      const {god, listings} = lagging()
      const loop = await begun({}, god)
      const id = await ended(loop)
      await loop.ring()
      assert.equal(world.state(id), 'running', 'by the listing')
      const before = listings()
      await loop.ring(id)
      assert.deepEqual([world.state(id), world.containers()], ['done', []])
      assert.ok(listings() - before <= 1, 'one turn, when the job rests')
      await loop.end()
    })

    it('leaves it to the watcher of the node, if it is another', async () => {
      const loop = await begun({watch: false})
      const id = world.submit({env: {FAKE_SECONDS: '5'}})
      await loop.ring()
      world.clock.advance(5 * SECOND)
      await loop.ring(id)
      assert.equal(world.state(id), 'running')
      await loop.end()
    })

    it('does nothing while there is a HALT', async () => {
      const loop = await begun()
      const id = await ended(loop)
      writeHalt(world.process().fs, world.layout, 'stop')
      await loop.ring(id)
      await assert.rejects(loop.done, {code: 'E_HALTED'})
      assert.equal(world.state(id), 'running')
    })

    it('minds no job that is not there', async () => {
      const loop = await begun()
      await loop.ring(999 as JobId)
      assert.equal(loop.sleep.length, POLL)
      await loop.end()
    })
  })

  it('finds by the clock what nobody rang for', async () => {
    const loop = await begun()
    const id = world.submit(FOREVER)
    await loop.sleepOut()
    assert.equal(world.state(id), 'running')
    await loop.end()
  })

  it('wakes itself when a begin time comes, and starts the job then', async () => {
    const loop = await begun()
    const id = world.submit({...FOREVER, begin: instant(world.clock.now() + 7 * SECOND)})
    await loop.ring()
    assert.deepEqual([world.state(id), loop.sleep.length], ['pending', 7 * SECOND])
    await loop.sleepOut()
    assert.deepEqual([world.state(id), loop.sleep.length], ['running', POLL])
    assert.equal(world.record(id)?.eligible, (world.record(id)?.submitted ?? 0) + 7 * SECOND)
    await loop.end()
  })

  it('wakes itself when a walltime ends, and when the grace period after it does', async () => {
    const loop = await begun()
    const id = world.submit({env: {...FOREVER.env, FAKE_IGNORES_TERM: '1'}, walltime: 12})
    await loop.ring()
    assert.equal(loop.sleep.length, 12 * SECOND)
    await loop.sleepOut()
    assert.deepEqual([world.state(id), loop.sleep.length], ['stopping', GRACE])
    await loop.sleepOut()
    assert.equal(world.state(id), 'timeout')
    await loop.end()
  })

  it('starts what waited in the same moment in which room is given back', async () => {
    const loop = await begun()
    const first = world.submit({...FOREVER, cpus: 4000})
    const second = world.submit({...FOREVER, cpus: 4000})
    await loop.ring()
    assert.deepEqual([world.state(first), world.state(second)], ['running', 'pending'])
    world.control('kill', [first])
    await loop.ring()
    assert.deepEqual([world.state(first), world.state(second)], ['killed', 'running'])
    await loop.end()
  })

  describe('where room has become free', () => {
    /** Counts the listings; of two jobs that each need the whole node the first one runs. */
    const full = async (over: {env?: Record<string, string>; walltime?: number} = FOREVER) => {
      const god = world.process()
      const {executor} = god.service
      let listings = 0
      const counting = new Proxy(executor, {
        get: (target, name) => {
          if (name === 'list') listings++
          return Reflect.get(target, name)
        },
      })
      Object.assign(god.service, {executor: counting})
      const loop = await begun({}, god)
      const [first, second] = [
        world.submit({env: {FAKE_SECONDS: '5'}, cpus: 4000}),
        world.submit({...over, cpus: 4000}),
      ]
      await loop.ring()
      assert.deepEqual([world.state(first), world.state(second)], ['running', 'pending'])
      const listed = listings
      world.clock.advance(5 * SECOND)
      return {loop, first, second, listings: () => listings - listed}
    }

    it('starts what waited, and lists no container for it', async () => {
      const {loop, first, second, listings} = await full()
      await loop.ring(first)
      assert.deepEqual([world.state(first), world.state(second), listings()], ['done', 'running', 0])
      await loop.end()
    })

    it('lists all the same when the poll interval is over: another end may not have been rung for', async () => {
      const {loop, first, listings} = await full()
      world.clock.advance(POLL)
      await loop.ring(first)
      assert.equal(listings(), 1)
      await loop.end()
    })

    it('keeps the poll interval: a turn for room does not put the next listing off', async () => {
      const {loop, first, listings} = await full()
      await loop.ring(first)
      assert.deepEqual([listings(), loop.sleep.length], [0, POLL - 5 * SECOND])
      await loop.sleepOut()
      assert.equal(listings(), 1)
      await loop.end()
    })

    it('lists all the same after the clock was set back', async () => {
      const {loop, first, listings} = await full()
      world.clock.advance(-60 * SECOND)
      await loop.ring(first)
      assert.equal(listings(), 1)
      await loop.end()
    })

    it('forgets no walltime of what it starts', async () => {
      const {loop, first, second} = await full({...FOREVER, walltime: 12})
      await loop.ring(first)
      assert.deepEqual([world.state(second), loop.sleep.length], ['running', 12 * SECOND])
      await loop.sleepOut()
      assert.equal(world.state(second), 'timeout')
      await loop.end()
    })
  })

  it('sleeps after it has done its work: no turn follows another for nothing', async () => {
    const loop = await begun()
    for (let i = 0; i < 3; i++) world.submit(FOREVER)
    await loop.ring()
    const {sleeps} = loop.sleep
    await quiet()
    await quiet()
    assert.equal(loop.sleep.sleeps, sleeps)
    assert.ok(sleeps < 8, `${sleeps} turns for three starts`)
    await loop.end()
  })

  it('rests for the whole poll interval after a turn that took longer than that', async () => {
    const god = world.process()
    const {executor} = god.service
    const slow = new Proxy(executor, {
      get: (target, name) => {
        if (name !== 'nodes') return Reflect.get(target, name)
        return () => {
          world.clock.advance(POLL + SECOND)
          return executor.nodes()
        }
      },
    })
    Object.assign(god.service, {executor: slow})
    const loop = await begun({}, god)
    assert.equal(loop.sleep.length, POLL)
    await loop.ring()
    assert.equal(loop.sleep.length, POLL)
    await loop.end()
  })

  it('turns again at once where it has not read all requests', async () => {
    const ids = Array.from({length: 300}, () => world.submit({hold: true}))
    const loop = await begun()
    assert.deepEqual([world.state(ids.at(-1) ?? assert.fail()), loop.sleep.length], ['absent', 1])
    await loop.sleepOut()
    assert.deepEqual([world.state(ids.at(-1) ?? assert.fail()), loop.sleep.length], ['held', POLL])
    await loop.end()
  })

  it('does not spin where the engine fails: it tries again after a pause', async () => {
    const god = world.process()
    let creates = 0
    const failing = new Proxy(god.service.executor, {
      get: (target, name) => {
        if (name !== 'create') return Reflect.get(target, name)
        return () => {
          creates++
          return Promise.reject(new Error('500'))
        }
      },
    })
    Object.assign(god.service, {executor: failing})
    const loop = await begun({}, god)
    world.submit(FOREVER)
    await loop.ring()
    assert.ok(creates <= 2, `${creates} tries at once`)
    const before = creates
    assert.equal(loop.sleep.length, SECOND)
    await loop.sleepOut()
    assert.equal(creates, before + 1)
    await loop.end()
  })

  it('does not spin on a container that KILL does not end', async () => {
    const god = world.process()
    let kills = 0
    const wedged = new Proxy(god.service.executor, {
      get: (target, name) => (name === 'signal' ? async () => void kills++ : Reflect.get(target, name)),
    })
    Object.assign(god.service, {executor: wedged})
    const loop = await begun({}, god)
    const id = world.submit(FOREVER)
    await loop.ring()
    world.control('kill', [id])
    await loop.ring()
    await loop.sleepOut()
    assert.equal(world.state(id), 'stopping')
    assert.ok(kills <= 3, `${kills} signals`)
    await loop.end()
  })

  describe('and its leases', () => {
    it('watches only, while another process schedules; schedules when that one goes', async () => {
      leases.steal('scheduler')
      const loop = await begun()
      const id = world.submit(FOREVER)
      await loop.ring()
      assert.equal(world.state(id), 'absent')
      leases.free('scheduler')
      await loop.sleepOut()
      assert.equal(world.state(id), 'running')
      await loop.end()
    })

    it('stops scheduling when its lease is lost, and takes a new epoch when it has it again', async () => {
      const loop = await begun()
      const first = world.submit(FOREVER)
      await loop.ring()
      leases.steal('scheduler')
      const second = world.submit(FOREVER)
      await loop.ring()
      assert.equal(world.state(second), 'absent')
      assert.match(world.log.join('\n'), /another scheduler took over/)
      leases.free('scheduler')
      await loop.ring()
      assert.deepEqual([world.record(first)?.epoch, world.record(second)?.epoch], [1, 2])
      await loop.end()
    })

    it('stops watching when its node is taken over, and goes on when it is free again', async () => {
      const loop = await begun()
      const id = world.submit({env: {FAKE_SECONDS: '5'}})
      await loop.ring()
      leases.steal('watch-n1')
      world.clock.advance(5 * SECOND)
      await loop.ring()
      assert.equal(world.state(id), 'running')
      assert.match(world.log.join('\n'), /another watcher took this node over/)
      leases.free('watch-n1')
      await loop.ring()
      assert.equal(world.state(id), 'done')
      await loop.end()
    })

    it('lets go of the lease when a younger epoch is there, and takes both anew', async () => {
      const loop = await begun()
      world.process().claimEpoch()
      const id = world.submit(FOREVER)
      await loop.ring()
      assert.equal(world.state(id), 'absent')
      assert.match(world.log.join('\n'), /a younger scheduler \(epoch 2\)/)
      await loop.ring()
      assert.deepEqual([world.state(id), world.record(id)?.epoch], ['running', 3])
      await loop.end()
    })

    it('lets go of a lease for which it cannot take an epoch', async () => {
      const god = world.process()
      god.fs.plan({call: 'write', path: '/lock/', n: 1, effect: {error: 'ENOSPC'}})
      const loop = await begun({}, god)
      assert.deepEqual(leases.held(), ['watch-n1'])
      await loop.ring()
      assert.deepEqual(leases.held(), ['scheduler', 'watch-n1'])
      await loop.end()
    })

    it('takes only those of its roles', async () => {
      const watcher = await begun({schedule: false})
      assert.deepEqual(leases.held(), ['watch-n1'])
      await watcher.end()
      const scheduler = await begun({watch: false})
      assert.deepEqual(leases.held(), ['scheduler'])
      await scheduler.end()
    })
  })

  it('admits, kills what has not started and tells of the silence while the engine does not answer', async () => {
    const god = world.process()
    let silent = false
    const {executor} = god.service
    const never = () => new Promise(() => undefined)
    Object.assign(god.service, {
      executor: new Proxy(executor, {
        get: (target, name) =>
          silent && ['list', 'nodes', 'inspect', 'create'].includes(String(name))
            ? never
            : Reflect.get(target, name),
      }),
    })
    const loop = await begun({patience: longerThanAnswers}, god)
    const running = world.submit(FOREVER)
    await loop.ring()
    assert.equal(world.state(running), 'running')
    silent = true
    await loop.ring()
    const waiting = world.submit(FOREVER)
    await loop.ring()
    assert.equal(world.state(waiting), 'pending')
    world.control('kill', [waiting])
    await loop.ring()
    assert.deepEqual([world.state(waiting), world.state(running)], ['killed', 'running'])
    assert.equal(god.service.nodes.down().get(god.service.node)?.why, 'it has not answered yet')
    await loop.end()
  })

  describe('in a site of many users', () => {
    const chmod = ({fs}: GodProcess, folder: string, mode: number): void => {
      const fd = fs.open(folder, 'guarded-folder')
      fs.fchmod(fd, mode)
      fs.close(fd)
    }
    const many = (): GodProcess => {
      const god = world.process()
      for (const [folder, mode] of folderModes(world.layout, 'multi', false)) chmod(god, folder, mode)
      const {uid} = god.fs.lstat(world.layout.root)
      Object.assign(god.service, {format: {...god.service.format, mode: 'multi'}, uid})
      return god
    }

    it('T18: ends within the hour where others could change it, with the reason', async () => {
      const god = many()
      const loop = await begun({}, god)
      world.clock.advance(3_600_000)
      await loop.ring()
      assert.equal(loop.sleep.length, POLL, 'all is well')
      chmod(god, world.layout.live, 0o777)
      await loop.ring()
      assert.equal(loop.sleep.length, POLL, 'within the hour')
      world.clock.advance(3_600_000)
      await loop.ring()
      await assert.rejects(loop.done, {code: 'E_DIR_LOOSE'})
    })
  })

  describe('stopped', () => {
    it('ends at once, with its leases free and nobody listening; what runs runs on', async () => {
      const loop = await begun()
      const id = world.submit(FOREVER)
      await loop.ring()
      await loop.end()
      assert.deepEqual([leases.held(), loop.listening], [[], false])
      assert.deepEqual([world.state(id), world.containers()[0]?.status], ['running', 'running'])
    })

    it('before it began does nothing', async () => {
      const stop = new AbortController()
      stop.abort()
      const id = world.submit(FOREVER)
      const loop = await begun({signal: stop.signal})
      await loop.done
      assert.equal(world.state(id), 'absent')
    })

    it('finishes what is under way', async () => {
      const god = world.process()
      let answer = (): void => undefined
      const {create} = god.service.executor
      const slow = new Proxy(god.service.executor, {
        get: (target, name) => {
          if (name !== 'create') return Reflect.get(target, name)
          return async (spec: Parameters<typeof create>[0]) => {
            await new Promise<void>(resolve => {
              answer = resolve
            })
            return create(spec)
          }
        },
      })
      Object.assign(god.service, {executor: slow})
      const loop = await begun({}, god)
      const id = world.submit(FOREVER)
      await loop.ring()
      loop.stop.abort()
      await quiet()
      assert.equal(world.state(id), 'starting')
      answer()
      await loop.done
      assert.equal(world.state(id), 'running')
    })

    it('does not wait for ever for an engine that hangs', async () => {
      const god = world.process()
      const hanging = new Proxy(god.service.executor, {
        get: (target, name) =>
          name === 'create' ? () => new Promise(() => undefined) : Reflect.get(target, name),
      })
      Object.assign(god.service, {executor: hanging})
      const loop = await begun({}, god)
      const id = world.submit(FOREVER)
      await loop.ring()
      loop.stop.abort()
      await quiet()
      await loop.sleepOut()
      await loop.done
      assert.deepEqual([leases.held(), world.state(id)], [[], 'starting'])
    })

    it('in the middle of a turn does not wait for ever for an engine that is silent', async () => {
      const god = world.process()
      const silent = new Proxy(god.service.executor, {
        get: (target, name) =>
          name === 'list' ? () => new Promise(() => undefined) : Reflect.get(target, name),
      })
      Object.assign(god.service, {executor: silent})
      const loop = await begun({}, god)
      loop.stop.abort()
      await quiet()
      await loop.sleepOut()
      await loop.done
      assert.deepEqual([leases.held(), loop.listening], [[], false])
    })

    it('by HALT fails with the reason, its leases free', async () => {
      const loop = await begun()
      writeHalt(world.process().fs, world.layout, 'an operator said so')
      await loop.ring()
      await assert.rejects(loop.done, {code: 'E_HALTED', message: /an operator said so/})
      assert.deepEqual([leases.held(), loop.listening], [[], false])
    })

    it('by a disk that cannot be trusted fails with that, its leases free', async () => {
      const loop = await begun()
      const id: JobId = world.submit(FOREVER)
      await loop.ring()
      world.control('kill', [id])
      loop.god.fs.plan({call: 'fsync', path: '/jobs/live', n: 2, effect: {error: 'EIO'}})
      await loop.ring()
      await loop.ring()
      await assert.rejects(loop.done, {code: 'E_DISK'})
      assert.deepEqual(leases.held(), [])
      assert.notEqual(world.disk.lookup(world.layout.halt), null)
    })
  })

  it('goes on after a full disk', async () => {
    const loop = await begun()
    loop.god.fs.plan({call: 'write', path: '/jobs/', n: 1, effect: {error: 'ENOSPC'}})
    const id = world.submit(FOREVER)
    await loop.ring()
    assert.match(world.log.join('\n'), /cannot write .*ENOSPC/)
    await loop.sleepOut()
    assert.equal(world.state(id), 'running')
    await loop.end()
  })

  it('started again after it was killed goes on where the jobs are', async () => {
    const loop = await begun()
    const id = world.submit({env: {FAKE_SECONDS: '5'}})
    await loop.ring()
    loop.god.fs.plan({n: 1, effect: 'crash-before'})
    world.clock.advance(5 * SECOND)
    await loop.ring()
    await loop.ring()
    await loop.done.catch(() => undefined)
    leases.free('scheduler')
    leases.free('watch-n1')
    const next = await begun()
    assert.equal(world.state(id), 'done')
    await next.end()
  })
})
