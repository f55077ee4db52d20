import assert from 'node:assert/strict'
import type {Account} from '@god-cli/api'
import {mountableHome} from '../../src/service/home.js'
import {DiskProcess} from '../support/disk-process.js'
import {MemoryDisk} from '../support/memory-disk.js'

const ANN: Account = {uid: 1000, gid: 1000, groups: [1000], name: 'ann', home: '/home/ann'}

describe('the home directory of a job', () => {
  let disk: MemoryDisk
  const folder = (path: string, uid: number, mode: number): void => {
    new DiskProcess(disk, uid).mkdir(path, mode)
  }
  const home = (account: Partial<Account> = {}): string | null =>
    mountableHome(new DiskProcess(disk), {...ANN, ...account})

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

  it('is mounted where it is the own folder below folders of root', () => {
    assert.equal(home(), '/home/ann')
    assert.equal(home({home: '/home/deep/ann'}), '/home/deep/ann')
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
    it(`is not mounted for ${why}`, () => assert.equal(home(account), null))
  }

  it('is not mounted if it is no folder', () => {
    const fs = new DiskProcess(disk)
    fs.close(fs.open('/home/file', 'create', 0o600))
    assert.equal(home({home: '/home/file'}), null)
  })
})
