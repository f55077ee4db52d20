/** Accounts that stand in the configuration. */
import assert from 'node:assert/strict'
import type {Account, Auth} from '@god-cli/api'
import {authContract, type Groups} from '../../../plugins/api/src/auth-contract.js'
import {trialHost} from '../../../plugins/api/src/trial.js'
import create from '../../../plugins/auth-fake/src/index.js'

const auth = (options: Readonly<Record<string, string>>): Auth => create(trialHost({options}))

const written = (accounts: readonly Account[], groups: Groups) => ({
  accounts: accounts
    .map(({name, uid, gid, home, groups: others}) => `${name}:${uid}:${gid}:${home}:${others.join('+')}`)
    .join(' '),
  groups: Object.entries(groups)
    .map(([name, gid]) => `${name}:${gid}`)
    .join(' '),
})

describe('the contract of a source of accounts, kept by the configuration', () => {
  authContract(it, {
    open: (accounts, groups) => {
      const inner = auth(written(accounts, groups))
      let silent = false
      const ask = <T>(answer: () => Promise<T>): Promise<T> =>
        silent ? Promise.reject(new Error('away')) : answer()
      return {
        auth: {
          byUid: uid => ask(() => inner.byUid(uid)),
          byName: name => ask(() => inner.byName(name)),
          groupByName: name => ask(() => inner.groupByName(name)),
        },
        // It always answers: that somebody is away is the test's own doing.
        answers: does => {
          silent = !does
        },
        forget: () => undefined,
      }
    },
  })
})

describe('accounts of the configuration', () => {
  it('are what stands there', async () => {
    const one = auth({
      accounts: 'ann:1000:100:/home/ann bob:1001:1001:/srv/bob:50+7',
      passwords: 'ann:a:b bob:x',
    })
    assert.deepEqual(await one.byName('ann'), {
      name: 'ann',
      uid: 1000,
      gid: 100,
      home: '/home/ann',
      groups: [100],
    })
    assert.deepEqual((await one.byUid(1001))?.groups, [7, 50, 1001])
    assert.equal((await one.credentials?.('ann', 'a:b'))?.uid, 1000)
    for (const [name, word] of [
      ['ann', 'x'],
      ['ann', ''],
      ['carol', ''],
      ['carol', 'x'],
    ] as const)
      assert.equal(await one.credentials?.(name, word), null)
    assert.equal(await auth({}).byUid(0), null)
  })

  it('that cannot be read are a wrong configuration, with the word', () => {
    for (const accounts of [
      'ann',
      'ann:1:1:home',
      'ann:x:1:/h',
      'ann:-1:1:/h',
      '0:1:1:/h',
      'ann:1:1:/h:2:3',
      'ann:4294967295:1:/h',
      'ann:1:1:/h:x',
    ])
      assert.throws(
        () => auth({accounts}),
        /'.*' (is no account|has the number|begins with no name)/,
        accounts,
      )
    assert.throws(() => auth({groups: 'lab'}), /has the number ""/)
    assert.throws(() => auth({passwords: 'ann'}), /begins with no name/)
  })
})
