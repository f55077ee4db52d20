/**
 * T74: a directory server whose answers are garbled on the way, behind its own good certificate: the parser of a package that
 * nobody maintains meets all of it. Whatever comes, the question ends, with an account that is whole or an exception.
 */
import assert from 'node:assert/strict'
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {connect, createServer, type Server} from 'node:tls'
import type {Account} from '@god-cli/api'
import {amount, tellCases} from '../../support/amount.js'
import {
  type DirectoryServer,
  groupEntry,
  HAS_SLAPD,
  NO_SLAPD,
  startDirectoryServer,
  userEntry,
} from '../../support/directory-server.js'
import {type Dice, dice} from '../../support/seeded.js'
import {skip} from '../../support/skip.js'
import {account, authOn} from './world.js'

const QUESTIONS = amount(60, 5000)
const AT_ONCE = 10

const judge = (found: Account | null): 'account' | 'nobody' => {
  if (found === null) return 'nobody'
  assert.equal(found.name, 'ann')
  for (const id of [found.uid, found.gid, ...found.groups]) assert.ok(Number.isSafeInteger(id) && id > 0)
  assert.ok(found.uid >= 1000 && found.home.startsWith('/'))
  return 'account'
}

describe('T74: the answers of a directory server', function () {
  this.timeout(600_000)
  let server: DirectoryServer
  let liar: Server
  let luck: Dice
  let garbled = 0

  const garble = (bytes: Buffer): Buffer => {
    if (luck.chance(0.3)) return bytes
    garbled++
    const at = luck.roll(bytes.length)
    const head = bytes.subarray(0, at)
    const other = Buffer.from(bytes)
    other[at] = luck.roll(256)
    const longer = Buffer.from(bytes).fill(0xff, at, Math.min(at + 4, bytes.length))
    return luck.pick([other, other, other, longer, head, Buffer.concat([head, bytes])])
  }

  before(async function () {
    if (!HAS_SLAPD) skip(this, NO_SLAPD)
    luck = dice(20_261_128)
    server = await startDirectoryServer({ldif: userEntry(account()) + groupEntry('lab', 5000, ['ann'])})
    const pair = {cert: readFileSync(server.pair.cert), key: readFileSync(server.pair.key)}
    liar = createServer(pair, asker => {
      const inner = connect({port: server.port, host: '127.0.0.1', rejectUnauthorized: false})
      const end = (): void => {
        asker.destroy()
        inner.destroy()
      }
      for (const socket of [asker, inner]) socket.on('error', () => undefined).on('close', end)
      asker.pipe(inner)
      inner.on('data', bytes => void (asker.writable && asker.write(garble(bytes))))
    }).listen(0, '127.0.0.1')
    await once(liar, 'listening')
  })
  after(async () => {
    liar?.close()
    await server?.stop()
  })

  it('T74: garbled on the way end in an account that is whole, in nobody, or in an exception', async () => {
    const address = liar.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const ended = {account: 0, nobody: 0, exception: 0}
    const ask = async (): Promise<void> => {
      const {auth} = authOn({...server, port}, {timeout: '4', retry_after: '0'})
      try {
        ended[judge(await auth.byName('ann'))]++
      } catch (error) {
        assert.ok(error instanceof Error && !(error instanceof assert.AssertionError), String(error))
        ended.exception++
      }
    }
    // Many at once: of those that are never answered each waits its time, which a busy machine needs for those that are.
    for (let i = 0; i < QUESTIONS; i += AT_ONCE) await Promise.all(Array.from({length: AT_ONCE}, ask))
    tellCases('T74', QUESTIONS, garbled)
    assert.ok(ended.account > 0 && ended.exception > 0, JSON.stringify(ended))
  })
})
