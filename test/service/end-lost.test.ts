/** A node that an operator declares lost: what ran there ends, is tried again elsewhere if it may be, and never runs twice. */
import assert from 'node:assert/strict'
import {dirname} from 'node:path'
import {type JobId, uid} from '../../src/core/brand.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import {DiskProcess} from '../support/disk-process.js'
import {attempt, dying} from '../support/dying.js'
import {assertAtRest} from '../support/invariants.js'
import {packAll} from '../support/packing.js'
import {SETTINGS, USER, World} from '../support/world.js'

const GIB = 1024 ** 3
const FOREVER = {env: {FAKE_SECONDS: 'forever'}}
const aNode = (name: string) => ({name, capacity: {cpus: 4000, memory: 4 * GIB, gpus: 0}, labels: {}})

describe('a node that is lost', () => {
  let world: World
  beforeEach(() => {
    world = new World({nodes: [aNode('n1'), aNode('n2')]})
  })

  const god = (name: string, fs = new DiskProcess(world.disk)) => world.process(fs, name)
  const turn = async (name: string): Promise<void> => {
    await god(name).schedule()
    await god(name).watch()
  }
  /** On n1: n2 was not there yet. */
  const running = async (...ids: readonly JobId[]): Promise<void> => {
    await turn('n1')
    for (const id of ids) assert.deepEqual([world.state(id), world.record(id)?.node], ['running', 'n1'])
    await turn('n2')
  }
  const begun = (id: JobId): readonly number[] =>
    world.begun().flatMap(({job, attempt: of}) => (job === id ? [of] : []))

  it('ends what ran there, by the scheduler of another node, and says by whose word', async () => {
    const id = world.submit(FOREVER)
    const array = world.submit({...FOREVER, array: '0-1'})
    await running(id)
    world.node('lost', 'n1', {remark: 'burnt'})
    await turn('n2')
    const {state, reason, ended} = world.record(id) ?? assert.fail()
    assert.deepEqual([state, reason?.code, ended !== null], ['lost', 'node-lost', true])
    assert.match(reason?.text ?? '', /its node n1 is gone for good, by the word of u\d+: burnt/)
    assert.equal(world.state(array), 'failed')
    assert.equal(
      god('n2')
        .service.nodes.records()
        .find(({name}) => name === 'n1')?.lost?.why,
      'burnt',
    )
  })

  it('that comes back removes the containers of what has ended, and starts nothing before it is ready', async () => {
    const [once, again] = [world.submit(FOREVER), world.submit({...FOREVER, retry: '1:node-lost'})]
    await running(once, again)
    world.node('lost', 'n1')
    await turn('n2')
    world.clock.advance(10_000)
    await turn('n2')
    assert.deepEqual(
      [world.state(once), world.state(again), world.record(again)?.node],
      ['lost', 'running', 'n2'],
    )
    const waiting = world.submit({...FOREVER, cpus: 4000})
    assert.equal(world.engineOf('n1').all().length, 2)
    for (let i = 0; i < 3; i++) await turn('n1')
    assert.deepEqual([world.engineOf('n1').all().length, world.engineOf('n2').all().length], [0, 1])
    assert.deepEqual([begun(once), begun(again), world.state(waiting)], [[1], [1, 2], 'pending'])
    world.node('ready', 'n1')
    await turn('n1')
    assert.equal(world.state(waiting), 'running')
    assertAtRest(world, [once, again, waiting])
  })

  it('gives back what had not begun there; who stalled before its start never starts it', async () => {
    const id = world.submit(FOREVER)
    const stalled = god('n1')
    await schedulerPass(stalled.service, stalled.claimEpoch())
    assert.equal(world.state(id), 'starting')
    world.node('lost', 'n1')
    await turn('n2')
    assert.deepEqual([world.record(id)?.attempt, world.record(id)?.node], [2, 'n2'])
    for (let i = 0; i < 2; i++) await turn('n1')
    assert.deepEqual([begun(id), world.containers().length], [[2], 1])
  })

  it('believes the word that a job left in its directory, and ends a requeue as its next attempt', async () => {
    const over = world.submit({env: {FAKE_SECONDS: '2', FAKE_EXIT: '3'}})
    const requeued = world.submit(FOREVER)
    const killed = world.submit(FOREVER)
    await running(over, requeued, killed)
    world.clock.advance(3000)
    world.engineOf('n1').all()
    world.control('requeue', [requeued])
    world.control('kill', [killed])
    world.node('lost', 'n1')
    await god('n2').schedule()
    assert.deepEqual([world.state(over), world.record(over)?.exit?.code], ['failed', 3])
    assert.equal(world.record(requeued)?.attempt, 2)
    assert.equal(world.record(requeued)?.earlier?.runs, 1)
    assert.equal(world.state(killed), 'killed')
  })

  it('T39: keeps the directory of a job that is root inside closed until it comes back and its container is gone', async () => {
    const root = {users: ['*'], groups: [], never: null}
    world = new World({
      nodes: [aNode('n1'), aNode('n2')],
      settings: {admission: {...SETTINGS.admission, root}},
    })
    const [once, again] = [
      world.submit({...FOREVER, root: true}),
      world.submit({...FOREVER, root: true, retry: '1:node-lost'}),
    ]
    await running(once, again)
    const doors = (): readonly unknown[] =>
      [once, again].map(id => world.disk.lookup(dirname(world.layout.workOf(uid(USER), id, 1)))?.mode)
    world.node('lost', 'n1')
    for (let i = 0; i < 3; i++) {
      await turn('n2')
      world.clock.advance(10_000)
    }
    assert.deepEqual([world.state(once), world.record(again)?.node], ['lost', 'n2'])
    assert.deepEqual(doors(), [0o700, 0o700])
    world.control('kill', [again])
    for (let i = 0; i < 4; i++) {
      await turn('n2')
      world.clock.advance(3_600_000)
    }
    packAll(world)
    assert.deepEqual([world.record(once), doors()], [null, [0o700, 0o700]], 'nobody waits for such a node')
    for (let i = 0; i < 2; i++) await turn('n1')
    assert.deepEqual([world.engineOf('n1').all().length, doors()], [0, [0o755, 0o755]])
  })

  it('ends all of it wherever the pass is killed', async () => {
    for (let n = 1, fired = 1; fired > 0; n++) {
      world = new World({nodes: [aNode('n1'), aNode('n2')]})
      const ids = [world.submit(FOREVER), world.submit({...FOREVER, array: '0-1'})]
      await running(...ids.slice(0, 1))
      world.node('lost', 'n1')
      const fs = dying(world, {n, effect: 'crash-before'})
      await attempt(fs, () => god('n2', fs).schedule())
      fired = fs.fired
      await turn('n2')
      assert.deepEqual(
        ids.map(id => world.state(id)),
        ['lost', 'failed'],
        `call ${n}, ${fs.firedAt}`,
      )
      await turn('n1')
      assert.equal(world.containers().length, 0, `call ${n}, ${fs.firedAt}`)
    }
  })
})
