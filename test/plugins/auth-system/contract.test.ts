/** The accounts of the host, asked as a name service is asked: what every source of accounts must keep to. */
import assert from 'node:assert/strict'
import type {Account} from '@god-cli/api'
import {authContract, type OpenAuth} from '../../../plugins/api/src/auth-contract.js'
import {trialHost} from '../../../plugins/api/src/trial.js'
import {createAuth} from '../../../plugins/auth-system/src/auth.js'
import {createSource, type Run} from '../../../plugins/auth-system/src/source.js'

const fails = (fields: object): never => {
  throw Object.assign(new Error('failed'), fields)
}

/** As getent does: a key of digits is a uid, too. */
const passwdLine = (accounts: readonly Account[], key: string): string | null => {
  const found = accounts.find(({uid, name}) => String(uid) === key || name === key)
  return found === undefined ? null : `${found.name}:x:${found.uid}:${found.gid}::${found.home}:/bin/sh\n`
}

const open = (accounts: readonly Account[]): OpenAuth => {
  let [now, answering] = [0, true]
  const run: Run = (program, args) => {
    if (!answering) fails({status: null, code: 'ETIMEDOUT'})
    const key = args.at(-1) ?? ''
    if (program === 'getent') return passwdLine(accounts, key) ?? fails({status: 2})
    const groups = accounts.find(({name}) => name === key)?.groups ?? []
    return `${[...groups].reverse().join(' ')}\n`
  }
  const source = createSource(run, () => fails({code: 'EIO'}))
  return {
    auth: createAuth(trialHost({now: () => now}), source),
    answers: does => {
      answering = does
    },
    forget: () => {
      now += 3_600_000
    },
  }
}

describe('the contract of a source of accounts, kept by the system', () => {
  authContract(it, {open})
})

describe('the contract of a source of accounts, broken on purpose', () => {
  const failures = async (spoil: (open: OpenAuth) => OpenAuth): Promise<number> => {
    const cases: (() => Promise<void>)[] = []
    authContract((_title, run) => cases.push(run), {open: accounts => spoil(open(accounts))})
    const ended = await Promise.allSettled(cases.map(run => run()))
    return ended.filter(({status}) => status === 'rejected').length
  }
  const spoiled = (byUid: (auth: OpenAuth['auth'], uid: number) => Account | null) => (one: OpenAuth) => ({
    ...one,
    auth: {...one.auth, byUid: (uid: number) => byUid(one.auth, uid)},
  })

  const broken: readonly (readonly [string, (open: OpenAuth) => OpenAuth])[] = [
    [
      'takes silence for absence',
      spoiled((auth, uid) => {
        try {
          return auth.byUid(uid)
        } catch {
          return null
        }
      }),
    ],
    ['knows everybody', spoiled((auth, uid) => auth.byUid(uid) ?? auth.byUid(1000))],
    ['throws at nonsense', spoiled((auth, uid) => (uid < 0 ? fails({}) : auth.byUid(uid)))],
    [
      'forgets most groups',
      spoiled((auth, uid) => {
        const found = auth.byUid(uid)
        return found === null ? null : {...found, groups: found.groups.slice(0, 16)}
      }),
    ],
    ['asks once for ever', one => ({...one, forget: () => undefined})],
  ]
  for (const [what, spoil] of broken) {
    it(`notices one that ${what}`, async () => {
      assert.ok((await failures(spoil)) > 0)
    })
  }

  it('finds nothing wrong with a good one', async () => {
    assert.equal(await failures(one => one), 0)
  })
})
