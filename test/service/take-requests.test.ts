import assert from 'node:assert/strict'
import {type JobId, jobId, token, uid} from '../../src/core/brand.js'
import {type ControlOp, parseRequest} from '../../src/core/request.js'
import {plainAuthor} from '../../src/service/service.js'
import {
  BYTES_PER_USER,
  JOBS_PER_USER,
  MOST_ROUNDS,
  REQUESTS_PER_USER,
  type TakenReport,
  takeRequests,
} from '../../src/service/take-requests.js'
import {checkEpoch} from '../../src/store/epoch.js'
import {refusedRequests} from '../../src/store/requests/refused.js'
import {plantRequest} from '../support/dying.js'
import {type GodProcess, USER, World} from '../support/world.js'

const BOB = 1001
const FOREVER = {env: {FAKE_SECONDS: 'forever'}}

describe('taking requests', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const counted = ({submitted: _, ...counts}: TakenReport): Omit<TakenReport, 'submitted'> => counts
  const asScheduler = async (god: GodProcess = world.process(), rounds = 1) => {
    const {service} = god
    const mine = god.claimEpoch()
    const author = {
      by: 'scheduler',
      epoch: mine,
      check: () => checkEpoch(service.durable, service.layout, mine),
    }
    return counted(await takeRequests(service, 'scheduler', author, rounds))
  }
  const asWatcher = async (god: GodProcess = world.process()) =>
    counted(await takeRequests(god.service, 'watcher', plainAuthor('watcher', 0 as never)))
  const left = (user = USER): readonly string[] =>
    world.disk.files(world.layout.dropFolder(uid(user))).filter(path => path.endsWith('.req'))
  const refused = (user = USER) => refusedRequests(world.process().fs, world.layout, uid(user))

  it('is of no account where there are none', async () => {
    assert.deepEqual(await asScheduler(), {admitted: 0, refused: 0, applied: 0, unread: false})
    assert.deepEqual(await asWatcher(), {admitted: 0, refused: 0, applied: 0, unread: false})
  })

  it('of all users, and leaves none', async () => {
    const mine = world.submit()
    const his = world.submit({}, undefined, BOB)
    assert.deepEqual(await asScheduler(), {admitted: 2, refused: 0, applied: 0, unread: false})
    assert.deepEqual([world.record(mine)?.user, world.record(his)?.user], ['ann', 'bob'])
    assert.deepEqual([left(), left(BOB)], [[], []])
    assert.deepEqual(world.disk.files(world.layout.ids), [])
  })

  it('a watcher leaves what is not for it: submit, hold, release', async () => {
    const id = world.submit()
    await asScheduler()
    world.submit()
    for (const op of ['hold', 'release'] as const) world.control(op, [id])
    assert.deepEqual(await asWatcher(), {admitted: 0, refused: 0, applied: 0, unread: false})
    assert.equal(left().length, 3)
    assert.equal(world.record(id)?.rev, 1)
  })

  for (const [op, state, desired] of [
    ['kill', 'running', 'killed'],
    ['suspend', 'running', 'suspended'],
    ['resume', 'running', 'run'],
  ] as const) {
    it(`a watcher takes ${op}`, async () => {
      const id = world.submit(FOREVER)
      await world.cron()
      if (op === 'resume') {
        world.control('suspend', [id])
        await asWatcher()
      }
      world.control(op, [id])
      assert.equal((await asWatcher()).applied, 1)
      assert.deepEqual([world.state(id), world.record(id)?.desired], [state, desired])
      assert.deepEqual(left(), [])
    })
  }

  it('takes the older of two wishes of a user first', async () => {
    const id = world.submit()
    await asScheduler()
    world.control('hold', [id])
    world.clock.advance(10)
    world.control('release', [id])
    assert.equal((await asScheduler()).applied, 2)
    assert.equal(world.state(id), 'pending')
    const states = world
      .process()
      .service.jobs.history(id)
      .map(({record}) => record.state)
    assert.deepEqual(states, ['pending', 'held', 'pending'])
  })

  describe('that are bad', () => {
    const BAD: readonly (readonly [what: string, text: string, why: RegExp])[] = [
      ['empty', '', /it is empty/],
      ['cut off', '{"v":1,"op":"submit"', /not taken/],
      ['no JSON', 'kill 7', /not taken/],
      ['of another version', '{"v":2,"op":"kill"}', /not taken/],
      ['with an unknown field', '{"v":1,"op":"kill","ids":[1],"as":0}', /not taken/],
      ['that bear another name than theirs', 'TOKEN', /its token is not its name/],
    ]
    for (const [what, text, why] of BAD) {
      it(`${what}: kept for their owner with the reason, by whoever comes first`, async () => {
        const other = {v: 1, op: 'kill', tok: 'a'.repeat(24), cluster: world.process().service.format.cluster}
        plantRequest(world, text === 'TOKEN' ? JSON.stringify({...other, ids: [1]}) : text)
        assert.equal((await asWatcher()).refused, 1)
        assert.deepEqual(left(), [])
        const [kept] = refused()
        assert.equal(kept?.code, 'E_REQUEST_BAD')
        assert.match(kept?.message ?? '', why)
        const bad = world.disk.files(world.layout.inbox).find(path => path.includes('.bad.'))
        assert.equal(
          bad === undefined ? null : world.disk.text(bad),
          text === 'TOKEN' ? world.disk.text(bad ?? '') : text,
        )
      })
    }

    it('stop no other', async () => {
      plantRequest(world, '{')
      const id = world.submit()
      plantRequest(world, '}', BOB)
      const his = world.submit({}, undefined, BOB)
      assert.deepEqual(await asScheduler(), {admitted: 2, refused: 2, applied: 0, unread: false})
      assert.deepEqual([world.state(id), world.state(his)], ['pending', 'pending'])
    })

    it('are told to the journal', async () => {
      plantRequest(world, '{', BOB)
      await asWatcher()
      const [path] = world.disk.files(world.layout.journal)
      assert.match(world.disk.text(path ?? '') ?? '', /"what":"refused","by":"u1001"/)
    })

    it('T15: are told to it by a line a user and round, so that nobody fills the disk with what he gets wrong', async () => {
      for (let i = 0; i < 100; i++) plantRequest(world, '{', BOB)
      await asWatcher()
      const lines = world.disk
        .files(world.layout.journal)
        .flatMap(path => (world.disk.text(path) ?? '').trim().split('\n'))
      assert.equal(lines.length, 1)
      assert.match(lines[0] ?? '', /and 99 more/)
    })

    it('T17: are told there without what they say where jobs are private', async () => {
      plantRequest(world, '{"v":1,"op":"kill","ids":[1],"canary":0}', BOB)
      const god = world.process()
      const {settings} = god.service
      const admission = {...settings.admission, private: true}
      Object.assign(god.service, {settings: {...settings, admission}})
      await asWatcher(god)
      const told = world.disk.files(world.layout.journal).map(path => world.disk.text(path) ?? '')
      assert.match(told.join(''), /E_REQUEST_BAD/)
      assert.doesNotMatch(told.join(''), /canary/)
    })
  })

  describe('of a user whose folder cannot be used', () => {
    it('reads nothing in a folder that is not his, or open to others', async () => {
      const id = world.submit()
      const folder = world.disk.lookup(world.layout.dropFolder(uid(USER))) ?? assert.fail()
      folder.mode = 0o777
      assert.equal((await asScheduler()).admitted, 0)
      folder.mode = 0o770
      folder.uid = BOB
      assert.equal((await asScheduler()).admitted, 0)
      folder.uid = USER
      assert.equal((await asScheduler()).admitted, 1)
      assert.equal(world.state(id), 'pending')
    })

    for (const call of ['open', 'readdir', 'read'] as const) {
      it(`because ${call} fails: the others are served`, async () => {
        world.submit()
        const his = world.submit({}, undefined, BOB)
        const god = world.process()
        const path = call === 'open' ? '/inbox/u1000' : '/proc/self/fd'
        god.fs.plan({call, path, n: 1, effect: {error: 'EIO'}})
        assert.equal((await asScheduler(god)).admitted, 1)
        assert.equal(world.state(his), 'pending')
        assert.match(world.log.join('\n'), /drop folder of uid 1000: .*EIO/)
        assert.equal((await asScheduler()).admitted, 1)
      })
    }

    it('but a disk that fails is everybody’s business', async () => {
      world.submit()
      const god = world.process()
      god.fs.plan({call: 'fsync', path: '/jobs/spec', n: 1, effect: {error: 'EIO'}})
      await assert.rejects(() => asScheduler(god), {code: 'E_DISK'})
    })
  })

  describe('in a flood', () => {
    const control = (op: ControlOp, ids: readonly JobId[]): string => {
      const {cluster} = world.process().service.format
      const tok = token(world.random())
      const text = JSON.stringify({v: 1, op, tok, cluster, ids})
      assert.ok(parseRequest(text).ok)
      const fs = world.process().fs
      const path = `${world.layout.dropFolder(uid(USER))}/${tok}.req`
      const fd = fs.open(path, 'create', 0o640)
      fs.write(fd, Buffer.from(text))
      fs.close(fd)
      return path
    }

    it('takes a part of one user in a pass, and the others with it', async () => {
      for (let i = 0; i < REQUESTS_PER_USER + 10; i++) world.submit()
      const his = world.submit({}, undefined, BOB)
      assert.equal((await asScheduler()).admitted, REQUESTS_PER_USER + 1)
      assert.equal(world.state(his), 'pending')
      assert.equal(left().length, 10)
      assert.equal((await asScheduler()).admitted, 10)
    })

    it('takes the oldest first, and says that there are more', async () => {
      const ids: JobId[] = []
      for (let i = 0; i < REQUESTS_PER_USER + 40; i++) {
        ids.push(world.submit())
        world.clock.advance(1)
      }
      assert.equal((await asScheduler()).unread, true)
      assert.deepEqual(
        ids.filter(id => world.state(id) === 'absent'),
        ids.slice(REQUESTS_PER_USER),
      )
      assert.deepEqual(await asScheduler(), {admitted: 40, refused: 0, applied: 0, unread: false})
    })

    it('takes as many rounds as it is given', async () => {
      for (let i = 0; i < 2 * REQUESTS_PER_USER + 10; i++) world.submit()
      assert.deepEqual(await asScheduler(world.process(), MOST_ROUNDS), {
        admitted: 2 * REQUESTS_PER_USER + 10,
        refused: 0,
        applied: 0,
        unread: false,
      })
    })

    it('reads no more than a megabyte of one user in a round, and the oldest', async () => {
      const big = {env: {FILL: 'x'.repeat(100_000)}}
      const ids: JobId[] = []
      for (let i = 0; i < 15; i++) {
        ids.push(world.submit(big))
        world.clock.advance(1)
      }
      const most = Math.ceil(BYTES_PER_USER / 100_000)
      const {admitted, unread} = await asScheduler()
      assert.ok(admitted >= most - 1 && admitted <= most, `${admitted} requests`)
      assert.equal(unread, true)
      assert.deepEqual(
        ids.filter(id => world.state(id) === 'absent'),
        ids.slice(admitted),
      )
    })

    it('that has to wait hides nothing behind it, and is no reason to look again at once', async () => {
      const fs = world.process().fs
      const claimed = jobId(4_000)
      world.submit()
      await asScheduler()
      fs.close(fs.open(`${world.layout.ids}/${claimed}`, 'create'))
      for (let i = 0; i < REQUESTS_PER_USER + 10; i++) control('kill', [claimed])
      assert.deepEqual(await asScheduler(), {admitted: 0, refused: 0, applied: 0, unread: false})
      world.clock.advance(1)
      const id = world.submit()
      assert.equal((await asScheduler()).admitted, 1)
      assert.equal(world.state(id), 'pending')
    })

    it('takes no more than so many jobs of one user in a pass, but always one request', async () => {
      const id = world.submit()
      await asScheduler()
      control(
        'resume',
        Array.from({length: JOBS_PER_USER}, () => id),
      )
      for (let i = 0; i < 2; i++) control('resume', [id])
      assert.equal((await asWatcher()).applied, 1)
      assert.equal(left().length, 2)
      assert.equal((await asWatcher()).applied, 2)
    })

    it('of submits does not hide a kill from a watcher for ever', async () => {
      const id = world.submit(FOREVER)
      await world.cron()
      for (let i = 0; i < REQUESTS_PER_USER; i++) world.submit()
      world.control('kill', [id])
      let turns = 0
      for (; world.record(id)?.desired !== 'killed' && turns < 50; turns++) {
        const god = world.process()
        const random = () => (turns * 64).toString(16).padStart(8, '0').padEnd(24, '0')
        await takeRequests({...god.service, random}, 'watcher', plainAuthor('watcher', 0 as never))
      }
      assert.equal(world.record(id)?.desired, 'killed')
    })

    it('does not make a kill of a job that is still in it a mistake', async () => {
      const ids = Array.from({length: REQUESTS_PER_USER + 5}, () => world.submit())
      world.clock.advance(11 * 60_000)
      world.control('kill', [ids.at(-1) ?? (0 as never)])
      for (let i = 0; i < 3; i++) await asScheduler()
      assert.deepEqual(refused(), [])
      assert.equal(world.state(ids.at(-1) ?? (0 as never)), 'killed')
    })
  })
})
