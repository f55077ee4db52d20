import assert from 'node:assert/strict'
import type {Auth} from '@god-cli/api'
import {type JobId, jobId, token, uid} from '../../src/core/brand.js'
import {parseSections} from '../../src/core/settings/sections.js'
import {claimId, listClaims, readHint} from '../../src/store/requests/ids.js'
import {refusedRequests} from '../../src/store/requests/refused.js'
import {DiskProcess} from '../support/disk-process.js'
import {attempt, dying, plantRequest} from '../support/dying.js'
import {packAll} from '../support/packing.js'
import {GIB, type GodProcess, SETTINGS, USER, World} from '../support/world.js'

const BOB = 1001

describe('admission', () => {
  let world: World
  beforeEach(() => {
    world = new World()
    // Nothing starts: what is admitted stays to be looked at.
    world.engineDown = true
  })

  const pass = (god: GodProcess = world.process()) => god.schedule()
  const withAuth = (auth: Partial<Auth>): GodProcess => {
    const god = world.process()
    Object.assign(god.service, {auth: {...god.service.auth, ...auth}})
    return god
  }
  const refused = (user = USER) => refusedRequests(world.process().fs, world.layout, uid(user))
  const waiting = (user = USER): number =>
    world.disk.files(world.layout.dropFolder(uid(user))).filter(path => path.endsWith('.req')).length
  /** A submit request that names any id, with a claim for it or without. */
  const request = (id: number, user = USER): string => {
    const {cluster} = world.process().service.format
    const tok = token(world.random())
    const text = {v: 1, op: 'submit', tok, cluster, id, wish: {command: {kind: 'argv', argv: ['true']}}}
    const path = plantRequest(world, JSON.stringify(text), user)
    const named = path.replace(/[0-9a-f]{24}\.req$/, `${tok}.req`)
    world.process().fs.rename(path, named)
    return named
  }
  const claim = (user = USER): JobId => {
    const fs = new DiskProcess(world.disk, user)
    return claimId(world.durable(fs), world.layout)
  }

  it('makes a job of a request: hint, spec and record are there, request and claim gone', async () => {
    const id = world.submit({name: 'first', cpus: 500, memory: GIB, hold: true})
    await pass()
    const record = world.record(id)
    assert.deepEqual(
      [record?.name, record?.state, record?.user, record?.resources.cpus, record?.attempt, record?.rev],
      ['first', 'held', 'ann', 500, 1, 1],
    )
    assert.equal(world.process().service.specs.read(id)?.wish.name, 'first')
    assert.ok(readHint(world.process().fs, world.layout) > id)
    assert.deepEqual([waiting(), listClaims(world.process().fs, world.layout)], [0, []])
  })

  it('lets only an operator go before others', async () => {
    const mine = world.submit({nice: -5})
    const his = world.submit({nice: -5}, undefined, BOB)
    await pass()
    assert.deepEqual([world.record(mine)?.nice, world.record(his)], [-5, null])
    assert.deepEqual(
      refused(BOB).map(({code}) => code),
      ['E_NOT_PERMITTED'],
    )
  })

  it('writes the hint once, the specs and the records together, however many there are', async () => {
    const syncs = async (n: number): Promise<number> => {
      world = new World()
      world.engineDown = true
      for (let i = 0; i < n; i++) world.submit()
      const god = world.process()
      await pass(god)
      return god.fs.counts.get('fsyncDir') ?? 0
    }
    assert.equal(await syncs(40), await syncs(1))
  })

  it('gives nobody else the id, though its user deletes his claim as soon as the job is there', async () => {
    const id = world.submit()
    let other: JobId | null = null
    const god = world.process()
    const snatch = (): void => {
      world.process().fs.unlink(`${world.layout.ids}/${id}`)
      other = claim(BOB)
    }
    god.fs.on({call: 'link', path: '/1.1.json', when: 'after', act: snatch})
    await pass(god)
    assert.notEqual(other, id)
  })

  it('has the spec on the disk before the record, which another process may sync at any time', async () => {
    const id = world.submit()
    const god = world.process()
    const cut = (): void => {
      world.process().fs.fsyncDir(world.layout.live)
      world.process().fs.fsyncDir(world.layout.bucket(id))
      world.disk.powerLoss()
    }
    god.fs.on({call: 'link', path: '/1.1.json', when: 'after', act: cut})
    god.fs.on({call: 'unlink', path: '/jobs/live', when: 'before', act: () => assert.fail('stop here')})
    await pass(god).catch(() => undefined)
    assert.equal(world.state(id), 'pending')
    assert.equal(world.process().service.specs.read(id)?.id, id)
  })

  it('of one request twice is one job', async () => {
    const id = world.submit()
    const fs = dying(world, {call: 'unlink', path: '/proc/self/fd', n: 1, effect: 'crash-before'})
    await attempt(fs, () => pass(world.process(fs)))
    assert.equal(waiting(), 1)
    await pass()
    assert.deepEqual([waiting(), world.record(id)?.rev], [0, 1])
  })

  it('knows its own request again after the job has been through much', async () => {
    const id = world.submit()
    const fs = dying(world, {call: 'unlink', path: '/proc/self/fd', n: 1, effect: 'crash-before'})
    await attempt(fs, () => pass(world.process(fs)))
    const spec = world.disk.lookup(world.layout.spec(id)) ?? assert.fail()
    spec.bytes = Buffer.from('{}')
    await pass()
    assert.deepEqual([waiting(), refused()], [0, []])
  })

  describe('of an id', () => {
    it('that another job has is refused', async () => {
      const id = world.submit()
      await pass()
      request(id)
      await pass()
      assert.deepEqual(
        refused().map(({code, id: told}) => [code, told]),
        [['E_ID_TAKEN', id]],
      )
      assert.equal(world.record(id)?.rev, 1)
    })

    it('that two requests name goes to one of them', async () => {
      const id = world.submit()
      request(id)
      await pass()
      assert.deepEqual([waiting(), refused().length, world.state(id)], [0, 1, 'pending'])
    })

    it('that was packed is refused', async () => {
      const id = world.submit()
      await pass()
      world.control('kill', [id])
      await pass()
      packAll(world)
      request(id)
      await pass()
      assert.equal(refused()[0]?.code, 'E_ID_TAKEN')
      assert.equal(world.record(id), null)
    })

    it('of its own job, that has run and was packed meanwhile, is done', async () => {
      const id = world.submit()
      const path = world.disk.files(world.layout.inbox)[0] ?? ''
      const {bytes} = world.disk.lookup(path) ?? assert.fail('no request')
      await pass()
      world.control('kill', [id])
      await pass()
      packAll(world)
      const {fs} = world.process()
      fs.write(fs.open(path, 'create', 0o640), bytes)
      await pass()
      assert.deepEqual([waiting(), refused(), world.record(id)], [0, [], null])
    })

    it('of its own job, whose packed record is damaged, is refused: nobody can tell', async () => {
      const id = world.submit()
      const path = world.disk.files(world.layout.inbox)[0] ?? ''
      const {bytes} = world.disk.lookup(path) ?? assert.fail('no request')
      await pass()
      world.control('kill', [id])
      await pass()
      packAll(world)
      const lines = world.disk.files(world.layout.done).find(file => file.endsWith('.ndjson')) ?? ''
      const segment = world.disk.lookup(lines) ?? assert.fail('no segment')
      segment.bytes = Buffer.from(
        Buffer.from(segment.bytes).toString().replace('"state":"killed"', '"state":"kilted"'),
      )
      const {fs} = world.process()
      fs.write(fs.open(path, 'create', 0o640), bytes)
      await pass()
      assert.deepEqual([waiting(), refused()[0]?.code], [0, 'E_ID_TAKEN'])
    })

    it('that somebody else has claimed waits until his claim is gone', async () => {
      const id = claim(BOB)
      request(id)
      await pass()
      assert.deepEqual([waiting(), refused()], [1, []])
      world.clock.advance(11 * 60_000)
      await pass()
      await pass()
      assert.deepEqual([waiting(), world.record(id)?.uid], [0, USER])
    })

    it('that nobody has claimed is refused, unless the hint has passed it', async () => {
      request(5)
      await pass()
      assert.equal(refused()[0]?.code, 'E_ID_TAKEN')
      const late = claim()
      world.clock.advance(11 * 60_000)
      await pass()
      request(late)
      await pass()
      assert.equal(world.state(late), 'pending')
    })

    it('far beyond the hint is refused, also with a claim', async () => {
      const far = 3_000_000
      const {fs} = world.process()
      fs.close(fs.open(`${world.layout.ids}/${far}`, 'create'))
      request(far)
      await pass()
      assert.equal(refused()[0]?.code, 'E_ID_TAKEN')
      assert.ok(readHint(fs, world.layout) < far)
    })

    it('whose spec another request left is refused: that one will publish its record', async () => {
      const id = world.submit()
      const fs = dying(world, {call: 'link', path: '/1.1.json', n: 1, effect: 'crash-before'})
      await attempt(fs, () => pass(world.process(fs)))
      const [first] = world.disk.files(world.layout.dropFolder(uid(USER)))
      world.process().fs.rename(first ?? '', `${first}.away`)
      request(id)
      await pass()
      assert.equal(refused()[0]?.code, 'E_ID_TAKEN')
      world.process().fs.rename(`${first}.away`, first ?? '')
      await pass()
      assert.equal(world.state(id), 'pending')
    })
  })

  it('refuses with the reason, for its owner to see, and tells the journal', async () => {
    const id = world.submit({cpus: 99_000}, undefined, BOB)
    world.engineDown = false
    await pass()
    const [no] = refused(BOB)
    assert.deepEqual([no?.code, no?.id], ['E_RESOURCES_NEVER', id])
    assert.match(no?.message ?? '', /99 cpus/)
    const journal = world.disk.files(world.layout.journal).map(path => world.disk.text(path))
    assert.match(journal.join(''), new RegExp(`"what":"refused","id":${id},"by":"u1001"`))
  })

  it('refuses a uid without an account', async () => {
    world.submit({}, undefined, 4711)
    await pass()
    assert.match(refused(4711)[0]?.message ?? '', /uid 4711 has no account/)
  })

  it('waits while accounts cannot be looked up: nobody is refused for that', async () => {
    const id = world.submit()
    const god = withAuth({
      byUid: () => Promise.reject(new Error('no answer from the directory server')),
    })
    await pass(god)
    assert.deepEqual([waiting(), refused()], [1, []])
    assert.match(world.log.join('\n'), /cannot look up uid 1000 now: .*no answer/)
    await pass()
    assert.equal(world.state(id), 'pending')
  })

  it('waits for a group that cannot be looked up now where a right hangs on it, and there alone', async () => {
    const lines = {
      'volume.data.path': '/srv/data',
      'volume.data.groups': 'lab',
      'volume.all.path': '/srv/all',
      'volume.all.users': '*',
    }
    const sections = parseSections(Object.entries(lines).map(([key, value]) => ({key, value, origin: 'x:1'})))
    world = new World({settings: {admission: {...SETTINGS.admission, sections}}})
    world.engineDown = true
    const ids = [world.submit({volumes: ['data']}), world.submit({volumes: ['all']}), world.submit()]
    await pass(withAuth({groupByName: () => Promise.reject(new Error('two entries have that name'))}))
    assert.deepEqual(
      ids.map(id => world.state(id)),
      ['absent', 'pending', 'pending'],
    )
    assert.deepEqual([waiting(), refused()], [1, []])
    await pass()
    assert.equal(refused()[0]?.code, 'E_VOLUME_REFUSED', 'ann is not in that group')
  })

  it('does not stop at a damaged spec, not even at one that cannot be moved away', async () => {
    const hurt = world.submit()
    const other = world.submit()
    const fs = dying(world, {call: 'link', path: '/1.1.json', n: 1, effect: 'crash-before'})
    await attempt(fs, () => pass(world.process(fs)))
    const spec = world.disk.lookup(world.layout.spec(hurt)) ?? assert.fail()
    spec.bytes = spec.bytes.subarray(0, 20)
    const god = world.process()
    god.fs.plan({call: 'open-create', path: '/quarantine/', n: 1, effect: {error: 'EACCES'}})
    await pass(god)
    assert.deepEqual([world.state(hurt), world.state(other)], ['absent', 'pending'])
    assert.match(world.log.join('\n'), /spec of job 1 is damaged/)
    await pass()
    assert.equal(world.state(hurt), 'pending')
    assert.equal(world.process().service.specs.read(hurt)?.id, hurt)
    assert.equal(world.disk.files(world.layout.quarantine).length, 2)
  })

  it('does not take a damaged file in the place of its record for the record', async () => {
    const id = world.submit()
    const fs = world.process().fs
    fs.mkdir(world.layout.bucket(id), 0o755)
    fs.close(fs.open(`${world.layout.bucket(id)}/${id}.1.json`, 'create', 0o644))
    const cannot = new DiskProcess(world.disk).plan({
      call: 'rename',
      path: '/quarantine/',
      n: 1,
      effect: {error: 'EROFS', from: true},
    })
    await pass(world.process(cannot))
    assert.equal(waiting(), 1, 'the request stays: no job came of it')
    await pass()
    assert.deepEqual([world.state(id), waiting()], ['pending', 0])
  })

  it('publishes nothing once a younger scheduler is there', async () => {
    const id = world.submit()
    const god = world.process()
    const mine = god.claimEpoch()
    god.fs.on({call: 'readdir', path: '/nodes', when: 'before', act: () => void world.process().claimEpoch()})
    await assert.rejects(god.schedule(mine), {code: 'E_FENCED'})
    assert.equal(world.state(id), 'absent')
    assert.equal(jobId(1), id)
  })
})
