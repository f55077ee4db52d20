import assert from 'node:assert/strict'
import type {Account, Auth, ContainerSpec, Executor} from '@god-cli/api'
import {type JobId, uid} from '../../src/core/brand.js'
import {parseSections} from '../../src/core/settings/sections.js'
import type {LookAs} from '../../src/service/mountable.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import {createContainer} from '../../src/service/start-container.js'
import {DiskProcess} from '../support/disk-process.js'
import {type GodProcess, SETTINGS, USER, World} from '../support/world.js'

describe('the container of a start', () => {
  let world: World
  let god: GodProcess
  let id: JobId

  const start = async (wish: object = {}, user = USER): Promise<void> => {
    id = world.submit(wish, undefined, user)
    god = world.process()
    await schedulerPass(god.service, god.claimEpoch())
  }
  const create = () => createContainer(god.service, world.record(id) ?? assert.fail())
  const spec = (): ContainerSpec => world.containers()[0]?.spec ?? assert.fail('no container')
  beforeEach(() => {
    world = new World()
  })

  it('is built from the record, the private spec and the account', async () => {
    await start({command: {kind: 'argv', argv: ['echo', 'a b']}, cpus: 500})
    assert.equal((await create()).answer, 'created')
    const {argv, user, uid: as, gid, nonce, resources, workDir} = spec()
    assert.deepEqual([argv, user, as, gid, resources.cpus], [['echo', 'a b'], 'ann', USER, USER, 500])
    assert.equal(nonce, world.record(id)?.container?.nonce)
    assert.equal(workDir.source, world.layout.workOf(uid(USER), id))
    assert.equal(world.disk.lookup(workDir.source)?.uid, USER)
  })

  it('is there once, also when it is asked for again', async () => {
    await start()
    await create()
    assert.equal((await create()).answer, 'exists')
    assert.equal(world.containers().length, 1)
  })

  it('is not asked for before the record and the job directory would survive a power loss', async () => {
    await start()
    god.fs.on({call: 'engine.create', when: 'before', act: () => void world.disk.powerLoss()})
    await create()
    assert.equal(world.state(id), 'starting')
    assert.notEqual(world.disk.lookup(world.layout.workOf(uid(USER), id)), null)
  })

  it('of a job of root runs as the account that the site names', async () => {
    await start({}, 0)
    await create()
    assert.deepEqual([spec().user, spec().uid, world.record(id)?.uid], ['nobody', 65534, 0])
  })

  it('has the home directory where that is safe to mount', async () => {
    const root = new DiskProcess(world.disk, 0)
    root.mkdir('/home', 0o755)
    new DiskProcess(world.disk, USER).mkdir('/home/ann', 0o700)
    await start()
    await create()
    assert.deepEqual(
      spec().mounts.map(({source, target}) => [source, target]),
      [
        ['/home/ann', '/home/ann'],
        ['/home/ann', '/mnt/home'],
      ],
    )
  })

  describe('has volumes', () => {
    const granted = (acl = 'rw'): void => {
      const lines = {
        'volume.data.path': '/srv/$USER',
        'volume.data.mount': '/data',
        'volume.data.acl': acl,
        'volume.data.groups': 'lab',
      }
      const sections = parseSections(
        Object.entries(lines).map(([key, value]) => ({key, value, origin: 'x:1'})),
      )
      world = new World({settings: {admission: {...SETTINGS.admission, sections}}})
      new DiskProcess(world.disk, 0).mkdir('/srv', 0o755)
      new DiskProcess(world.disk, USER).mkdir('/srv/ann', 0o700)
    }
    const inLab = (groups: readonly number[] = [1000, 5000]): void => {
      const {auth} = god.service
      const byUid: Auth['byUid'] = async wanted => {
        const account = await auth.byUid(wanted)
        return account === null ? null : {...account, groups}
      }
      Object.assign(god.service, {auth: {...auth, byUid}})
    }
    const startInLab = async (wish: object): Promise<void> => {
      id = world.submit(wish)
      god = world.process()
      inLab()
      await schedulerPass(god.service, god.claimEpoch())
    }
    const answered = async (): Promise<string> => {
      const answer = await create()
      return answer.answer === 'refused' ? `${answer.reason.code}: ${answer.reason.text}` : answer.answer
    }

    it('that are granted to its user, at the place that the operator says', async () => {
      granted()
      await startInLab({volumes: ['data']})
      assert.equal(await answered(), 'created')
      assert.deepEqual(spec().mounts, [{source: '/srv/ann', target: '/data', readOnly: false}])
    })

    it('T33 that are granted to him still when it starts', async () => {
      granted()
      await startInLab({volumes: ['data']})
      inLab([1000])
      assert.equal(await answered(), "volume: there is no volume 'data' for you")
    })

    it('T30 and is root inside only if its user may be so still', async () => {
      world = new World({
        settings: {admission: {...SETTINGS.admission, root: {users: ['ann'], groups: [], never: null}}},
      })
      await startInLab({root: true})
      const {settings} = god.service
      const root = {users: [], groups: [], never: null}
      Object.assign(god.service, {settings: {...settings, admission: {...settings.admission, root}}})
      assert.match(await answered(), /^root: nobody may be root in a container on this site/)
      assert.deepEqual(world.containers(), [])
      Object.assign(god.service, {settings})
      assert.equal(await answered(), 'created')
      assert.deepEqual([spec().uid, spec().mounts], [0, []])
    })

    it('T36 that nobody can lead astray, looked at as its user', async () => {
      granted()
      await startInLab({volumes: ['data']})
      const asked: unknown[] = []
      const lookAs: LookAs = async (who, path) => {
        asked.push([who.uid, who.groups, path])
        return {fault: `${path} is closed to the user`}
      }
      Object.assign(god.service, {lookAs})
      assert.equal(
        await answered(),
        'volume: the volume at /data cannot be mounted: /srv/ann is closed to the user',
      )
      assert.deepEqual(asked, [[USER, [1000, 5000], '/srv/ann']])
    })
  })

  it('of an executor without images sees the paths of the node', async () => {
    await start()
    const {executor} = god.service
    const plain = new Proxy(executor, {
      get: (target, name) =>
        name === 'features' ? {...executor.features, images: false} : Reflect.get(target, name),
    }) satisfies Executor
    Object.assign(god.service, {executor: plain})
    await create()
    assert.equal(spec().workDir.target, spec().workDir.source)
  })

  describe('is refused, and so the job ends with the reason, if', () => {
    const refusal = async (): Promise<string> => {
      const answer = await create()
      assert.equal(answer.answer, 'refused')
      assert.deepEqual(world.containers(), [])
      return answer.answer === 'refused' ? `${answer.reason.code}: ${answer.reason.text}` : ''
    }
    const accounts = (find: (wanted: number | string) => Promise<Account | null>): void =>
      void Object.assign(god.service, {auth: {byUid: find, byName: find}})

    it('its user has no account any more', async () => {
      await start()
      accounts(async () => null)
      assert.equal(await refusal(), 'identity: no account for ann (uid 1000) on this site')
    })

    it('its spec is gone', async () => {
      await start()
      god.service.specs.remove(id)
      assert.equal(await refusal(), 'spec: its private spec is missing')
    })

    it('its spec is damaged', async () => {
      await start()
      const file = world.disk.lookup(world.layout.spec(id)) ?? assert.fail()
      file.bytes = Buffer.from('{}')
      assert.match(await refusal(), /^spec: the spec of job 1 is damaged/)
    })
  })

  it('is tried again later if the disk does not answer, or nobody knows the account now', async () => {
    await start()
    god.fs.plan({call: 'open', path: '/jobs/spec', n: 1, effect: {error: 'EIO'}})
    await assert.rejects(create(), {code: 'E_RECORD_BAD', message: /cannot be read: .* \(EIO\)/})
    const {auth} = god.service
    const silent = () => Promise.reject(new Error('no answer'))
    Object.assign(god.service, {auth: {...auth, byUid: silent}})
    await assert.rejects(create(), /no answer/)
    assert.equal(world.state(id), 'starting')
  })
})
