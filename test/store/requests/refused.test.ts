/** Refused requests stay with their owner, with the reason; whatever he put there instead is his loss alone. */
import assert from 'node:assert/strict'
import {symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {type Token, token, uid} from '../../../src/core/brand.js'
import {refusal} from '../../../src/core/errors.js'
import {realFileSystem} from '../../../src/store/disk/file-system.js'
import {layoutOf, requestName} from '../../../src/store/layout.js'
import {refusedRequests, writeRefusal} from '../../../src/store/requests/refused.js'
import {aWish} from '../../core/builders.js'
import {Crash, type DiskProcess} from '../../support/disk-process.js'
import {ANN, CLUSTER, DiskWorld} from '../disk/disk-world.js'
import {realFolder} from '../disk/real-folder.js'

const TOK = token('0123456789abcdef01234567')
const FOLDER = '/god/inbox/u1000'
const WHY = {
  ...refusal('E_RESOURCES_NEVER', 'nine lives are more than a node has', 'Ask for one.'),
  id: 7,
  at: 99,
}

describe('refusing a request', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
    world.process().mkdir(FOLDER, 0o770)
    put()
  })
  const put = (tok: Token = TOK): void => world.write(join(FOLDER, requestName(tok)), 'as it was written')
  const refuse = (fs: DiskProcess = world.process(0), why: Parameters<typeof writeRefusal>[3] = WHY): void =>
    writeRefusal(fs, FOLDER, TOK, why)
  const told = () => refusedRequests(world.process(), world.layout, ANN)
  const names = (): string[] => [...world.process().readdir(FOLDER)].sort()
  const [bad, reason, request] = [`.bad.${TOK}`, `.why.${TOK}`, requestName(TOK)]

  it('keeps it as it was written, and tells its owner why', () => {
    refuse()
    assert.deepEqual(names(), [bad, reason])
    assert.equal(world.disk.text(join(FOLDER, bad)), 'as it was written')
    assert.deepEqual(told(), [{v: 1, tok: TOK, ...WHY}])
  })

  it('of an unknown job is told, too, and a long reason in part', () => {
    refuse(world.process(0), {...WHY, id: null, message: 'x'.repeat(10_000)})
    assert.deepEqual(
      told().map(({id, message}) => [id, message.length]),
      [[null, 2000]],
    )
  })

  it('writes the reason first: after a crash between the two it is judged again, to the same end', () => {
    const dying = world.process(0).plan({call: 'rename', n: 1, effect: 'crash-before'})
    assert.throws(() => refuse(dying), Crash)
    assert.deepEqual(names(), [reason, request].sort())
    refuse()
    assert.deepEqual(names(), [bad, reason])
    assert.equal(told().length, 1)
  })

  it('replaces a reason that was cut off', () => {
    world.write(join(FOLDER, reason), '{"v":1')
    assert.deepEqual(told(), [])
    refuse()
    assert.equal(told().length, 1)
  })

  it('tells that the reason is gone if a power cut took it, or a part of it, from beside a promised job', () => {
    const promised = {v: 1, op: 'submit', tok: TOK, cluster: CLUSTER, id: 7, wish: aWish()}
    world.write(join(FOLDER, request), JSON.stringify(promised))
    refuse()
    for (const left of ['', '{"v":1,"id":7,', null]) {
      if (left === null) world.process().unlink(join(FOLDER, reason))
      else world.write(join(FOLDER, reason), left)
      assert.deepEqual(
        told().map(({id, tok, code, message}) => [id, tok, code, message]),
        [[7, TOK, 'E_REQUEST_BAD', 'the request was refused, and the reason beside it is gone']],
      )
    }
  })

  it('of a request that was taken away meanwhile is no fault', () => {
    world.process().unlink(join(FOLDER, request))
    refuse()
    assert.deepEqual(names(), [reason])
  })

  it('waits for a disk that takes it: its owner shall read the reason', () => {
    for (const error of ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'ESTALE']) {
      refuse(world.process(0).plan({call: 'write', n: 1, effect: {error}}))
      assert.ok(names().includes(request))
      assert.deepEqual(told(), [])
    }
    refuse()
    assert.deepEqual(names(), [bad, reason])
    assert.equal(told().length, 1)
  })

  it('goes without a reason where its owner put a folder in the way of it', () => {
    world.process().mkdir(join(FOLDER, reason), 0o700)
    refuse()
    assert.deepEqual(names(), [bad, reason])
    assert.deepEqual(told(), [])
  })

  it('stops nobody if its owner put a folder in the way of the request', () => {
    world.process().mkdir(join(FOLDER, bad), 0o700)
    refuse()
    assert.deepEqual(names(), [bad, reason, request].sort())
  })

  it('stops nobody, whatever the disk answers; a killed process does stop', () => {
    for (const call of ['unlink', 'open-create', 'write', 'close', 'rename'])
      for (const error of ['EPERM', 'EROFS', 'EIO', 'ENOSPC'])
        refuse(world.process(0).plan({call, n: 1, effect: {error, from: true}}))
    for (const call of ['unlink', 'rename'])
      assert.throws(() => refuse(world.process(0).plan({call, n: 1, effect: 'crash-before'})), Crash)
  })
})

describe('reading why requests were refused', () => {
  it('passes over what is no reason of ours', () => {
    const world = new DiskWorld()
    assert.deepEqual(refusedRequests(world.process(), world.layout, ANN), [])
    world.process().mkdir(FOLDER, 0o770)
    const texts = [
      '',
      'x',
      '{"v":2}',
      JSON.stringify({v: 1, ...WHY, more: 1}),
      JSON.stringify({v: 1, ...WHY, code: 'E_X'}),
    ]
    for (const [i, text] of texts.entries()) world.write(join(FOLDER, `.why.${String(i).repeat(24)}`), text)
    world.write(join(FOLDER, '.why.short'), JSON.stringify({v: 1, ...WHY}))
    world.write(join(FOLDER, `${TOK}.why`), JSON.stringify({v: 1, ...WHY}))
    world.process().mkdir(join(FOLDER, `.why.${'f'.repeat(24)}`), 0o700)
    assert.deepEqual(refusedRequests(world.process(), world.layout, ANN), [])
  })

  it('follows no link', () => {
    const place = realFolder()
    try {
      const layout = layoutOf(place.path)
      realFileSystem.mkdir(layout.inbox, 0o700)
      realFileSystem.mkdir(layout.dropFolder(uid(1)), 0o700)
      symlinkSync('/etc/passwd', join(layout.dropFolder(uid(1)), `.why.${TOK}`))
      assert.deepEqual(refusedRequests(realFileSystem, layout, uid(1)), [])
    } finally {
      place.remove()
    }
  })
})
