/**
 * What every source of accounts must keep to, as cases for any test runner: `authContract(test, world)`.
 *
 * The plugin's author writes the world: how to open the provider on a source that has the accounts given, and how to
 * take that source away. The cases know no source: a table, a file, a directory server of the test's own.
 */
import assert from 'node:assert/strict'
import type {Account, Auth} from './auth.js'

export interface OpenAuth {
  readonly auth: Auth
  /** Whether the source answers from now on; at first it does. */
  answers(does: boolean): void
  /** Lets so much time pass that no answer is remembered. */
  forget(): void
}

export interface AuthWorld {
  /** A provider of its own on a source with just these accounts and groups. Called for each case. */
  open(accounts: readonly Account[], groups: Groups): OpenAuth | Promise<OpenAuth>
}

/** Numbers of groups by their names. */
export type Groups = Readonly<Record<string, number>>

/** The shape of mocha's and node:test's `it`. */
export type AuthTest = (title: string, run: () => Promise<void>) => void

const account = (over: Partial<Account> = {}): Account => ({
  uid: 1000,
  gid: 1000,
  groups: [1000],
  name: 'ann',
  home: '/home/ann',
  ...over,
})

const ANN = account()
const BOB = account({uid: 1001, gid: 100, groups: [27, 100, 5000], name: 'bob', home: '/srv/homes/bob'})
const CROWDED = account({groups: Array.from({length: 500}, (_, i) => 1000 + i)})

/** What no account can be called, or what a source might take for more than a name. */
const NO_NAMES = [
  '',
  ' ',
  'ann\n',
  'ann\nbob',
  'ann bob',
  'ann:bob',
  'ann\0',
  '-G',
  '../ann',
  '*',
  'a*',
  'ann)(uid=*',
  '$(id)',
  'x'.repeat(300),
]

const GROUPS: Groups = {staff: 50, 'big-lab': 5000}

const NO_UIDS = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32 - 1, 2 ** 53]

type Case = (open: (accounts: readonly Account[]) => Promise<OpenAuth>) => Promise<void>

const CASES: Readonly<Record<string, Case>> = {
  'an account is found by its number and by its name, whole': async open => {
    const {auth} = await open([ANN, BOB])
    for (const one of [ANN, BOB]) {
      assert.deepEqual(await auth.byUid(one.uid), one)
      assert.deepEqual(await auth.byName(one.name), one)
    }
  },
  'groups are sorted, each once, the primary one among them': async open => {
    const {auth} = await open([BOB, CROWDED])
    for (const {uid} of [BOB, CROWDED]) {
      const found = await auth.byUid(uid)
      assert.ok(found !== null)
      const sorted = [...new Set([...found.groups, found.gid])].sort((a, b) => a - b)
      assert.deepEqual(found.groups, sorted)
    }
  },
  'five hundred groups are all there': async open => {
    const {auth} = await open([CROWDED])
    assert.equal((await auth.byUid(CROWDED.uid))?.groups.length, 500)
  },
  'a number or a name that nobody has is null': async open => {
    const {auth} = await open([ANN])
    assert.equal(await auth.byUid(4711), null)
    assert.equal(await auth.byName('nobody-of-that-name'), null)
  },
  'a number is not taken for a name': async open => {
    const {auth} = await open([ANN])
    assert.equal(await auth.byName(String(ANN.uid)), null)
  },
  'what cannot be a name is nobody’s, and is no fault': async open => {
    const {auth} = await open([ANN, BOB])
    for (const name of NO_NAMES) assert.equal(await auth.byName(name), null, JSON.stringify(name))
  },
  'what cannot be a uid is nobody’s, and is no fault': async open => {
    const {auth} = await open([ANN])
    for (const uid of NO_UIDS) assert.equal(await auth.byUid(uid), null, String(uid))
  },
  'a group is found by its name, and nothing else is': async open => {
    const {auth} = await open([ANN])
    for (const [name, gid] of Object.entries(GROUPS)) assert.equal(await auth.groupByName(name), gid)
    for (const name of [...NO_NAMES, 'nobodys', '50', 'STAFF'])
      assert.equal(await auth.groupByName(name), null, JSON.stringify(name))
  },
  'a source that does not answer is an exception, not a missing account': async open => {
    const {auth, answers} = await open([ANN])
    answers(false)
    await assert.rejects(async () => auth.byUid(ANN.uid))
    await assert.rejects(async () => auth.byName(ANN.name))
    await assert.rejects(async () => auth.byUid(4711))
    await assert.rejects(async () => auth.groupByName('staff'))
  },
  'a source that answers again is asked again': async open => {
    const {auth, answers} = await open([ANN])
    answers(false)
    await assert.rejects(async () => auth.byUid(ANN.uid))
    answers(true)
    assert.deepEqual(await auth.byUid(ANN.uid), ANN)
    assert.equal(await auth.byUid(4711), null)
  },
  'an answer is given again as long as it is remembered, and then asked for': async open => {
    const {auth, answers, forget} = await open([ANN])
    assert.deepEqual(await auth.byUid(ANN.uid), ANN)
    forget()
    answers(false)
    await assert.rejects(async () => auth.byUid(ANN.uid))
    answers(true)
    assert.deepEqual(await auth.byUid(ANN.uid), ANN)
  },
}

export const authContract = (test: AuthTest, world: AuthWorld): void => {
  for (const [title, run] of Object.entries(CASES))
    test(title, () => run(async accounts => world.open(accounts, GROUPS)))
}
