import assert from 'node:assert/strict'
import type {Account} from '@god-cli/api'
import {type LookAs, mountableHome, stateFault, volumeFault} from '../../src/service/mountable.js'
import {DiskProcess} from '../support/disk-process.js'
import {MemoryDisk} from '../support/memory-disk.js'

const ANN: Account = {uid: 1000, gid: 1000, groups: [1000], name: 'ann', home: '/home/ann'}

let disk: MemoryDisk
const folder = (path: string, uid: number, mode: number): void => {
  new DiskProcess(disk, uid).mkdir(path, mode)
}

describe('the home directory of a job', () => {
  const open: LookAs = async (_who, path) => {
    const node = disk.lookup(path)
    return node?.kind === 'folder'
      ? {uid: node.uid, mode: node.mode}
      : {fault: `${path} is not a real folder`}
  }
  const home = (account: Partial<Account> = {}, lookAs = open): Promise<string | null> =>
    mountableHome(new DiskProcess(disk), lookAs, {...ANN, ...account})

  beforeEach(() => {
    disk = new MemoryDisk(() => 0)
    folder('/home', 0, 0o755)
    folder('/home/ann', 1000, 0o700)
    folder('/home/group', 0, 0o775)
    folder('/home/group/ann', 1000, 0o700)
    folder('/home/bob', 1001, 0o755)
    folder('/home/bob/ann', 1000, 0o700)
    folder('/root', 0, 0o700)
    folder('/home/deep', 0, 0o755)
    folder('/home/deep/ann', 1000, 0o700)
  })

  it('is mounted where it is the own folder below folders of root', async () => {
    assert.equal(await home(), '/home/ann')
    assert.equal(await home({home: '/home/deep/ann'}), '/home/deep/ann')
  })

  it('T37 is not mounted where its user could not walk to it', async () => {
    assert.equal(await home({}, async (_who, path) => ({fault: `${path} is closed to the user`})), null)
  })

  const REFUSED: readonly (readonly [why: string, account: Partial<Account>])[] = [
    ['a parent that a group may write', {home: '/home/group/ann'}],
    ['a parent that another user owns', {home: '/home/bob/ann'}],
    ["another user's home", {home: '/home/bob'}],
    ['a home that is not there', {home: '/home/gone'}],
    ['a parent that is not there', {home: '/gone/ann'}],
    ['a relative path', {home: 'home/ann'}],
    ['a path with dots', {home: '/home/../home/ann'}],
    ['a path with a dot', {home: '/home/./ann'}],
    ['a folder of the root itself', {home: '/root'}],
    ['the root', {home: '/'}],
    ['nothing', {home: ''}],
    ['root', {uid: 0, home: '/home/deep'}],
  ]
  for (const [why, account] of REFUSED) {
    it(`is not mounted for ${why}`, async () => assert.equal(await home(account), null))
  }

  it('is not mounted if it is no folder', async () => {
    const fs = new DiskProcess(disk)
    fs.close(fs.open('/home/file', 'create', 0o600))
    assert.equal(await home({home: '/home/file'}), null)
  })
})

describe('T35 a volume of the site', () => {
  const fault = (source: string, top = {uid: 0, mode: 0o755}, root = false): Promise<string | null> =>
    volumeFault(new DiskProcess(disk), async () => top, ANN, {source}, root)

  beforeEach(() => {
    disk = new MemoryDisk(() => 0)
    folder('/srv', 0, 0o755)
    folder('/srv/all', 0, 0o1777)
    folder('/srv/all/ann', 1000, 0o700)
    folder('/srv/bobs', 1001, 0o755)
    folder('/srv/bobs/x', 0, 0o755)
  })

  it('is whoever’s folder it is, below folders of root', async () => {
    for (const path of ['/srv/all', '/srv/bobs']) assert.equal(await fault(path), null)
  })

  it('T39 is root’s alone to write at its top for a job that is root inside', async () => {
    assert.equal(await fault('/srv/all', {uid: 0, mode: 0o755}, true), null)
    for (const top of [
      {uid: 1000, mode: 0o755},
      {uid: 0, mode: 0o775},
      {uid: 0, mode: 0o1777},
    ]) {
      assert.match(
        (await fault('/srv/all', top, true)) ?? '',
        /\/srv\/all may be written by others than root/,
      )
      assert.equal(await fault('/srv/all', top), null)
    }
  })

  it('T36 is not mounted where somebody could put a link into its way', async () => {
    assert.match((await fault('/srv/all/ann')) ?? '', /^\/srv\/all is not a folder that belongs to root/)
    assert.match((await fault('/srv/bobs/x')) ?? '', /^\/srv\/bobs is not a folder/)
    assert.match((await fault('/gone/x')) ?? '', /cannot be looked at \(ENOENT\)/)
    for (const path of ['srv/all', '/srv/../srv/all', '/', ''])
      assert.match((await fault(path)) ?? '', /plain path/, path)
  })

  it('T21 is looked at as its user, never by the service: his may be a file system that does not answer', async () => {
    const looked: string[] = []
    const fs = new Proxy(new DiskProcess(disk), {
      get: (target, name) =>
        name === 'lstat'
          ? (path: string) => {
              looked.push(path)
              return target.lstat(path)
            }
          : Reflect.get(target, name),
    })
    const silent = '/srv/all does not answer for 5 s'
    assert.equal(await volumeFault(fs, async () => ({fault: silent}), ANN, {source: '/srv/all'}), silent)
    assert.equal(await mountableHome(fs, async () => ({fault: silent}), {...ANN, home: '/srv/all'}), null)
    assert.equal(
      await mountableHome(fs, async () => ({uid: ANN.uid, mode: 0o700}), {...ANN, home: '/srv/all'}),
      '/srv/all',
    )
    assert.deepEqual(looked, ['/srv', '/srv', '/srv'])
  })
})

describe('a volume of a site of many users', () => {
  for (const [source, isFault] of [
    ['/srv/god', true],
    ['/srv/god/work', true],
    ['/srv', true],
    ['/srv/godly', false],
    ['/srv/data', false],
    ['/data/srv/god', false],
  ] as const)
    it(`${isFault ? 'cannot' : 'can'} be ${source} where the shared directory is /srv/god`, () =>
      assert.equal(stateFault({root: '/srv/god'}, {source}) !== null, isFault))
})
