/** Quotas in a whole pass: what runs, what was used, and what is told. */
import assert from 'node:assert/strict'
import type {JobId} from '../../src/core/brand.js'
import {parseSections} from '../../src/core/settings/sections.js'
import {quotasOf} from '../../src/service/quotas.js'
import {readReasons} from '../../src/store/reasons.js'
import {packAll} from '../support/packing.js'
import {SETTINGS, World} from '../support/world.js'

const FOREVER = {env: {FAKE_SECONDS: 'forever'}}
const BOB = 1001

describe('a quota', () => {
  let world: World
  const under = (quotas: Readonly<Record<string, string>>, more: object = {}): void => {
    const lines = Object.entries(quotas).map(([key, value]) => ({key: `quota.${key}`, value, origin: 'x:1'}))
    world = new World({
      settings: {admission: {...SETTINGS.admission, sections: parseSections(lines)}, ...more},
    })
  }
  const states = (ids: readonly JobId[]): readonly string[] => ids.map(id => world.state(id))
  const reason = (id: JobId) => readReasons({fs: world.process().fs}, world.layout).get(id)

  it('shares a node between two users, whoever was first', async () => {
    under({'user.*.cpus': '2'})
    const his = [1, 2, 3, 4].map(() => world.submit(FOREVER))
    const hers = [1, 2].map(() => world.submit(FOREVER, undefined, BOB))
    await world.cron()
    assert.deepEqual(states(his), ['running', 'running', 'pending', 'pending'])
    assert.deepEqual(states(hers), ['running', 'running'])
    assert.match(reason(his[2] as JobId)?.text ?? '', /quota of user ann is 2 cpus, of which 2 cpus are used/)
  })

  it('is free again when jobs have ended', async () => {
    under({'user.ann.running': '1'})
    const ids = [1, 2, 3].map(() => world.submit({env: {FAKE_SECONDS: '1'}}))
    await world.settle(12, 2000)
    assert.deepEqual(states(ids), ['done', 'done', 'done'])
  })

  it('of cpu time counts what was used in the window, packed or not', async () => {
    under({'user.ann.cpu_time': '10s'})
    const {service} = world.process()
    const live = service.jobs.live()
    assert.deepEqual(quotasOf(service, live)?.spent.users.get('ann'), undefined)
    world.submit({env: {FAKE_SECONDS: '20', FAKE_CPU: '20'}})
    await world.settle(4, 30_000)
    const used = (): number => {
      const god = world.process()
      return quotasOf(god.service, god.service.jobs.live())?.spent.users.get('ann') ?? 0
    }
    const before = used()
    assert.ok(before > 0, String(before))
    await world.process().pack()
    assert.equal(used(), before)
    world.clock.advance(40 * 86_400_000)
    assert.equal(used(), 0)
  })

  it('of cpu time counts what earlier attempts used, also while the job waits', async () => {
    under({'user.ann.cpu_time': '10h'})
    const id = world.submit({env: {FAKE_SECONDS: '20', FAKE_CPU: '20'}})
    await world.settle(4, 30_000)
    const used = (): number => {
      const god = world.process()
      return quotasOf(god.service, god.service.jobs.live())?.spent.users.get('ann') ?? 0
    }
    const before = used()
    world.control('requeue', [id], undefined, undefined, true)
    await world.process().schedule()
    assert.deepEqual([world.state(id), used()], ['held', before])
    world.control('release', [id])
    await world.settle(4, 30_000)
    assert.equal(used(), 2 * before)
  })

  it('of cpu time counts once what is packed while live jobs still tell of it', async () => {
    under({'user.ann.cpu_time': '10h'})
    const wish = {env: {FAKE_SECONDS: '20', FAKE_CPU: '20'}}
    world.submit(wish)
    const array = world.submit({...wish, array: '0-5'})
    world.control('hold', [array], undefined, {[array]: '5'})
    await world.settle(6, 30_000)
    world.clock.advance(3_600_000)
    const {service} = world.process()
    const live = service.jobs.live()
    const used = (): number => quotasOf(service, live)?.spent.users.get('ann') ?? 0
    const before = used()
    assert.ok(before > 0, String(before))
    packAll(world)
    assert.deepEqual(world.record(array)?.array?.parts, {}, 'its tasks are packed')
    assert.equal(used(), before)
  })

  it('is none where none is configured', () => {
    under({})
    const {service} = world.process()
    assert.equal(quotasOf(service, service.jobs.live()), undefined)
  })
})

describe('maintenance', () => {
  it('lets nothing start, and what runs runs on', async () => {
    const world = new World()
    const running = world.submit(FOREVER)
    await world.cron()
    const closed = world.process()
    Object.assign(closed.service, {settings: {...closed.service.settings, maintenance: true}})
    const later = world.submit(FOREVER)
    await closed.schedule()
    await closed.watch()
    assert.deepEqual([world.state(running), world.state(later)], ['running', 'pending'])
    assert.equal(readReasons({fs: closed.fs}, world.layout).get(later)?.code, 'maintenance')
    await world.cron()
    assert.equal(world.state(later), 'running')
  })
})
