/** The service's side of the inbox: who asks is the owner of folder and file; nobody stops anybody else. */
import assert from 'node:assert/strict'
import {type Token, token, uid} from '../../../src/core/brand.js'
import {refusal} from '../../../src/core/errors.js'
import {MAX_REQUEST_BYTES} from '../../../src/core/request.js'
import {isErrno} from '../../../src/store/disk/file-system.js'
import {requestName} from '../../../src/store/layout.js'
import {createInbox, type Drop} from '../../../src/store/requests/inbox.js'
import type {DiskProcess} from '../../support/disk-process.js'
import {ANN, CLUSTER, DiskWorld} from '../disk/disk-world.js'

const TOK = token('0123456789abcdef01234567')
const OTHER = token('aaaaaaaaaaaaaaaaaaaaaaaa')
const NO = {...refusal('E_WRONG_STATE', 'it is over', 'See it.'), id: 7, at: 5}

describe('the inbox', () => {
  let world: DiskWorld
  let fs: DiskProcess
  beforeEach(() => {
    world = new DiskWorld()
    fs = world.process(0)
    world.process().mkdir('/god/inbox/u1000', 0o770)
  })

  const nameOf = (tok: Token): string => `/god/inbox/u1000/${requestName(tok)}`
  const kill = (over: object = {}): string =>
    `${JSON.stringify({v: 1, op: 'kill', tok: TOK, cluster: CLUSTER, ids: [7], ...over})}\n`
  const put = (text: string | Uint8Array = kill(), tok = TOK): void => world.write(nameOf(tok), text, 0o640)
  const open = (from = fs): Drop =>
    createInbox(from, world.layout, CLUSTER).open(ANN) ?? assert.fail('no folder')
  const why = (tok = TOK): string => {
    const taken = open().read(tok)
    return taken.kind === 'bad' ? taken.refusal.message : taken.kind
  }

  it('lists the users who have a folder, by names that users can have', () => {
    for (const name of ['u7', 'u007', 'x', '.u8', 'u-1']) world.process(7).mkdir(`/god/inbox/${name}`, 0o770)
    assert.deepEqual([...createInbox(fs, world.layout, CLUSTER).users()].sort(), [1000, 7])
  })

  it('opens no folder that this user cannot have made', () => {
    const inbox = createInbox(fs, world.layout, CLUSTER)
    assert.equal(inbox.open(uid(8)), null)
    world.process(7).mkdir('/god/inbox/u8', 0o770)
    assert.equal(inbox.open(uid(8)), null)
    world.process(9).mkdir('/god/inbox/u9', 0o777)
    assert.equal(inbox.open(uid(9)), null)
  })

  it('tells the tokens of committed requests alone, the oldest first', () => {
    for (const tok of [TOK, OTHER]) {
      put(kill(), tok)
      world.clock.advance(1)
    }
    for (const name of [`.t.${TOK}`, `.bad.${TOK}`, 'x.req', `${TOK}.req~`])
      world.write(`/god/inbox/u1000/${name}`, 'x')
    assert.deepEqual(open().tokens(), [TOK, OTHER])
  })

  it('reads a request with the time it was written', () => {
    world.clock.advance(5000)
    put()
    assert.deepEqual(open().read(TOK), {
      kind: 'request',
      request: {v: 1, op: 'kill', tok: TOK, cluster: CLUSTER, ids: [7]},
      writtenAt: world.clock.now(),
      size: kill().length,
    })
    assert.equal(why(OTHER), 'gone')
  })

  const BAD: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ['is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), /not UTF-8/],
    ['is not JSON', 'kill 7', /not JSON/],
    ['is empty', '', /empty/],
    ['has an unknown field', kill({sudo: true}), /sudo/],
    ['has a field twice', kill().replace('"v":1', '"v":1,"v":1'), /twice/],
    ['bears another token than its name', kill({tok: OTHER}), /token is not its name/],
    [
      'was made for another directory',
      kill({cluster: '00000000-0000-4000-8000-000000000000'}),
      /another shared directory/,
    ],
    ['is larger than a request may be', ' '.repeat(MAX_REQUEST_BYTES + 1), /larger than/],
  ]
  for (const [what, text, expected] of BAD) {
    it(`calls bad a request that ${what}`, () => {
      put(text)
      assert.match(why(), expected)
      assert.ok(world.exists(nameOf(TOK)), 'it is kept for its owner')
    })
  }

  it('calls bad a request of another owner than its folder', () => {
    world.write(nameOf(TOK), kill(), 0o640, 7)
    assert.match(why(), /somebody else/)
  })

  it('knows whether a request is still there, and finishes it once', () => {
    put()
    const drop = open()
    assert.equal(drop.uid, ANN)
    assert.equal(drop.has(TOK), true)
    drop.finish(TOK)
    assert.equal(drop.has(TOK), false)
    drop.finish(TOK)
    drop.close()
  })

  it('is not stopped by a folder that its owner puts in the place of a request', () => {
    fs.mkdir(nameOf(TOK), 0o700)
    const drop = open()
    assert.equal(drop.has(TOK), true)
    drop.finish(TOK)
    assert.match(why(), /not a regular file/)
    drop.refuse(TOK, NO)
    assert.equal(drop.has(TOK), false)
    assert.ok(world.exists(`/god/inbox/u1000/.bad.${TOK}`))
  })

  it('passes on that the disk fails', () => {
    put()
    const sick = world.process(0).plan({call: 'unlink', n: 1, effect: {error: 'EIO'}})
    assert.throws(
      () => open(sick).finish(TOK),
      error => isErrno(error, 'EIO'),
    )
  })

  it('works in the folder it holds, whatever bears its name meanwhile', () => {
    put()
    const drop = open()
    fs.rename('/god/inbox/u1000', '/god/inbox/away')
    world.process(7).mkdir('/god/inbox/u1000', 0o770)
    world.write(nameOf(TOK), 'planted', 0o640, 7)
    assert.equal(drop.read(TOK).kind, 'request')
    drop.finish(TOK)
    assert.equal(world.disk.text(nameOf(TOK)), 'planted')
    assert.ok(!world.exists(`/god/inbox/away/${requestName(TOK)}`))
  })
})
