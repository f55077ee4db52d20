/** Arrays through the passes: one record, started as far as there is room, each task with a container of its own. */
import assert from 'node:assert/strict'
import {countsOf} from '../../src/core/array/results.js'
import type {JobId} from '../../src/core/brand.js'
import type {Wish} from '../../src/core/job.js'
import type {TaskKey} from '../../src/core/part-key.js'
import {createReconciler} from '../../src/service/reconciler.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import type {FileSystem} from '../../src/store/disk/file-system.js'
import {readReasons} from '../../src/store/reasons.js'
import {DiskProcess} from '../support/disk-process.js'
import {assertAtRest, assertSafe} from '../support/invariants.js'
import {quiet} from '../support/loop-driver.js'
import {GRACE, World} from '../support/world.js'

const FOREVER = {env: {FAKE_SECONDS: 'forever'}}
const SHORT = {env: {FAKE_SECONDS: '2'}}

describe('an array', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })
  const submit = (array: string, wish: Partial<Wish> = SHORT): JobId => world.submit({...wish, array})
  const key = (id: JobId, task: number): TaskKey => `${id}[${task}]`
  const counts = (id: JobId) => countsOf(world.record(id)?.array ?? assert.fail('no array'))
  const running = (): readonly string[] =>
    world
      .containers()
      .filter(({status}) => status === 'running')
      .map(({spec}) => spec.name.replace(/^god-[0-9a-f]{8}-/, ''))

  it('is one record, and starts as many tasks as the node has room for, the lowest first', async () => {
    const id = submit('1-10', FOREVER)
    await world.cron()
    assert.deepEqual(
      running(),
      [1, 2, 3, 4].map(task => `${id}-t${task}-1`),
    )
    assert.equal(world.state(id), 'running')
    assert.equal(world.state(key(id, 4)), 'running')
    assert.equal(world.state(key(id, 5)), 'pending')
    assert.deepEqual(
      world.disk.files(world.layout.live).map(path => path.split('/').at(-1)),
      [`${id}.1.json`, `${id}.2.json`, `${id}.3.json`],
      'admitted, all started, all seen running: one revision each',
    )
    assertAtRest(world, [id])
  })

  it('runs to its end, and tells of the worst', async () => {
    const id = submit('0-9', {env: {FAKE_SECONDS: '2', FAKE_EXIT: '3'}})
    await world.settle(12)
    assert.equal(world.state(id), 'failed')
    assert.equal(world.record(id)?.exit?.code, 3)
    assert.equal(counts(id).failed, 10)
    assert.equal(world.begun().length, 10)
    assert.deepEqual(world.containers(), [])
    assert.equal(world.record(key(id, 7))?.usage?.cpuSeconds, 2)
    assert.equal(world.record(id)?.usage?.cpuSeconds, 20)
    assertAtRest(world, [id])
  })

  it('keeps to its limit, and lets others pass who have room', async () => {
    const id = submit('0-9%2', FOREVER)
    const other = world.submit(FOREVER)
    await world.cron()
    assert.equal(counts(id).running, 2)
    assert.equal(world.state(other), 'running')
    const reasons = readReasons(world.process().service.durable, world.layout)
    assert.equal(reasons.get(id)?.code, 'limit')
  })

  it('that finds no room is next, as any job is, and passed by those it does not notice', async () => {
    const id = submit('0-9', {...FOREVER, cpus: 3000})
    const other = world.submit({...FOREVER, cpus: 2000})
    const small = world.submit({...FOREVER, cpus: 1000})
    await world.cron()
    assert.equal(counts(id).running, 1)
    assert.equal(world.state(other), 'pending')
    const reasons = readReasons(world.process().service.durable, world.layout)
    assert.deepEqual([reasons.get(id)?.code, reasons.get(other)?.code], ['resources', 'priority'])
    assert.equal(world.state(small), 'running', 'it takes no room that a task of the array could have')
  })

  it('of a million tasks costs a pass no more than its room', async () => {
    const id = submit('1-1000000', FOREVER)
    await world.cron()
    assert.equal(counts(id).pending, 999_996)
    assert.ok(JSON.stringify(world.record(id)).length < 3000)
  })

  it('gives each task a folder, a number and its variables', async () => {
    const id = submit('5-9:2', FOREVER)
    await world.cron()
    const [container] = world.containers()
    assert.equal(container?.spec.workDir.source, `${world.layout.work}/u1000/${id}/5`)
    assert.equal(container?.spec.env.GODOCKER_TASK_ID, '5')
    assert.equal(container?.spec.env.GOGOCKER_TASK_LAST, '9')
    assert.equal(container?.spec.task, 5)
  })

  it('folds what came at once into one revision', async () => {
    const id = submit('0-3')
    await world.cron()
    const before = world.record(id)?.rev ?? 0
    world.clock.advance(3000)
    await world.process().watch()
    assert.equal(counts(id).done, 4)
    assert.equal(world.record(id)?.rev, before + 1)
  })

  it('is worked on by two processes at once, and nothing starts twice', async () => {
    const id = submit('0-3', FOREVER)
    const dead = world.process()
    const {started} = await schedulerPass(dead.service, dead.claimEpoch())
    const [one, other] = [world.process(), world.process()]
    const workers = [one, other].map(god => createReconciler(god.service, () => undefined))
    await Promise.all(workers.flatMap(worker => started.map(part => worker.reconcile(part))))
    assert.equal(counts(id).running, 4)
    assert.equal(world.begun().length, 4)
    assertAtRest(world, [id])
  })

  it('starts tasks while others of it end, on a disk that takes its time', async () => {
    const other = world.submit({...FOREVER, cpus: 2000})
    const id = submit('0-3')
    await world.cron()
    world.control('kill', [other])
    await world.process().watch()
    world.clock.advance(3000)
    const disk = new DiskProcess(world.disk)
    const late = async (sync: () => void): Promise<void> => {
      await quiet()
      await quiet()
      sync()
    }
    const beside: FileSystem['beside'] = {
      fsync: fd => late(() => disk.fsync(fd)),
      fsyncDir: path => late(() => disk.fsyncDir(path)),
    }
    const god = world.process(Object.assign(disk, {beside}))
    const reconciler = createReconciler(god.service, () => undefined)
    const pass = schedulerPass(god.service, god.claimEpoch())
    await Promise.all([0, 1].map(task => reconciler.reconcile(key(id, task))))
    const {started} = await pass
    assert.deepEqual(started, [key(id, 2), key(id, 3)])
    assert.deepEqual([counts(id).done, counts(id).running], [2, 2])
    assertSafe(world, [id])
  })

  it('loses the container of a task, and only that task is lost', async () => {
    const id = submit('0-2', FOREVER)
    await world.cron()
    const [first] = world.containers()
    if (first !== undefined) world.engine.remove(first)
    await world.cron()
    assert.equal(world.state(key(id, 0)), 'lost')
    assert.equal(world.state(key(id, 1)), 'running')
    assertSafe(world, [id])
  })

  it('has a walltime for each task', async () => {
    const id = submit('0-1', {...FOREVER, walltime: 60})
    await world.cron()
    world.clock.advance(61_000)
    await world.settle(3)
    assert.equal(world.state(key(id, 0)), 'timeout')
    assert.equal(world.state(id), 'failed')
  })

  it('is killed with all that runs of it, and starts nothing more', async () => {
    const id = submit('0-99', FOREVER)
    await world.cron()
    world.control('kill', [id])
    await world.settle(3, GRACE)
    assert.equal(world.state(id), 'killed')
    assert.deepEqual(world.containers(), [])
    assert.equal(counts(id).killed, 100)
    assertAtRest(world, [id])
  })

  it('is not admitted with a range that is none', async () => {
    submit('3-1')
    const {refused} = await world.process().schedule()
    assert.equal(refused, 1)
  })

  it('whose image is refused fails task by task', async () => {
    const id = submit('0-2', {env: {FAKE_REFUSE: 'no such image'}})
    await world.settle(3)
    assert.equal(world.state(id), 'failed')
    assert.equal(world.record(key(id, 1))?.reason?.text, 'no such image')
  })

  it('lets some of its tasks be killed, held and released, and the rest runs on', async () => {
    const id = submit('0-9', FOREVER)
    await world.cron()
    world.control('kill', [id], undefined, {[id]: '1,8'})
    world.control('hold', [id], undefined, {[id]: '4-6'})
    await world.settle(3, GRACE)
    assert.deepEqual(
      Array.from({length: 10}, (_, task) => world.state(key(id, task))),
      [
        ...[
          'running',
          'killed',
          'running',
          'running',
          'held',
          'held',
          'held',
          'running',
          'killed',
          'pending',
        ],
      ],
    )
    world.control('release', [id], undefined, {[id]: '5'})
    await world.cron()
    assert.equal(world.state(key(id, 5)), 'pending')
    assertAtRest(world, [id])
  })

  it('lets a task be suspended and resumed by itself', async () => {
    const id = submit('0-2', FOREVER)
    await world.cron()
    world.control('suspend', [id], undefined, {[id]: '1'})
    await world.cron()
    assert.deepEqual(
      [0, 1, 2].map(task => world.state(key(id, task))),
      ['running', 'suspended', 'running'],
    )
    world.control('resume', [id], undefined, {[id]: '0-2'})
    await world.cron()
    assert.equal(world.state(key(id, 1)), 'running')
    assertAtRest(world, [id])
  })

  it('refuses what is asked of tasks that it has not', async () => {
    const id = submit('0-2', FOREVER)
    await world.cron()
    world.control('kill', [id], undefined, {[id]: '7-9'})
    await world.cron()
    assert.equal(world.state(id), 'running')
    assert.equal(world.disk.files(world.layout.inbox).filter(path => path.includes('.why.')).length, 1)
  })
})
