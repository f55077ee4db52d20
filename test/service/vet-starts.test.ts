/** T75, T33: who a job is for is asked again before it starts. */
import assert from 'node:assert/strict'
import type {Account, Auth} from '@god-cli/api'
import {type JobId, uid} from '../../src/core/brand.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import {readReasons} from '../../src/store/reasons.js'
import {type GodProcess, USER, World} from '../support/world.js'

const FOREVER = {env: {FAKE_SECONDS: 'forever'}}
const BOB = 1001

describe('T75 a job that is to start', () => {
  let world: World
  const withAuth = (auth: Partial<Auth>): GodProcess => {
    const god = world.process()
    Object.assign(god.service, {auth: {...god.service.auth, ...auth}})
    return god
  }
  const pass = (god = world.process()) => schedulerPass(god.service, god.claimEpoch())
  const admitted = async (user = USER, wish: object = FOREVER): Promise<JobId> => {
    world.engineDown = true
    const id = world.submit(wish, undefined, user)
    await pass()
    world.engineDown = false
    return id
  }
  const known =
    (change: (account: Account) => Account | null): Auth['byUid'] =>
    async wanted => {
      const account = await world.process().service.auth.byUid(wanted)
      return account !== null && wanted === USER ? change(account) : account
    }
  const reason = (id: JobId): string => world.record(id)?.reason?.text ?? ''
  beforeEach(() => {
    world = new World()
  })

  it('is held if its number is somebody else’s by now, and others start', async () => {
    const [his, hers] = [await admitted(), await admitted(BOB)]
    await pass(withAuth({byUid: known(account => ({...account, name: 'eve'}))}))
    assert.deepEqual([world.state(his), world.state(hers)], ['held', 'starting'])
    assert.equal(reason(his), "uid 1000 is eve now, and the job is ann's")
    assert.equal(world.record(his)?.reason?.code, 'identity')
  })

  it('is held if its user is gone, and goes on when he is back and it is released', async () => {
    const id = await admitted()
    await pass(withAuth({byUid: known(() => null)}))
    assert.equal(world.state(id), 'held')
    assert.match(reason(id), /there is no account for ann \(uid 1000\) on this site any more/)
    world.control('release', [id])
    await pass()
    await pass()
    assert.equal(world.state(id), 'starting')
  })

  it('of an array is held as a whole', async () => {
    const id = await admitted(USER, {...FOREVER, array: '1-3'})
    await pass(withAuth({byUid: known(() => null)}))
    assert.equal(world.state(id), 'held')
  })

  it('waits with the reason while nobody can be asked, and starts in the pass after that', async () => {
    const [id, other] = [await admitted(), await admitted(BOB)]
    const silent = known(() => {
      throw new Error('no answer from the directory')
    })
    await pass(withAuth({byUid: silent}))
    assert.deepEqual([world.state(id), world.state(other)], ['pending', 'starting'])
    const told = readReasons({fs: world.process().fs}, world.layout).get(id)
    assert.deepEqual(
      [told?.code, told?.text],
      ['identity', 'the source of accounts does not answer for ann now'],
    )
    assert.match(world.log.join('\n'), /cannot look up uid 1000 now, so nothing of ann starts: .*no answer/)
    await pass()
    assert.equal(world.state(id), 'starting')
  })

  describe('T30 and is root inside', () => {
    const allow = (users: readonly string[], groups: readonly string[] = []): void =>
      void Object.assign(world.settings, {
        admission: {...world.settings.admission, root: {users, groups, never: null}},
      })
    beforeEach(() => allow(['ann'], ['lab']))

    it('is held if its user may not have such jobs any more, and his others start', async () => {
      const [root, second] = [
        await admitted(USER, {...FOREVER, root: true}),
        await admitted(USER, {...FOREVER, root: true}),
      ]
      const plain = await admitted()
      allow(['bob'])
      await pass()
      assert.deepEqual(
        [root, second, plain].map(id => world.state(id)),
        ['held', 'held', 'starting'],
      )
      assert.deepEqual(
        [world.record(root)?.reason?.code, reason(root)],
        ['root', 'ann may not be root in a container here: allow_root names bob'],
      )
      allow(['ann'])
      world.control('release', [root])
      await pass()
      await pass()
      assert.equal(world.state(root), 'starting')
    })

    it('of root himself is judged by his own groups, not by those of who runs it', async () => {
      allow(['root'])
      const id = await admitted(0, {...FOREVER, root: true})
      allow([], ['lab'])
      const inLab =
        (of: number): Auth['byUid'] =>
        async wanted => {
          const account = await world.process().service.auth.byUid(wanted)
          return account === null || wanted !== of ? account : {...account, groups: [5000]}
        }
      await pass(withAuth({byUid: inLab(65534)}))
      assert.equal(world.state(id), 'held')
      world.control('release', [id], 0)
      await pass(withAuth({byUid: inLab(0)}))
      await pass(withAuth({byUid: inLab(0)}))
      assert.equal(world.state(id), 'starting')
    })

    it('waits while the group cannot be looked up that it hangs on, and keeps nobody waiting', async () => {
      const root = await admitted(USER, {...FOREVER, root: true, cpus: 4000})
      const hers = await admitted(BOB, {...FOREVER, cpus: 4000})
      allow([], ['lab'])
      const groupByName = async (): Promise<number | null> => {
        throw new Error('no answer')
      }
      await pass(withAuth({groupByName}))
      assert.deepEqual([world.state(root), world.state(hers)], ['pending', 'starting'])
      const told = readReasons({fs: world.process().fs}, world.layout).get(root)
      assert.match(told?.text ?? '', /whether ann may be root in a container is not known now/)
    })
  })

  it('of a user whom nobody can look up keeps nobody else waiting, though he is first and asks for all there is', async () => {
    const his: JobId[] = []
    for (let i = 0; i < 3; i++) his.push(await admitted(USER, {...FOREVER, cpus: 4000}))
    const hers = await admitted(BOB, {...FOREVER, cpus: 4000})
    const silent = known(() => {
      throw new Error('two entries have that number')
    })
    const report = await pass(withAuth({byUid: silent}))
    assert.deepEqual(report.started, [hers])
    assert.deepEqual(
      his.map(id => readReasons({fs: world.process().fs}, world.layout).get(id)?.code),
      ['identity', 'identity', 'identity'],
    )
  })

  it('of root is held where the account is missing that such jobs run as', async () => {
    const id = await admitted(0)
    await pass(withAuth({byName: async () => null}))
    assert.equal(world.state(id), 'held')
    assert.match(reason(id), /no account for 'nobody', who runs jobs of root,/)
  })

  it('of root is held where the account that such jobs run as is root, or who serves', async () => {
    const id = await admitted(0)
    const root = await world.process().service.auth.byUid(0)
    await pass(withAuth({byName: async () => root}))
    assert.equal(world.state(id), 'held')
    assert.match(reason(id), /'nobody', who is to run jobs of root, is who serves this site, or root/)
  })

  it('T33 has the groups that its user is in when it starts', async () => {
    const id = await admitted()
    const god = withAuth({byUid: known(account => ({...account, groups: [77, 1000]}))})
    await pass(god)
    await god.watch()
    assert.deepEqual(world.containers().find(({spec}) => spec.job === id)?.spec.groups, [77, 1000])
    assert.equal(world.record(id)?.uid, uid(USER))
  })
})
