import assert from 'node:assert/strict'
import {type JobId, jobId, token, uid} from '../../../src/core/brand.js'
import {GodError} from '../../../src/core/errors.js'
import type {Wish} from '../../../src/core/job.js'
import {keyHolders, keyToken} from '../../../src/store/requests/keys.js'
import {refusedRequests} from '../../../src/store/requests/refused.js'
import {encodeRequest} from '../../../src/store/requests/request-codec.js'
import {DiskProcess} from '../../support/disk-process.js'
import {attempt, dying} from '../../support/dying.js'
import {assertSafe} from '../../support/invariants.js'
import {once} from '../../support/keyed.js'
import {packAll} from '../../support/packing.js'
import {USER, World} from '../../support/world.js'

const OTHER: Partial<Wish> = {command: {kind: 'argv', argv: ['false']}}
const BOB = 1001
const BRIEF: Partial<Wish> = {env: {FAKE_SECONDS: '0'}}

describe('a key', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const requests = (user = USER): number =>
    world.disk.files(world.layout.dropFolder(uid(user))).filter(path => path.endsWith('.req')).length
  const jobs = (): readonly JobId[] =>
    world
      .process()
      .service.jobs.all()
      .map(({record}) => record.id)
  const taken = (id: JobId, key = 'k', wish = OTHER): void =>
    assert.throws(
      () => once(world, key, wish),
      error =>
        error instanceof GodError && error.code === 'E_KEY_TAKEN' && error.message.includes(`job ${id} `),
    )
  const over = async (id: JobId): Promise<void> => {
    await world.settle(4)
    assert.equal(world.state(id), 'done')
  }

  it('whose request cannot be read is told of, and costs a few ids; the next pass makes room for it', async () => {
    const {id} = once(world, 'k')
    const path =
      world.disk.files(world.layout.dropFolder(uid(USER))).find(each => each.endsWith('.req')) ?? ''
    const torn = world.disk.lookup(path) ?? assert.fail()
    torn.bytes = torn.bytes.slice(0, 40)
    assert.throws(
      () => once(world, 'k'),
      error =>
        error instanceof GodError && error.code === 'E_DIR_BUSY' && error.message.endsWith(`read: ${path}`),
    )
    assert.ok(world.disk.files(world.layout.ids).length < id + 20)
    await world.cron()
    assert.notEqual(once(world, 'k').request, null)
  })

  describe('names one job', () => {
    /** What becomes of the job, one thing after the other. */
    const STAGES: readonly (readonly [string, (id: JobId) => Promise<void>])[] = [
      ['while nobody has admitted it', async () => undefined],
      [
        'while it waits',
        async () => {
          world.engineDown = true
          await world.cron()
          world.engineDown = false
        },
      ],
      ['when it is over', over],
      [
        'when it is packed',
        async id => {
          await over(id)
          world.clock.advance(3_600_000)
          packAll(world)
          assert.deepEqual(jobs(), [])
        },
      ],
    ]
    for (const [when, come] of STAGES) {
      it(`${when}, and refuses another wish`, async () => {
        const {id} = once(world, 'k', BRIEF)
        await come(id)
        const before = requests()
        assert.deepEqual(once(world, 'k', BRIEF), {id, request: null})
        taken(id)
        assert.equal(requests(), before)
      })
    }
  })

  it('is told of each of its refused requests why, wherever the scheduler is killed', async () => {
    const never = {...BRIEF, cpus: 1_000_000_000}
    await world.cron()
    const ids: JobId[] = []
    for (let i = 0; i < 3; i++) {
      ids.push(once(world, 'k', never).id)
      const fs = dying(world, {call: 'rename', path: '.req', n: 1, effect: 'crash-before'})
      await attempt(fs, () => world.process(fs).schedule())
      await world.cron()
    }
    const told = refusedRequests(world.process().fs, world.layout, uid(USER))
    assert.deepEqual(
      told.map(({id, code}) => [id, code]).sort(),
      ids.map(id => [id, 'E_RESOURCES_NEVER']),
    )
    assert.equal(requests(), 0)
  })

  it('is free again when the site drops the line of its job, and its name goes', async () => {
    const {id} = once(world, 'k', BRIEF)
    await over(id)
    world.clock.advance(3_600_000)
    packAll(world)
    const {packing} = world.settings
    Object.assign(packing, {retention: {age: 1, most: null}})
    world.clock.advance(3_600_000)
    packAll(world)
    const {fs, service} = world.process()
    assert.ok(service.packs.isDropped(id))
    assert.deepEqual(keyHolders(fs, world.layout, keyToken(service.format.cluster, uid(USER), 'k')), [])
    Object.assign(packing, {retention: {age: null, most: null}})
    assert.notEqual(once(world, 'k', OTHER).id, id)
  })

  it('is free again when its request was refused', async () => {
    const {id} = once(world, 'k', {cpus: 64_000})
    await world.cron()
    assert.equal(refusedRequests(world.process().fs, world.layout, uid(USER))[0]?.id, id)
    const next = once(world, 'k')
    assert.notEqual(next.id, id)
    await world.cron()
    assert.deepEqual(jobs(), [next.id])
  })

  it("is each user's own, and other keys are others", () => {
    const ids = [once(world, 'k'), once(world, 'l'), once(world, 'k', {}, undefined, BOB)].map(({id}) => id)
    assert.equal(new Set(ids).size, 3)
  })

  it('takes a wish for the same that leaves out what the site fills in', () => {
    const {id} = once(world, 'k', {image: 'busybox:local', name: 'true'})
    assert.equal(once(world, 'k').id, id)
    taken(id, 'k', {image: 'busybox:other'})
  })

  it('is held by the job of one of two who ask at once', () => {
    const slow = new DiskProcess(world.disk, USER)
    const first: JobId[] = []
    slow.on({call: 'link', path: '.req', when: 'before', act: () => void first.push(once(world, 'k').id)})
    assert.deepEqual(once(world, 'k', {}, slow), {id: first[0], request: null})
    assert.equal(requests(), 1)
  })

  it('is held by one who came, was admitted and ended between the look of another and his request', async () => {
    const {id} = once(world, 'k')
    await world.cron()
    const {fs} = world.process()
    const hidden = ['keys', 'jobs'].map(name => [`/god/${name}`, `/god/hidden-${name}`] as const)
    for (const [path, aside] of hidden) fs.rename(path, aside)
    for (const [path] of hidden) fs.mkdir(path, 0o755)
    fs.mkdir('/god/jobs/live', 0o755)
    fs.mkdir('/god/jobs/done', 0o755)
    const slow = new DiskProcess(world.disk, USER)
    const reveal = (): void => {
      for (const name of ['live', 'done']) fs.rmdir(`/god/jobs/${name}`)
      for (const [path, aside] of hidden) {
        fs.rmdir(path)
        fs.rename(aside, path)
      }
    }
    slow.on({call: 'link', path: '.req', when: 'before', act: reveal})
    assert.deepEqual(once(world, 'k', {}, slow), {id, request: null})
    assert.equal(requests(), 0)
  })

  it('names one job whenever its user was killed on the way', async () => {
    for (let n = 1; ; n++) {
      world = new World()
      const fs = new DiskProcess(world.disk, USER).plan({n, effect: 'crash-after'})
      await attempt(fs, async () => void once(world, 'k', {}, fs))
      if (fs.fired === 0) {
        assert.ok(n > 5, 'it was never killed')
        return
      }
      const {id} = once(world, 'k')
      await world.settle(3)
      assert.deepEqual(jobs(), [id], `killed after step ${n}`)
      assert.deepEqual(once(world, 'k').id, id)
      assertSafe(world, [id], `killed after step ${n}`)
    }
  })

  it('names one job whenever the scheduler was killed on the way', async () => {
    for (let n = 1; ; n++) {
      world = new World()
      const {id} = once(world, 'k')
      const fs = dying(world, {n, effect: 'crash-after'})
      await attempt(fs, () => world.process(fs).schedule())
      if (fs.fired === 0) {
        assert.ok(n > 8, 'it was never killed')
        return
      }
      assert.equal(once(world, 'k').id, id, `killed after step ${n}`)
      await world.settle(3)
      assert.deepEqual(jobs(), [id], `killed after step ${n}`)
      assert.equal(once(world, 'k').id, id)
    }
  })

  it('survives a power cut as soon as its id is told', async () => {
    const {id} = once(world, 'k')
    world.powerLoss()
    assert.equal(once(world, 'k').id, id)
    await world.cron()
    world.powerLoss()
    assert.equal(once(world, 'k').id, id)
    taken(id)
  })

  describe('in a request that no client of ours would drop', () => {
    const {cluster} = new World().process().service.format
    const plant = (id: number, wish: Partial<Wish>, tok = keyToken(cluster, uid(USER), 'k')): void => {
      const full: Wish = {command: {kind: 'argv', argv: ['true']}, key: 'k', ...wish}
      const bytes = encodeRequest({v: 1, op: 'submit', tok, cluster, id: jobId(id), wish: full})
      const fs = new DiskProcess(world.disk, USER)
      world.durable(fs).replace(`${world.layout.dropFolder(uid(USER))}/${tok}.req`, bytes, 0o640)
    }
    const claim = (id: number): void => {
      const fs = new DiskProcess(world.disk, USER)
      fs.close(fs.open(`${world.layout.ids}/${id}`, 'create', 0o600))
    }
    const admitted = async (): Promise<JobId> => {
      const {id} = once(world, 'k')
      world.submit()
      await world.cron()
      return id
    }
    const refusal = () => refusedRequests(world.process().fs, world.layout, uid(USER))[0]?.code

    it('that asks for the same makes no second job, and is taken away', async () => {
      const id = await admitted()
      plant(1000, {})
      claim(1000)
      await world.cron()
      assert.deepEqual([jobs().length, requests(), refusal()], [2, 0, undefined])
      assert.equal(once(world, 'k').id, id)
    })

    it('that asks for something else is refused', async () => {
      await admitted()
      plant(1000, OTHER)
      claim(1000)
      await world.cron()
      assert.deepEqual([jobs().length, refusal()], [2, 'E_KEY_TAKEN'])
    })

    it('with another token than that of its key is refused', async () => {
      world.submit()
      plant(1, {}, token('a'.repeat(24)))
      await world.cron()
      assert.equal(refusal(), 'E_REQUEST_BAD')
    })

    it('among many others is refused', async () => {
      world.submitMany([{}, {key: 'k'}])
      await world.cron()
      assert.deepEqual([jobs().length, requests()], [0, 0])
    })
  })

  it('is taken though its user was killed while his request had a second name', async () => {
    const fs = new DiskProcess(world.disk, USER).plan({
      call: 'link',
      path: '.req',
      n: 1,
      effect: 'crash-after',
    })
    await attempt(fs, async () => void once(world, 'k', {}, fs))
    const names = world.disk.files(world.layout.dropFolder(uid(USER)))
    assert.equal(names.length, 2, String(names))
    await world.cron()
    assert.deepEqual(jobs(), [once(world, 'k').id])
    assert.deepEqual(world.disk.files(world.layout.dropFolder(uid(USER))), [])
  })
})
