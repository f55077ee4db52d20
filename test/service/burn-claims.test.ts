import assert from 'node:assert/strict'
import {jobId, token, uid} from '../../src/core/brand.js'
import {burnClaims} from '../../src/service/burn-claims.js'
import {CLAIM_LIFE, claimId, listClaims, readHint} from '../../src/store/requests/ids.js'
import {DiskProcess} from '../support/disk-process.js'
import {USER, World} from '../support/world.js'

const WISH = {command: {kind: 'argv' as const, argv: ['true']}}

describe('claims that became no job', () => {
  let world: World
  const claim = (fs = new DiskProcess(world.disk)) => claimId(world.durable(fs), world.layout)
  const burn = (submitted: Parameters<typeof burnClaims>[1] = [], god = world.process()): void =>
    burnClaims(god.service, submitted)
  const claims = () => listClaims(world.process().fs, world.layout)
  const plant = (name: string): void => {
    const fs = world.process().fs
    fs.close(fs.open(`${world.layout.ids}/${name}`, 'create'))
  }
  beforeEach(() => {
    world = new World()
  })

  it('are left alone for ten minutes', () => {
    const id = claim()
    world.clock.advance(CLAIM_LIFE - 1)
    burn()
    assert.deepEqual(claims(), [id])
  })

  it('are burned then, and their ids are given to nobody', () => {
    const id = claim()
    world.clock.advance(CLAIM_LIFE)
    burn()
    assert.deepEqual(claims(), [])
    assert.ok(claim() > id)
  })

  it('go by one sync of the hints, however many they are', () => {
    const ids = Array.from({length: 50}, () => claim())
    world.clock.advance(CLAIM_LIFE)
    const god = world.process()
    burn([], god)
    assert.deepEqual([claims(), god.fs.counts.get('fsyncDir')], [[], 1])
    assert.equal(readHint(god.fs, world.layout), (ids.at(-1) ?? assert.fail()) + 1)
  })

  it('take the spec along that an earlier try left, and no spec of a job', async () => {
    const [lone = assert.fail(), job = assert.fail()] = [claim(), world.submit({})]
    await world.process().schedule()
    const god = world.process()
    god.service.specs.publish({v: 1, id: lone, tok: token('a'.repeat(24)), uid: uid(USER), wish: WISH})
    plant(String(job))
    world.clock.advance(CLAIM_LIFE)
    burn()
    const {specs} = world.process().service
    assert.deepEqual([specs.look(lone).kind, specs.look(job).kind, claims()], ['none', 'whole', []])
  })

  it('stay while their own request waits in the inbox, not a stranger’s', () => {
    const [first = assert.fail(), second = assert.fail()] = [claim(), claim()]
    world.clock.advance(CLAIM_LIFE)
    const owner = uid(world.process().fs.lstat(`${world.layout.ids}/${first}`).uid)
    const stranger = uid(owner + 1)
    burn([
      {id: first, uid: stranger},
      {id: first, uid: owner},
      {id: second, uid: stranger},
    ])
    assert.deepEqual(claims(), [first])
    assert.ok(claim() > second)
  })

  it('T04, T14: that somebody made as folders go too, and end no pass; what is in them is kept', () => {
    const {fs} = world.process()
    for (const name of ['1', '2', '3']) fs.mkdir(`${world.layout.ids}/${name}`, 0o755)
    fs.mkdir(`${world.layout.ids}/2/full`, 0o755)
    world.clock.advance(CLAIM_LIFE)
    burn()
    assert.deepEqual(claims(), [])
    assert.ok(claim() > 3)
    const kept = world.process().fs.readdir(world.layout.quarantine)
    assert.deepEqual(
      kept.map(name => name.replace(/^(\d+)\.[^.]+/, '$1')),
      ['2.why', '2'],
    )
  })

  it('of the job that comes of them may be a folder of its user’s by then', async () => {
    const id = world.submit({})
    const {fs} = world.process()
    fs.unlink(`${world.layout.ids}/${id}`)
    fs.mkdir(`${world.layout.ids}/${id}`, 0o755)
    fs.mkdir(`${world.layout.ids}/${id}/full`, 0o755)
    await world.process().schedule()
    assert.equal(world.state(id), 'done')
  })

  it('of times to come go as those of times gone by: a time is its user’s word', () => {
    const id = claim()
    world.clock.advance(-CLAIM_LIFE)
    burn()
    assert.deepEqual(claims(), [])
    assert.ok(claim() > id)
  })

  it('are not missed by a claimer that read the hint before', () => {
    const id = claim()
    world.clock.advance(CLAIM_LIFE)
    const late = new DiskProcess(world.disk)
    late.on({call: 'open-create', path: '/ids/', when: 'before', act: () => burn()})
    assert.notEqual(claim(late), id)
  })

  it('raise the hint durably before they go', () => {
    const id = claim()
    world.disk.syncAll()
    world.clock.advance(CLAIM_LIFE)
    burn()
    world.disk.powerLoss()
    assert.ok(readHint(world.process().fs, world.layout) > id)
  })

  it('far ahead of the hint go without moving it: no stranger ends the site', () => {
    plant('2147483647')
    world.clock.advance(CLAIM_LIFE)
    burn()
    assert.deepEqual(claims(), [])
    assert.equal(claim(), jobId(1))
  })

  it('that vanish while they are looked at are nobody’s fault', () => {
    const id = claim()
    world.clock.advance(CLAIM_LIFE)
    const god = world.process()
    const gone = (): void => world.process().fs.unlink(`${world.layout.ids}/${id}`)
    god.fs.on({call: 'lstat', path: '/ids/', when: 'before', act: gone})
    burn([], god)
    assert.deepEqual(claims(), [])
  })

  it('and names that are no id are left', () => {
    plant('007')
    plant('x')
    world.clock.advance(CLAIM_LIFE)
    burn()
    assert.deepEqual(
      world.disk.files(world.layout.ids).map(path => path.slice(world.layout.ids.length + 1)),
      ['007', 'x'],
    )
  })
})
