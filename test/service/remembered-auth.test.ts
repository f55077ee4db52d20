/** What is remembered of a source of accounts, and for how long. */
import assert from 'node:assert/strict'
import type {Account, Auth} from '@god-cli/api'
import {rememberedAuth} from '../../src/service/remembered-auth.js'

const ANN: Account = {uid: 1000, gid: 1000, groups: [1000], name: 'ann', home: '/home/ann'}

const source = (fails = () => false) => {
  const asked: (string | number)[] = []
  const answer = async <T>(key: string | number, found: T): Promise<T> => {
    asked.push(key)
    if (fails()) throw new Error('no answer')
    return found
  }
  const auth: Auth = {
    byUid: uid => answer(uid, uid === ANN.uid ? ANN : null),
    byName: name => answer(name, name === ANN.name ? ANN : null),
    groupByName: name => answer(`group ${name}`, name === 'staff' ? 50 : null),
  }
  return {asked, auth}
}

describe('a source of accounts', () => {
  it('is asked once a minute for each account and group, also for one that does not exist', async () => {
    const {asked, auth} = source()
    let now = 1_000_000
    const kept = rememberedAuth(auth, 60_000, () => now)
    const ask = async (): Promise<number> => {
      assert.deepEqual(await Promise.all([kept.byUid(1000), kept.byUid(1000)]), [ANN, ANN])
      assert.equal(await kept.byUid(2000), null)
      assert.deepEqual(await kept.byName('ann'), ANN)
      assert.equal(await kept.groupByName('staff'), 50)
      return asked.length
    }
    assert.equal(await ask(), 4)
    now += 59_999
    assert.equal(await ask(), 4)
    now += 1
    assert.equal(await ask(), 8)
    now -= 3_600_000
    assert.equal(await ask(), 12, 'a clock set back keeps nothing for ever')
  })

  it('is asked each time where nothing is to be remembered', async () => {
    const {asked, auth} = source()
    const kept = rememberedAuth(auth, 0, () => 0)
    await kept.byUid(1000)
    await kept.byUid(1000)
    assert.deepEqual(asked, [1000, 1000])
  })

  it('that did not answer is asked again, and what it said before is believed meanwhile', async () => {
    let [now, down] = [0, false]
    const {auth} = source(() => down)
    const kept = rememberedAuth(auth, 60_000, () => now)
    await kept.byUid(1000)
    down = true
    now = 59_999
    assert.deepEqual(await kept.byUid(1000), ANN)
    await assert.rejects(kept.byUid(2000), /no answer/)
    now = 60_000
    await assert.rejects(kept.byUid(1000), /no answer/)
    down = false
    assert.deepEqual(await kept.byUid(1000), ANN)
    assert.equal(await kept.byUid(2000), null)
  })

  it('that is asked for very many names forgets them rather than growing', async () => {
    const {asked, auth} = source()
    const kept = rememberedAuth(auth, 60_000, () => 0)
    for (let uid = 1; uid <= 10_001; uid++) await kept.byUid(uid)
    const before = asked.length
    await kept.byUid(1)
    assert.equal(asked.length, before + 1)
  })

  it('is asked for passwords each time, if it knows any', async () => {
    const {auth} = source()
    let asked = 0
    const credentials: NonNullable<Auth['credentials']> = async (name, password) => {
      asked++
      return name === 'ann' && password === 'secret' ? ANN : null
    }
    const kept = rememberedAuth({...auth, credentials}, 60_000, () => 0)
    for (let i = 0; i < 2; i++) assert.deepEqual(await kept.credentials?.('ann', 'secret'), ANN)
    assert.equal(await kept.credentials?.('ann', 'wrong'), null)
    assert.equal(asked, 3)
    assert.equal(rememberedAuth(auth, 0, () => 0).credentials, undefined)
  })
})
