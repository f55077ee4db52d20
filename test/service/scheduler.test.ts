import assert from 'node:assert/strict'
import {type JobId, jobId, uid} from '../../src/core/brand.js'
import {DEFAULT_RULES} from '../../src/core/scheduling/rules.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import {readReasons} from '../../src/store/reasons.js'
import {GIB, type GodProcess, USER, World} from '../support/world.js'

const FOREVER = {env: {FAKE_SECONDS: 'forever'}}

describe('a scheduling pass', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  /** S1 only: what the plan says, not what the engine makes of it. */
  const pass = (god: GodProcess = world.process()) => schedulerPass(god.service, god.claimEpoch())
  const reason = (id: JobId) => readReasons({fs: world.process().fs}, world.layout).get(id)
  const states = (ids: readonly JobId[]): readonly string[] => ids.map(id => world.state(id))

  it('places what fits: node, attempt, container name and nonce are recorded before anything is started', async () => {
    const id = world.submit(FOREVER)
    const report = {
      admitted: 1,
      refused: 0,
      started: [id],
      pending: 0,
      crowded: false,
      next: null,
      unread: false,
    }
    assert.deepEqual(await pass(), report)
    const record = world.record(id)
    assert.deepEqual(
      [record?.state, record?.node, record?.attempt, record?.container?.name, record?.container?.id],
      ['starting', 'n1', 1, 'god-5f0a1c9e-1-1', null],
    )
    assert.match(record?.container?.nonce ?? '', /^[0-9a-f]{24}$/)
    assert.deepEqual(world.containers(), [])
  })

  it('has its starts on the disk when it ends', async () => {
    const id = world.submit(FOREVER)
    await pass()
    world.disk.powerLoss()
    assert.equal(world.state(id), 'starting')
  })

  it('never gives a node away twice: what starts and what runs counts', async () => {
    const ids = Array.from({length: 5}, () => world.submit({...FOREVER, cpus: 1500}))
    await pass()
    assert.deepEqual(states(ids), ['starting', 'starting', 'pending', 'pending', 'pending'])
    await pass()
    assert.deepEqual(states(ids).slice(2), ['pending', 'pending', 'pending'])
    await world.process().watch()
    await pass()
    assert.deepEqual(states(ids).slice(2), ['pending', 'pending', 'pending'])
  })

  it('gives room again when a job has ended, in the order of submission', async () => {
    const ids = [1, 2, 3].map(seconds => world.submit({cpus: 3000, env: {FAKE_SECONDS: String(seconds)}}))
    await world.settle(8, 4000)
    assert.deepEqual(states(ids), ['done', 'done', 'done'])
    assert.deepEqual(
      world.begun().map(({job}) => job),
      ids,
    )
  })

  it('lets overtake the first that waits whom it does not notice, and nobody else', async () => {
    const big = world.submit({...FOREVER, cpus: 3000, walltime: 3600})
    const bigger = world.submit({...FOREVER, cpus: 4000})
    const long = world.submit({...FOREVER, cpus: 100, walltime: 3601})
    const short = world.submit({...FOREVER, cpus: 100, walltime: 3600})
    await pass()
    assert.deepEqual(states([big, bigger, long, short]), ['starting', 'pending', 'pending', 'starting'])
    assert.deepEqual(
      [bigger, long].map(id => reason(id)?.code),
      ['resources', 'reserved'],
    )
    assert.equal(reason(long)?.numbers?.for, bigger)
  })

  it('lets nothing overtake the first that waits where the operator wants that', async () => {
    world = new World({settings: {rules: {...DEFAULT_RULES, backfill: 'none'}}})
    const big = world.submit({...FOREVER, cpus: 3000})
    const bigger = world.submit({...FOREVER, cpus: 4000})
    const small = world.submit({...FOREVER, cpus: 100})
    await pass()
    assert.deepEqual(states([big, bigger, small]), ['starting', 'pending', 'pending'])
  })

  it('tells a reason for each job that waits, and takes it back when the job starts', async () => {
    const [first = jobId(0), second = jobId(0), third = jobId(0)] = [1, 2, 3].map(() =>
      world.submit({...FOREVER, cpus: 4000}),
    )
    const held = world.submit({hold: true})
    const report = await pass()
    assert.equal(report.pending, 2)
    assert.deepEqual(
      [first, second, third, held].map(id => reason(id)?.code),
      [undefined, 'resources', 'priority', undefined],
    )
    // It tells that itself.
    assert.equal(world.record(held)?.reason?.code, 'held')
    await world.process().watch()
    world.control('kill', [first])
    await world.settle(2)
    assert.deepEqual([reason(second), reason(third)?.code], [undefined, 'resources'])
  })

  it('reports its starts though the reasons cannot be written', async () => {
    const id = world.submit(FOREVER)
    world.submit({hold: true})
    const god = world.process()
    god.fs.plan({call: 'rename', path: 'reasons', n: 1, effect: {error: 'ENOSPC'}})
    assert.deepEqual((await pass(god)).started, [id])
    assert.match(world.log.join('\n'), /reasons.json was not written: .*ENOSPC/)
  })

  it('starts nothing while the engine cannot be asked, and says that this is why', async () => {
    world.engineDown = true
    const id = world.submit(FOREVER)
    const report = await pass()
    assert.deepEqual([report.admitted, report.started, world.state(id)], [1, [], 'pending'])
    assert.equal(reason(id)?.code, 'no-node')
    assert.match(world.log.join('\n'), /no node: the engine does not answer/)
    world.engineDown = false
    assert.deepEqual((await pass()).started, [id])
  })

  it('writes down what its nodes offer, once', async () => {
    await pass()
    assert.deepEqual(world.process().service.nodes.all(), world.nodes)
    const files = world.disk.files(world.layout.nodes)
    await pass()
    assert.deepEqual(world.disk.files(world.layout.nodes), files)
  })

  it('says when the disk does not take that', async () => {
    const god = world.process()
    god.fs.plan({call: 'fsync', path: '/nodes/', n: 1, effect: {error: 'EIO'}})
    await assert.rejects(pass(god), {code: 'E_DISK'})
  })

  it('leaves a job alone that changed while it decided', async () => {
    const id = world.submit(FOREVER)
    const other = world.submit(FOREVER)
    world.engineDown = true
    await pass()
    world.engineDown = false
    const god = world.process()
    const kill = (): void => {
      const {service} = world.process()
      const base = service.jobs.read(id) ?? assert.fail()
      const author = {by: `u${USER}`, epoch: 0 as never, check: () => undefined}
      service.jobs.publishNext(
        base,
        {state: 'killed', desired: 'killed', ended: service.now()},
        author,
        'now',
      )
    }
    god.fs.on({call: 'link', path: '/1.2.json', when: 'before', act: kill})
    assert.deepEqual((await pass(god)).started, [other])
    assert.deepEqual(states([id, other]), ['killed', 'starting'])
  })

  it('does nothing once a younger scheduler is there', async () => {
    world.submit(FOREVER)
    const old = world.process()
    const mine = old.claimEpoch()
    world.process().claimEpoch()
    const before = world.disk.files('/')
    await assert.rejects(schedulerPass(old.service, mine), {code: 'E_FENCED'})
    assert.deepEqual(world.disk.files('/'), before)
  })

  it('writes its epoch into what it publishes', async () => {
    const id = world.submit(FOREVER)
    for (let i = 0; i < 4; i++) world.process().claimEpoch()
    await pass()
    assert.equal(world.record(id)?.epoch, 5)
  })

  it('does not start what is held, and starts it when it is released', async () => {
    const id = world.submit({...FOREVER, hold: true})
    assert.deepEqual((await pass()).started, [])
    world.control('release', [id])
    assert.deepEqual((await pass()).started, [id])
  })

  it('counts no room that belongs to another node', async () => {
    const capacity = {cpus: 1000, memory: 4 * GIB, gpus: 0}
    world = new World({nodes: ['n1', 'n2'].map(name => ({name, capacity, labels: {}}))})
    const ids = [1, 2, 3].map(() => world.submit(FOREVER))
    await world.process(undefined, 'n1').schedule()
    await world.process(undefined, 'n2').schedule()
    assert.deepEqual(
      ids.map(id => world.record(id)?.node),
      ['n1', 'n2', null],
    )
    assert.equal(world.process().service.work.fence(uid(USER), ids[0] ?? jobId(0), 1), 'started')
  })
})
