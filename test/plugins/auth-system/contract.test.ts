/** The accounts of the host, asked as a name service is asked: what every source of accounts must keep to. */
import assert from 'node:assert/strict'
import type {Account} from '@god-cli/api'
import {authContract, type Groups, type OpenAuth} from '../../../plugins/api/src/auth-contract.js'
import {trialHost} from '../../../plugins/api/src/trial.js'
import {createAuth} from '../../../plugins/auth-system/src/auth.js'
import {createSource, type Run} from '../../../plugins/auth-system/src/source.js'
import {rememberedAuth} from '../../../src/service/remembered-auth.js'

const fails = (fields: object): never => {
  throw Object.assign(new Error('failed'), fields)
}

/** As getent does: a key of digits is a uid, too. */
const passwdLine = (accounts: readonly Account[], key: string): string | null => {
  const found = accounts.find(({uid, name}) => String(uid) === key || name === key)
  return found === undefined ? null : `${found.name}:x:${found.uid}:${found.gid}::${found.home}:/bin/sh\n`
}

const open = (accounts: readonly Account[], known: Groups): OpenAuth => {
  let answering = true
  const run: Run = async (program, args) => {
    if (!answering) fails({code: null, killed: true})
    const key = args.at(-1) ?? ''
    if (args[0] === 'group') return Object.hasOwn(known, key) ? `${key}:x:${known[key]}:\n` : fails({code: 2})
    if (program === 'getent') return passwdLine(accounts, key) ?? fails({code: 2})
    const groups = accounts.find(({name}) => name === key)?.groups ?? []
    return `${[...groups].reverse().join(' ')}\n`
  }
  const source = createSource(run, async () => fails({code: 'EIO'}))
  return {
    auth: createAuth(trialHost(), source),
    answers: does => {
      answering = does
    },
    // It remembers nothing.
    forget: () => undefined,
  }
}

describe('the contract of a source of accounts, kept by the system', () => {
  authContract(it, {open})
})

describe('the contract of a source of accounts, broken on purpose', () => {
  const failures = async (spoil: (open: OpenAuth) => OpenAuth): Promise<number> => {
    const cases: (() => Promise<void>)[] = []
    authContract((_title, run) => cases.push(run), {
      open: (accounts, groups) => spoil(open(accounts, groups)),
    })
    const ended = await Promise.allSettled(cases.map(run => run()))
    return ended.filter(({status}) => status === 'rejected').length
  }
  const spoiled =
    (byUid: (auth: OpenAuth['auth'], uid: number) => Promise<Account | null>) => (one: OpenAuth) => ({
      ...one,
      auth: {...one.auth, byUid: (uid: number) => byUid(one.auth, uid)},
    })

  const broken: readonly (readonly [string, (open: OpenAuth) => OpenAuth])[] = [
    ['takes silence for absence', spoiled((auth, uid) => auth.byUid(uid).catch(() => null))],
    ['knows everybody', spoiled(async (auth, uid) => (await auth.byUid(uid)) ?? auth.byUid(1000))],
    ['throws at nonsense', spoiled(async (auth, uid) => (uid < 0 ? fails({}) : auth.byUid(uid)))],
    [
      'forgets most groups',
      spoiled(async (auth, uid) => {
        const found = await auth.byUid(uid)
        return found === null ? null : {...found, groups: found.groups.slice(0, 16)}
      }),
    ],
    ['asks once for ever', one => ({...one, auth: rememberedAuth(one.auth, 1e9, () => 0)})],
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
