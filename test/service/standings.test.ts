/** Where users stand, as a pass asks: through whole lives of jobs, packing and restarts. */
import assert from 'node:assert/strict'
import {keptUsage} from '../../src/service/keep-usage.js'
import {standings} from '../../src/service/standings.js'
import {partPath} from '../../src/store/packs/segment-names.js'
import {readUsage} from '../../src/store/packs/usage-file.js'
import {SETTINGS, World} from '../support/world.js'

const BOB = 1001
const FOREVER = {env: {FAKE_SECONDS: 'forever'}}
const SHORT = {env: {FAKE_SECONDS: '20'}}

describe('standings', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  /** As a process that has just started sees them. */
  const fresh = () => {
    const {service} = world.process()
    return standings(service, service.jobs.live())
  }
  const kept = () => readUsage(world.process().fs, world.layout)

  it('are all the same where nobody has used anything', () => {
    assert.deepEqual(fresh()('ann'), {ratio: 0, factor: 1})
    assert.equal(kept(), null)
  })

  it('put who runs behind who waits, and who waits beside one who is new', async () => {
    world.submit({...FOREVER, cpus: 4000})
    await world.cron()
    world.submit(FOREVER, undefined, BOB)
    await world.process().schedule()
    world.clock.advance(60_000)
    const of = fresh()
    assert.deepEqual(of('bob'), {ratio: 0, factor: 1})
    assert.deepEqual(of('ann'), {ratio: 2, factor: 0.5})
    assert.deepEqual(of('carol').factor, 1)
  })

  it('are the same after packing, and after a restart that reads no packed job again', async () => {
    world.submit(SHORT)
    world.submit({...SHORT, array: '1-3'})
    world.submit(SHORT, undefined, BOB)
    await world.settle(8, 10_000)
    const before = [fresh()('ann'), fresh()('bob')]
    assert.deepEqual(
      before.map(({ratio}) => ratio.toFixed(3)),
      ['1.600', '0.400'],
    )
    await world.process().pack()
    assert.equal(world.process().service.jobs.live().all.length, 0)
    assert.deepEqual([fresh()('ann'), fresh()('bob')], before)
    const [name = ''] = kept()?.segments.keys() ?? []
    world.process().fs.unlink(partPath(world.layout, name, 'lines'))
    assert.deepEqual([fresh()('ann'), fresh()('bob')], before)
  })

  it('count each attempt once: while its job waits again, after its end, and when it is packed', async () => {
    const id = world.submit(SHORT)
    world.submit(SHORT, undefined, BOB)
    await world.settle(6, 10_000)
    const used = () => {
      const {service} = world.process()
      return keptUsage(service, service.jobs.live()).get('ann') ?? 0
    }
    const one = used()
    assert.ok(one > 0)
    world.control('requeue', [id], undefined, undefined, true)
    await world.process().schedule()
    assert.equal(world.state(id), 'held')
    assert.ok(Math.abs(used() - one) < 1e-6, `${used()} is not ${one}`)
    world.control('release', [id])
    await world.settle(6, 10_000)
    assert.equal(world.state(id), 'done')
    const both = used()
    assert.ok(both > 1.9 * one && both < 2.1 * one, `${one} became ${both}`)
    await world.process().pack()
    assert.equal(world.process().service.jobs.live().all.length, 0)
    assert.ok(Math.abs(used() - both) < 1e-6, `${used()} is not ${both}`)
  })

  it('are kept while nothing happens, for five minutes', async () => {
    const god = world.process()
    world.submit(FOREVER)
    await world.cron()
    const of = standings(god.service, god.service.jobs.live())
    world.clock.advance(5 * 60_000 - 1)
    assert.equal(standings(god.service, god.service.jobs.live()), of)
    world.clock.advance(1)
    const later = standings(god.service, god.service.jobs.live())
    assert.notEqual(later, of)
    world.submit(FOREVER, undefined, BOB)
    await world.cron()
    assert.notEqual(standings(god.service, god.service.jobs.live()), later)
  })

  it('write what packed jobs count once', async () => {
    world.submit(SHORT)
    await world.settle(6, 10_000)
    await world.process().pack()
    fresh()
    const inode = () => world.disk.lookup(world.layout.usage)
    const before = inode()
    fresh()
    world.clock.advance(86_400_000)
    fresh()
    assert.equal(inode(), before)
  })

  it('follow the shares that the operator gives', async () => {
    const shares = {groups: new Map([['lab', {shares: 3, users: ['ann']}]]), users: new Map()}
    world = new World({settings: {share: {...SETTINGS.share, shares}}})
    world.submit(SHORT)
    world.submit(SHORT, undefined, BOB)
    await world.settle(6, 10_000)
    const of = fresh()
    assert.deepEqual([of('ann').factor, of('bob').factor], [1, 0.5])
    assert.deepEqual([of('ann').ratio, of('bob').ratio], [1, 2])
  })

  it('go on where the disk refuses to keep what packed jobs count', async () => {
    world.submit(SHORT)
    await world.settle(6, 10_000)
    await world.process().pack()
    const god = world.process()
    god.fs.unlink(world.layout.usage)
    const refuse = {
      ...god.service.durable,
      replace: () => assert.fail(Object.assign(new Error('EIO'), {code: 'EIO'})),
    }
    Object.assign(god.service, {durable: refuse})
    assert.equal(standings(god.service, god.service.jobs.live())('ann').ratio, 1)
    assert.match(world.log.join('\n'), /usage.json was not written: /)
  })
})
