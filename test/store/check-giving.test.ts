/** T23: a shared directory whose server maps owners is noticed before anything is done in it. */
import assert from 'node:assert/strict'
import {GodError} from '../../src/core/errors.js'
import {checkGiving} from '../../src/store/check-giving.js'
import {initDirectory, makeRootFor} from '../../src/store/directory.js'
import {createDurable} from '../../src/store/disk/durable.js'
import type {FileSystem} from '../../src/store/disk/file-system.js'
import {layoutOf} from '../../src/store/layout.js'
import {ManualClock} from '../support/clock.js'
import {DiskProcess} from '../support/disk-process.js'
import {MemoryDisk} from '../support/memory-disk.js'
import {FORMAT, tokens} from './disk/disk-world.js'

const layout = layoutOf('/srv/god')
const OWNER = 1000
const SQUASHED = 65_534

const failing = (code: string) => (): never => {
  throw Object.assign(new Error(code), {code})
}

describe('T23 giving files away in a shared directory of many users', () => {
  let fs: FileSystem
  beforeEach(() => {
    fs = new DiskProcess(new MemoryDisk(new ManualClock().now))
    const durable = createDurable({fs, random: tokens(''), halt: () => undefined})
    initDirectory(durable, layout, {...FORMAT, mode: 'multi'}, 'a=b\n')
  })
  /** The same disk, that does otherwise there. */
  const check = (over: Partial<FileSystem> = {}): void => {
    const lying: FileSystem = new Proxy(fs, {
      get: (of, name) => Reflect.get(over, name) ?? Reflect.get(of, name).bind?.(of) ?? Reflect.get(of, name),
    })
    checkGiving(lying, layout, OWNER, tokens('probe'))
  }
  const refused = (over: Partial<FileSystem>, words: RegExp): void => {
    assert.throws(
      () => check(over),
      (error: unknown) =>
        error instanceof GodError && error.code === 'E_SERVICE_RIGHTS' && words.test(error.message),
    )
    assert.deepEqual(fs.readdir(layout.engines), [])
  }

  it('is tried by init too, before anything else is made', () => {
    const other = layoutOf('/srv/other')
    const squashing: FileSystem = new Proxy(fs, {
      get: (of, name) => (name === 'fchown' ? failing('EPERM') : Reflect.get(of, name).bind(of)),
    })
    assert.throws(
      () => makeRootFor(squashing, other, {uid: 7, gid: 7}),
      /\/srv\/other cannot be served: it cannot be given to uid 7/,
    )
    makeRootFor(fs, other, {uid: 7, gid: 7})
    assert.deepEqual([fs.lstat(other.root).uid, fs.lstat(other.root).mode], [7, 0o755])
  })

  it('works, and leaves nothing', () => {
    check()
    assert.deepEqual(fs.readdir(layout.engines), [])
  })

  it('does not where the server makes files somebody else’s', () =>
    refused(
      {fstat: fd => ({...fs.fstat(fd), uid: SQUASHED})},
      /a file that uid 1000 makes in it belongs to uid 65534/,
    ))

  it('does not where the server lets nobody give any away, or only seems to', () => {
    refused({fchown: failing('EPERM')}, /no file can be made in it and given away \(EPERM\)/)
    refused({fchown: () => undefined}, /a file that is given to uid 65534 belongs to uid 1000/)
  })

  it('does not where its own folder is closed to the service', () =>
    refused({open: failing('EACCES')}, /no file can be made in it and given away \(EACCES\)/))

  it('is not asked of a disk that is full or fails: what runs must not wait for that', () => {
    for (const code of ['ENOSPC', 'EIO', 'EROFS']) check({open: failing(code)})
  })
})
