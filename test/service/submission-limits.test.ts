/** How much of what is submitted comes in: quotas of users, and rates. */
import assert from 'node:assert/strict'
import {uid} from '../../src/core/brand.js'
import {parseSections} from '../../src/core/settings/sections.js'
import type {ServiceSettings} from '../../src/service/service.js'
import {refusedRequests} from '../../src/store/requests/refused.js'
import {SETTINGS, USER, World} from '../support/world.js'

const BOB = 1001

describe('what comes in', () => {
  let world: World
  const under = (settings: Partial<ServiceSettings>, quotas: Readonly<Record<string, string>> = {}): void => {
    const lines = Object.entries(quotas).map(([key, value]) => ({key: `quota.${key}`, value, origin: 'x:1'}))
    const admission = {...SETTINGS.admission, sections: parseSections(lines)}
    world = new World({settings: {admission, ...settings}})
    world.engineDown = true
  }
  const pass = () => world.process().schedule()
  const states = (ids: readonly number[]): readonly string[] => ids.map(id => world.state(id as never))
  const refused = (user = USER) => refusedRequests(world.process().fs, world.layout, uid(user))
  const waiting = (user = USER): number =>
    world.disk.files(world.layout.dropFolder(uid(user))).filter(path => path.endsWith('.req')).length

  it('of a user is no more than he may have waiting, and the rest is refused with the numbers', async () => {
    under({}, {'user.ann.pending': '2'})
    const ids = [1, 2, 3].map(() => world.submit())
    const others = world.submit({}, undefined, BOB)
    await pass()
    assert.deepEqual(states(ids), ['pending', 'pending', 'absent'])
    assert.equal(world.state(others), 'pending')
    assert.deepEqual(
      refused().map(({code, message}) => [code, message]),
      [['E_QUOTA', 'the quota of user ann is 2 waiting jobs, and there are 2']],
    )
  })

  it('is refused where it could never start', async () => {
    under({}, {'user.*.cpus': '1'})
    const id = world.submit({cpus: 2000})
    await pass()
    assert.equal(world.state(id), 'absent')
    assert.match(refused()[0]?.message ?? '', /the quota of user ann is 1 cpu, and the job asks for 2 cpus/)
  })

  it('is refused where all of it would be too much, if the operator wants no waiting', async () => {
    under({quotasRefuse: true}, {'user.ann.cpus': '3'})
    const ids = [1, 2].map(() => world.submit({cpus: 2000}))
    await pass()
    assert.deepEqual(states(ids), ['pending', 'absent'])
  })

  it('waits where it would be too much now, if he wants that', async () => {
    under({}, {'user.ann.cpus': '3'})
    const ids = [1, 2].map(() => world.submit({cpus: 2000}))
    await pass()
    assert.deepEqual(states(ids), ['pending', 'pending'])
  })

  it('T14 of a user in a minute is as much as the rate allows; the rest lies where it is, and others are not kept', async () => {
    under({rate: {user: 2, all: null}})
    const ids = [1, 2, 3, 4, 5].map(() => world.submit())
    const others = world.submit({}, undefined, BOB)
    await pass()
    assert.deepEqual([waiting(), refused().length, world.state(others)], [3, 0, 'pending'])
    await pass()
    assert.equal(waiting(), 3)
    world.clock.advance(60_001)
    await pass()
    assert.equal(waiting(), 1)
    world.clock.advance(60_001)
    await pass()
    assert.deepEqual([waiting(), states(ids)], [0, Array.from({length: 5}, () => 'pending')])
  })

  it('as one request of many comes in as a whole, however small the rate is', async () => {
    under({rate: {user: 2, all: null}})
    const ids = world.submitMany([{}, {}, {}])
    const later = world.submit()
    await pass()
    assert.deepEqual(states([...ids, later]), ['pending', 'pending', 'pending', 'absent'])
  })

  it('of a request that is not taken as a whole is not counted: others have its room', async () => {
    under({}, {'project.default.pending': '2'})
    world.submitMany([{}, {}, {image: 'a b'}])
    const others = [1, 2].map(() => world.submit({}, undefined, BOB))
    await pass()
    assert.deepEqual(states(others), ['pending', 'pending'])
    assert.equal(refused()[0]?.code, 'E_IMAGE_BAD')
  })

  it('of all users together is not kept out by jobs that somebody holds', async () => {
    under({rate: {user: null, all: 1}})
    for (let i = 0; i < 3; i++) world.submit({hold: true})
    await pass()
    await pass()
    await pass()
    const other = world.submit({}, undefined, BOB)
    await pass()
    assert.equal(world.state(other), 'pending')
  })

  it('of all users together waits where too much waits already', async () => {
    under({rate: {user: null, all: 2}})
    const ids = [USER, BOB, USER].map(user => world.submit({}, undefined, user))
    await pass()
    assert.deepEqual(states(ids).filter(state => state === 'pending').length, 2)
    assert.equal(waiting() + waiting(BOB), 1)
  })
})
