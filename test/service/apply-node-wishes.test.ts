/** What operators want of nodes, in whole passes: drained, ready again, reserved; by them alone, once each. */
import assert from 'node:assert/strict'
import {instant, type JobId, uid} from '../../src/core/brand.js'
import {readReasons} from '../../src/store/reasons.js'
import {refusedRequests} from '../../src/store/requests/refused.js'
import {DiskProcess} from '../support/disk-process.js'
import {USER, World} from '../support/world.js'

const BOB = 1001
const HOUR = 3_600_000
const FOREVER = {env: {FAKE_SECONDS: 'forever'}}

describe('a node', () => {
  let world: World
  beforeEach(async () => {
    world = new World()
    await world.cron()
  })
  const node = () => world.process().service.nodes.records()[0]
  const reason = (id: JobId) => readReasons({fs: world.process().fs}, world.layout).get(id)
  const period = (from: number, to: number, users: readonly string[] = []) => {
    const now = world.clock.now()
    return {period: {from: instant(now + from), to: instant(now + to), users: [...users]}}
  }

  it('that is drained takes no new work, and what runs there runs on until it is ready again', async () => {
    const before = world.submit(FOREVER)
    await world.cron()
    world.node('drain', 'n1', {remark: 'new disk'})
    const after = world.submit(FOREVER)
    await world.cron()
    assert.deepEqual([world.state(before), world.state(after)], ['running', 'pending'])
    assert.deepEqual([node()?.drained?.why, node()?.drained?.by], ['new disk', `u${USER}`])
    assert.equal(reason(after)?.code, 'no-node')
    assert.match(reason(after)?.text ?? '', /no node that it fits on takes work now: n1 is drained/)
    world.node('ready', 'n1')
    await world.cron()
    assert.deepEqual([world.state(after), node()?.drained], ['running', undefined])
  })

  it('stays drained when its executor tells of it, and when its engine falls silent and answers again', async () => {
    world.node('drain', 'n1')
    await world.cron()
    world.engineDown = true
    await world.cron()
    assert.ok(node()?.down !== undefined && node()?.drained !== undefined)
    world.engineDown = false
    await world.cron()
    assert.ok(node()?.down === undefined && node()?.drained !== undefined)
  })

  it('is nothing to anybody but an operator', async () => {
    world.node('drain', 'n1', {}, BOB)
    await world.cron()
    assert.equal(node()?.drained, undefined)
    const [no] = refusedRequests(world.process().fs, world.layout, uid(BOB))
    assert.deepEqual([no?.code, no?.message], ['E_NOT_PERMITTED', 'drain of node n1: this is for operators'])
  })

  it('that is not known is refused to an operator too', async () => {
    world.node('drain', 'n9')
    await world.cron()
    assert.deepEqual(
      refusedRequests(world.process().fs, world.layout, uid(USER)).map(({code}) => code),
      ['E_NO_NODE'],
    )
  })

  it('that is reserved runs the jobs of those users alone, and before it what ends in time', async () => {
    world.node('reserve', 'n1', period(HOUR, 3 * HOUR, ['bob']))
    const short = world.submit({...FOREVER, walltime: 1800})
    const long = world.submit({...FOREVER, walltime: 7200})
    const his = world.submit({...FOREVER, walltime: 7200}, undefined, BOB)
    await world.cron()
    assert.deepEqual(
      [short, long, his].map(id => world.state(id)),
      ['running', 'pending', 'running'],
    )
    assert.equal(reason(long)?.code, 'reserved')
    assert.match(reason(long)?.text ?? '', /^n1 is reserved for bob from /)
    world.clock.advance(3 * HOUR)
    await world.cron()
    assert.equal(world.state(long), 'running')
  })

  it('that is reserved for nobody runs nothing meanwhile, and ready takes that back', async () => {
    world.node('reserve', 'n1', period(-HOUR, HOUR))
    const id = world.submit({...FOREVER, walltime: 60})
    await world.cron()
    assert.equal(world.state(id), 'pending')
    world.node('ready', 'n1')
    await world.cron()
    assert.deepEqual([world.state(id), node()?.reserved], ['running', undefined])
  })

  it('that is reserved for a group runs the jobs of its members alone, as the source of accounts says now', async () => {
    const {period: of} = period(0, HOUR)
    world.node('reserve', 'n1', {period: {...of, groups: [String(BOB), 'nosuch']}})
    const his = world.submit(FOREVER, undefined, BOB)
    const hers = world.submit(FOREVER)
    await world.cron()
    assert.deepEqual([world.state(his), world.state(hers)], ['running', 'pending'])
    assert.deepEqual(node()?.reserved?.[0]?.members, ['bob'])
    assert.match(reason(hers)?.text ?? '', /n1 is reserved for group 1001, group nosuch from/)
    const {rev} = node() ?? assert.fail()
    for (let i = 0; i < 3; i++) await world.cron()
    assert.equal(node()?.rev, rev)
  })

  it('is what the last of several wishes says, whenever the scheduler is stopped meanwhile', async () => {
    for (let step = 1; ; step++) {
      world = new World()
      await world.cron()
      world.node('drain', 'n1')
      world.node('reserve', 'n1', period(0, HOUR, ['ann']))
      world.node('ready', 'n1')
      world.node('reserve', 'n1', period(HOUR, 2 * HOUR, ['bob']))
      const fs = new DiskProcess(world.disk).plan({n: step, effect: 'crash-before'})
      await Promise.allSettled([world.process(fs).schedule()])
      if (step % 2 === 0) world.powerLoss()
      await world.process().schedule()
      assert.deepEqual(
        [node()?.drained, node()?.reserved?.map(({users}) => users)],
        [undefined, [['bob']]],
        `stopped at step ${step}`,
      )
      if (!fs.dead) break
    }
  })
})
