/** Accounts of the host: the real ones, and every way in which a source can answer wrongly. */
import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import type {Auth, HostServices} from '@god-cli/api'
import {groupsOfMember, parseIds, parsePasswd} from '../../../plugins/auth-system/src/accounts.js'
import {createAuth} from '../../../plugins/auth-system/src/auth.js'
import provider from '../../../plugins/auth-system/src/index.js'
import {createSource, type Run} from '../../../plugins/auth-system/src/source.js'

const host: HostServices = {
  log: () => {},
  now: () => 0,
  delay: async () => {},
  options: {},
  cluster: 'c',
  node: 'n',
  stateDir: '/nowhere',
  signal: new AbortController().signal,
}

const fails = (fields: object): never => {
  throw Object.assign(new Error('failed'), fields)
}

interface Asked {
  readonly auth: Auth
  readonly calls: string[]
}

/** An account source that answers from a table; what is not there is getent's exit code 2. */
const answering = (table: Readonly<Record<string, string | (() => string)>>): Asked => {
  const calls: string[] = []
  const run: Run = async (program, args, options) => {
    assert.deepEqual(options.env, {LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin'})
    assert.equal(options.timeout, 5000)
    const call = [program, ...args].join(' ')
    calls.push(call)
    const answer = table[call] ?? (() => fails({code: 2}))
    return typeof answer === 'string' ? answer : answer()
  }
  return {
    calls,
    auth: createAuth(
      host,
      createSource(run, async () => fails({code: 'EIO'})),
    ),
  }
}

const ANN = 'ann:x:1000:1000:Ann,,,:/home/ann:/bin/bash\n'

describe('accounts of this host', () => {
  it('root is found by number and by name, with the groups that id knows', async () => {
    const auth = provider({...host, now: Date.now})
    const root = await auth.byUid(0)
    const ids = execFileSync('id', ['-G', 'root'], {encoding: 'utf8'}).trim().split(' ').map(Number)
    assert.equal(root?.name, 'root')
    assert.equal(root?.gid, 0)
    assert.deepEqual(
      root?.groups,
      [...new Set(ids)].sort((a, b) => a - b),
    )
    assert.deepEqual(await auth.byName('root'), root)
  })

  it('a number and a name that nobody has are null', async () => {
    const auth = provider({...host, now: Date.now})
    assert.equal(await auth.byUid(4_000_000_001), null)
    assert.equal(await auth.byName('no-such-account'), null)
  })
})

describe('an account source that is asked', () => {
  it('gives the account with its groups sorted, once each, the primary one included', async () => {
    const {auth} = answering({'getent passwd 1000': ANN, 'id -G ann': '50 4 50 27\n'})
    assert.deepEqual(await auth.byUid(1000), {
      uid: 1000,
      gid: 1000,
      groups: [4, 27, 50, 1000],
      name: 'ann',
      home: '/home/ann',
    })
  })

  it('takes names with dots, dashes and a dollar at the end, and those of directories', async () => {
    for (const name of ['a.b-c_9', 'host$', '_sys', 'Ann', 'CORP\\ann', 'ann@corp.example', 'x'.repeat(63)]) {
      const line = `${name}:x:7:7::/h:/bin/sh\n`
      const {auth} = answering({[`getent passwd ${name}`]: line, [`id -G ${name}`]: '7\n'})
      assert.equal((await auth.byName(name))?.name, name)
    }
  })

  it('is never asked for what cannot be a name or a number', async () => {
    const {auth, calls} = answering({})
    for (const name of ['', '-G', 'a b', 'a\n', '0', '../x', 'a:b', 'x'.repeat(65), 'é', 'a$b']) {
      assert.equal(await auth.byName(name), null, name)
    }
    for (const uid of [-1, 1.5, Number.NaN, 2 ** 32 - 1, Number.POSITIVE_INFINITY])
      assert.equal(await auth.byUid(uid), null)
    assert.deepEqual(calls, [])
  })

  it('is not believed when it answers with another account', async () => {
    const {auth} = answering({'getent passwd 1001': ANN, 'getent passwd bob': ANN, 'id -G ann': '1000\n'})
    assert.equal(await auth.byUid(1001), null)
    assert.equal(await auth.byName('bob'), null)
  })

  it('is not believed when its line is not a passwd line', async () => {
    const bad = [
      'ann:x:1000:1000:Ann:/home/ann',
      'ann:x:-1:1000::/h:/s',
      'ann:x:01:1::/h:/s',
      'ann:x:1e3:1::/h:/s',
      'ann:x:4294967295:1::/h:/s',
      'ann:x:1:1::h:/s',
      ':x:1:1::/h:/s',
      '',
      `${ANN}${ANN}`,
      'a b:x:1:1::/h:/s',
    ]
    for (const line of bad) {
      const {auth} = answering({'getent passwd 1000': line})
      await assert.rejects(auth.byUid(1000), /not a valid passwd line/, line)
    }
  })

  it('is not believed when its groups are not numbers', async () => {
    for (const ids of ['', 'ann\n', '1  2\n', '1 -2\n', '1\n2\n', '99999999999\n']) {
      const {auth} = answering({'getent passwd 1000': ANN, 'id -G ann': ids})
      await assert.rejects(auth.byUid(1000), /id -G ann said/, ids)
    }
  })

  it('that fails is an exception, not a missing account, and is asked again', async () => {
    for (const how of [{code: 1}, {code: 3}, {code: null, killed: true, signal: 'SIGTERM'}]) {
      let works = false
      const answer = (): string => (works ? ANN : fails(how))
      const {auth} = answering({'getent passwd 1000': answer, 'id -G ann': '1000\n'})
      await assert.rejects(auth.byUid(1000))
      works = true
      assert.equal((await auth.byUid(1000))?.name, 'ann')
    }
  })

  it('whose id program fails is an exception', async () => {
    const {auth} = answering({'getent passwd 1000': ANN, 'id -G ann': () => fails({code: 1})})
    await assert.rejects(auth.byUid(1000))
  })
})

describe('a group', () => {
  it('is found by exactly its name', async () => {
    const {auth} = answering({
      'getent group staff': 'staff:x:50:ann,bob\n',
      'getent group 50': 'staff:x:50:\n',
      'getent group odd': 'odd:x:-1:\n',
    })
    assert.equal(await auth.groupByName('staff'), 50)
    for (const name of ['50', 'odd', 'nobodys', '', 'a b'])
      assert.equal(await auth.groupByName(name), null, name)
  })

  it('that cannot be asked for now is an exception', async () => {
    const {auth} = answering({'getent group staff': () => fails({code: 3})})
    await assert.rejects(auth.groupByName('staff'))
  })
})

describe('a host without getent', () => {
  const files: Readonly<Record<string, string>> = {
    '/etc/passwd': `# comment\nbroken\nroot:x:0:0:root:/root:/bin/sh\n${ANN}`,
    '/etc/group':
      'root:x:0:\nadm:x:4:syslog,ann\nusers:x:100:anna\nbad:x:x:ann\nann:x:1000:\nwheel:x:10:ann\n',
  }
  const run: Run = async () => fails({code: 'ENOENT'})

  it('is asked through its files', async () => {
    const auth = createAuth(
      host,
      createSource(run, async path => files[path] ?? fails({code: 'ENOENT'})),
    )
    assert.deepEqual((await auth.byUid(1000))?.groups, [4, 10, 1000])
    assert.equal((await auth.byName('ann'))?.uid, 1000)
    assert.equal(await auth.byName('bob'), null)
    assert.equal(await auth.byUid(77), null)
    assert.equal(await auth.groupByName('wheel'), 10)
    assert.equal(await auth.groupByName('ann'), 1000)
    assert.equal(await auth.groupByName('bob'), null)
  })

  it('and without files cannot be asked', async () => {
    const auth = createAuth(
      host,
      createSource(run, async () => fails({code: 'ENOENT'})),
    )
    await assert.rejects(auth.byUid(1000))
  })
})

describe('lines of passwd and group', () => {
  it('are read in full or not at all', async () => {
    assert.deepEqual(parsePasswd('a:x:0:4294967294::/:/bin/sh'), {
      name: 'a',
      uid: 0,
      gid: 4_294_967_294,
      home: '/',
    })
    assert.equal(parsePasswd('a:x:1:1::/h:/s:more'), null)
    assert.deepEqual(parseIds('3 1 3'), [1, 3])
    assert.deepEqual(groupsOfMember('g:x:1:a,b\nh:x:2:ab\n', 'a'), [1])
  })
})
