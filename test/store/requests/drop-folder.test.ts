/** Dropping a request: once it is acknowledged it survives everything; before, there is nothing to see. */
import assert from 'node:assert/strict'
import {jobId, token, uid} from '../../../src/core/brand.js'
import {GodError} from '../../../src/core/errors.js'
import type {SubmitRequest} from '../../../src/core/request.js'
import {haltReason} from '../../../src/store/halt.js'
import {dropRequest, newToken, ownRequests, requestBytes} from '../../../src/store/requests/drop-folder.js'
import {createInbox} from '../../../src/store/requests/inbox.js'
import type {DiskProcess} from '../../support/disk-process.js'
import {ANN, CLUSTER, DiskWorld} from '../disk/disk-world.js'

const TOK = token('0123456789abcdef01234567')
const REQUEST: SubmitRequest = {
  v: 1,
  op: 'submit',
  tok: TOK,
  cluster: CLUSTER,
  id: jobId(7),
  wish: {command: {kind: 'argv', argv: ['true']}},
}

describe('dropping a request', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
  })

  const drop = (fs: DiskProcess = world.process(), stillGood?: () => boolean, user = ANN): boolean =>
    dropRequest(
      {durable: world.durable(fs), layout: world.layout, uid: user, random: world.random},
      REQUEST,
      stillGood,
    )
  const taken = (): string => {
    const folder = createInbox(world.process(0), world.layout, CLUSTER).open(ANN)
    return folder === null ? 'no folder' : folder.read(TOK).kind
  }
  const fault = (fs: DiskProcess): GodError => {
    try {
      drop(fs)
    } catch (error) {
      if (error instanceof GodError) return error
      throw error
    }
    return assert.fail('it was acknowledged')
  }

  it('gives the service what it takes for a request of this user', () => {
    assert.equal(drop(), true)
    assert.equal(taken(), 'request')
    assert.deepEqual(world.temporaries(), [])
    const {mode, uid: owner} = world.process().lstat('/god/inbox/u1000')
    assert.deepEqual([mode, owner], [0o770, ANN])
  })

  it('rings the bell after it, and is not harmed by a bell that fails', () => {
    drop()
    assert.ok(world.exists('/god/bell/u1000'))
    const silent = world.process().plan({call: 'rename', path: '/bell/', n: 1, effect: {error: 'EPERM'}})
    assert.equal(drop(silent), true)
  })

  it("survives a power loss right after it, the folder's name, too", () => {
    drop()
    world.disk.powerLoss()
    assert.equal(taken(), 'request')
  })

  it('survives a power loss also in a folder whose maker was killed before he synced it', () => {
    assert.throws(() => drop(world.process().plan({call: 'fsyncDir', n: 1, effect: 'crash-before'})))
    drop()
    world.disk.powerLoss()
    assert.equal(taken(), 'request')
  })

  it("survives a power loss where the user may not open the inbox: his folder's sync commits its name", () => {
    const user = world.process().plan({call: 'fsyncDir', path: '/god/inbox', n: 1, effect: {error: 'EACCES'}})
    assert.equal(drop(user), true)
    assert.equal(haltReason(world.process(), world.layout), null)
  })

  it('queues nothing if its id grew too old while it was written', () => {
    assert.equal(
      drop(world.process(), () => false),
      false,
    )
    assert.equal(taken(), 'gone')
    assert.deepEqual(world.temporaries(), [])
    assert.ok(!world.exists('/god/bell/u1000'))
  })

  it('uses its own folder only', () => {
    world.process(7).mkdir('/god/inbox/u1000', 0o777)
    assert.equal(fault(world.process()).code, 'E_DIR_BAD')
    world.process(7).rmdir('/god/inbox/u1000')
    world.write('/god/inbox/u1000', 'a file')
    assert.equal(fault(world.process()).code, 'E_DIR_BAD')
  })

  it('says what stood in its way, and leaves nothing behind', () => {
    for (const [call, error, code] of [
      ['mkdir', 'ENOSPC', 'E_DISK_FULL'],
      ['mkdir', 'EACCES', 'E_DISK'],
      ['open-create', 'EDQUOT', 'E_DISK_FULL'],
      ['write', 'ENOSPC', 'E_DISK_FULL'],
      ['close', 'EDQUOT', 'E_DISK_FULL'],
      ['rename', 'EIO', 'E_DISK'],
    ] as const) {
      const refused = fault(world.process().plan({call, n: 1, effect: {error}}))
      assert.equal(refused.code, code)
      assert.equal(refused.exit, 74)
      assert.match(refused.message, new RegExp(error))
      assert.notEqual(taken(), 'request', `${call} ${error}`)
      assert.deepEqual(world.temporaries(), [])
    }
    assert.equal(haltReason(world.process(), world.layout), null)
  })

  it('warns that it may be taken all the same if only its last sync failed', () => {
    drop()
    const fs = world.process().plan({call: 'fsyncDir', path: '/inbox/u', n: 1, effect: {error: 'EIO'}})
    const error = fault(fs)
    assert.equal(error.code, 'E_DISK')
    assert.match(`${error.message} ${error.hint}`, /was queued.*god stat/)
    assert.equal(taken(), 'request')
    assert.notEqual(haltReason(world.process(), world.layout), null)
  })

  it('refuses what nobody would take, before anything is written', () => {
    const large = {...REQUEST, wish: {command: {kind: 'argv' as const, argv: ['x'.repeat(300_000)]}}}
    assert.throws(
      () => requestBytes(large),
      error => error instanceof GodError && error.code === 'E_REQUEST_TOO_LARGE' && error.exit === 2,
    )
    assert.ok(requestBytes(REQUEST).length < 1000)
  })

  it('is told of as mine until it is taken, whatever else lies there', () => {
    const own = () => ownRequests({durable: world.durable(), layout: world.layout, uid: ANN})
    assert.deepEqual(own(), [])
    drop()
    world.write(`/god/inbox/u1000/.t.${TOK}`, 'x')
    world.process().mkdir(`/god/inbox/u1000/${'a'.repeat(24)}.req`, 0o700)
    assert.deepEqual(
      own().map(({tok, bytes}) => [tok, JSON.parse(Buffer.from(bytes).toString()).id]),
      [[TOK, 7]],
    )
    assert.deepEqual(ownRequests({durable: world.durable(), layout: world.layout, uid: uid(7)}), [])
  })

  it('draws a token for each request', () => {
    assert.notEqual(newToken(world.random), newToken(world.random))
  })
})
