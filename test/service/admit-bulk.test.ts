/** Requests of many jobs: all of one is taken or nothing, also where a crash came in between (state.md 9). */
import assert from 'node:assert/strict'
import type {Auth} from '@god-cli/api'
import {type JobId, uid} from '../../src/core/brand.js'
import {listClaims, readHint} from '../../src/store/requests/ids.js'
import {refusedRequests} from '../../src/store/requests/refused.js'
import {attempt, dying} from '../support/dying.js'
import {packAll} from '../support/packing.js'
import {type GodProcess, USER, World} from '../support/world.js'

describe('admission of a request of many jobs', () => {
  let world: World
  beforeEach(() => {
    world = new World()
    world.engineDown = true
  })

  const pass = (god: GodProcess = world.process()) => god.schedule()
  const refused = (user = USER) => refusedRequests(world.process().fs, world.layout, uid(user))
  const waiting = (user = USER): number =>
    world.disk.files(world.layout.dropFolder(uid(user))).filter(path => path.endsWith('.req')).length
  const states = (ids: readonly JobId[]): readonly string[] => ids.map(id => world.state(id))
  const claims = () => listClaims(world.process().fs, world.layout)
  /** Killed when the second of its records is to be published. */
  const dieInTheMiddle = async (): Promise<void> => {
    const fs = dying(world, {call: 'link', path: '.1.json', n: 2, effect: 'crash-before'})
    await attempt(fs, () => pass(world.process(fs)))
  }
  const settings = (admission: Partial<World['settings']['admission']>): GodProcess => {
    const god = world.process()
    const all = {...god.service.settings, admission: {...god.service.settings.admission, ...admission}}
    Object.assign(god.service, {settings: all})
    return god
  }

  it('makes a job of each, by one hint; request and claims are gone', async () => {
    const ids = world.submitMany([{name: 'a'}, {name: 'b', hold: true}, {name: 'c'}])
    const report = await pass()
    assert.deepEqual(states(ids), ['pending', 'held', 'pending'])
    assert.deepEqual(
      ids.map(id => world.process().service.specs.read(id)?.wish.name),
      ['a', 'b', 'c'],
    )
    assert.deepEqual([waiting(), claims(), report.admitted, report.refused], [0, [], 3, 0])
    assert.ok(readHint(world.process().fs, world.layout) > Math.max(...ids))
  })

  it('costs no more folder syncs than one job, and lists each bucket once', async () => {
    const counts = async (n: number, call: string): Promise<number> => {
      world = new World()
      world.engineDown = true
      world.submitMany(Array.from({length: n}, () => ({})))
      const god = world.process()
      let listed = 0
      for (let i = 1; i < 200; i++)
        god.fs.on({call: 'readdir', path: '/jobs/live/', n: i, when: 'before', act: () => void listed++})
      await pass(god)
      return call === 'readdir' ? listed : (god.fs.counts.get(call) ?? 0)
    }
    // The index may come to be written once.
    assert.ok((await counts(100, 'fsyncDir')) <= (await counts(1, 'fsyncDir')) + 1)
    assert.ok((await counts(100, 'readdir')) <= (await counts(1, 'readdir')) + 1)
  })

  it('asks once for the account of its user', async () => {
    world.submitMany([{}, {}, {}])
    let asked = 0
    const god = world.process()
    const {auth} = god.service
    const byUid: Auth['byUid'] = async wanted => {
      asked++
      return auth.byUid(wanted)
    }
    Object.assign(god.service, {auth: {...auth, byUid}})
    await pass(god)
    assert.equal(asked, 1)
  })

  it('refuses all where one is refused, each with its reason', async () => {
    world.engineDown = false
    const ids = world.submitMany([{}, {cpus: 99_000}, {}])
    const report = await pass()
    assert.deepEqual(states(ids), ['absent', 'absent', 'absent'])
    const [no] = refused()
    assert.deepEqual([no?.id, no?.code, no?.others], [ids[1], 'E_RESOURCES_NEVER', [ids[0], ids[2]]])
    assert.deepEqual([waiting(), report.admitted, report.refused], [0, 0, 3])
  })

  it('lets requests of others go their way', async () => {
    world.engineDown = false
    world.submitMany([{}, {cpus: 99_000}])
    const ids = world.submitMany([{hold: true}, {hold: true}], undefined, 1001)
    await pass()
    assert.deepEqual(states(ids), ['held', 'held'])
    assert.equal(refused().length, 1)
  })

  it('waits as a whole while its account cannot be looked up', async () => {
    const ids = world.submitMany([{}, {}])
    const god = world.process()
    const byUid = () => Promise.reject(new Error('no answer'))
    Object.assign(god.service, {auth: {...god.service.auth, byUid}})
    await pass(god)
    assert.deepEqual([waiting(), refused().length], [1, 0])
    await pass()
    assert.deepEqual(states(ids), ['pending', 'pending'])
  })

  it('waits as a whole while one of its ids is claimed by somebody else', async () => {
    const ids = world.submitMany([{}, {}])
    const claim = world.disk.lookup(`${world.layout.ids}/${ids[1]}`) ?? assert.fail()
    claim.uid = 1001
    await pass()
    assert.deepEqual([states(ids), waiting()], [['absent', 'absent'], 1])
    claim.uid = USER
    await pass()
    assert.deepEqual(states(ids), ['pending', 'pending'])
  })

  it('goes on after a crash: what is published stays as it was, the rest follows', async () => {
    const ids = world.submitMany([{}, {}, {}])
    await dieInTheMiddle()
    assert.deepEqual([states(ids), waiting()], [['pending', 'absent', 'absent'], 1])
    const first = world.disk.text(`${world.layout.bucket(1)}/${ids[0]}.1.json`)
    world.clock.advance(60_000)
    await pass()
    assert.deepEqual([states(ids), waiting(), claims()], [['pending', 'pending', 'pending'], 0, []])
    assert.equal(world.disk.text(`${world.layout.bucket(1)}/${ids[0]}.1.json`), first)
  })

  it('after a crash tells which were refused, where the site has changed its mind', async () => {
    const ids = world.submitMany([{image: 'a'}, {image: 'b'}, {}])
    await dieInTheMiddle()
    await pass(settings({allowedImages: []}))
    assert.deepEqual(states(ids), ['pending', 'absent', 'pending'])
    const [no] = refused()
    assert.deepEqual([no?.id, no?.code, no?.others, waiting()], [ids[1], 'E_IMAGE_NOT_ALLOWED', undefined, 0])
    assert.deepEqual(claims(), [ids[1]])
  })

  it('keeps a kill waiting until all of its request is there', async () => {
    const ids = world.submitMany([{}, {}])
    await dieInTheMiddle()
    world.control('kill', ids)
    await world.process().watch()
    assert.deepEqual(states(ids), ['pending', 'absent'])
    await pass()
    assert.deepEqual([states(ids), waiting()], [['killed', 'killed'], 0])
  })

  it('is refused where one of its ids belongs to a job already, live or packed', async () => {
    const [old = assert.fail()] = world.submitMany([{}])
    await pass()
    world.control('kill', [old])
    await pass()
    const plant = (): readonly JobId[] => {
      const ids = world.submitMany([{}, {}])
      const path =
        world.disk.files(world.layout.dropFolder(uid(USER))).find(name => name.endsWith('.req')) ?? ''
      const node = world.disk.lookup(path) ?? assert.fail()
      const {sum: _, ...request} = JSON.parse(world.disk.text(path) ?? '')
      request.jobs[0].id = old
      node.bytes = Buffer.from(JSON.stringify(request))
      return ids.slice(1)
    }
    const [second = assert.fail()] = plant()
    await pass()
    assert.deepEqual([refused()[0]?.code, world.state(second)], ['E_ID_TAKEN', 'absent'])
    packAll(world)
    const [third = assert.fail()] = plant()
    await pass()
    assert.deepEqual([refused().length, world.state(third)], [2, 'absent'])
  })
})
