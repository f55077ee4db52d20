/** Real slapd, real TLS: who is believed, who is not, and what happens when the server cannot be asked (T70-T74). */
import assert from 'node:assert/strict'
import {once} from 'node:events'
import {writeFileSync} from 'node:fs'
import {createServer, type Server} from 'node:net'
import {dirname, join} from 'node:path'
import {
  type DirectoryServer,
  groupEntry,
  HAS_SLAPD,
  NO_SLAPD,
  PASSWORD,
  SERVICE,
  SUFFIX,
  startDirectoryServer,
  userEntry,
} from '../../support/directory-server.js'
import {skip} from '../../support/skip.js'
import {account, authOn} from './world.js'

const ANN = account({groups: [2000, 5000]})
const BOB = account({uid: 2001, gid: 1100, groups: [1100], name: 'bob', home: '/home/bob'})

const LDIF = [
  userEntry(ANN),
  userEntry(BOB),
  groupEntry('lab', 5000, ['ann']),
  groupEntry('wheel', 0, ['ann']),
  groupEntry('docker', 998, ['ann']),
  userEntry(account({uid: 2014, gid: 100, groups: [100], name: 'usual'})),
  userEntry(account({uid: 0, name: 'toor'})),
  userEntry(account({uid: 999, name: 'daemonic'})),
  userEntry(account({uid: 2010, gid: 0, name: 'rooted'})),
  userEntry(account({uid: 2011, name: 'twin1'})),
  userEntry(account({uid: 2011, name: 'twin2'})),
  userEntry(account({uid: 2012, name: 'homeless', home: 'home'})),
  userEntry(account({uid: 2013, name: 'two'})).replace('cn: two', 'cn: two\nuid: three'),
].join('')

describe('a directory server', () => {
  let server: DirectoryServer
  before(async function () {
    if (!HAS_SLAPD) skip(this, NO_SLAPD)
    server = await startDirectoryServer({ldif: LDIF})
  })
  after(() => server?.stop())
  afterEach(() => {
    server.gate = 'open'
  })

  describe('is believed', () => {
    it('about an account with its groups, but never about the group of root', async () => {
      const {auth} = authOn(server)
      assert.deepEqual(await auth.byUid(2000), ANN)
      assert.deepEqual(await auth.byName('bob'), BOB)
      assert.equal(await auth.groupByName('lab'), 5000)
    })

    it('at once about a membership that changed', async () => {
      const {auth} = authOn(server)
      const change = (what: 'add' | 'delete'): void =>
        server.modify(
          `dn: cn=lab,ou=groups,${SUFFIX}\nchangetype: modify\n${what}: memberUid\nmemberUid: bob\n`,
        )
      change('add')
      assert.deepEqual((await auth.byUid(2001))?.groups, [1100, 5000])
      change('delete')
      assert.deepEqual((await auth.byUid(2001))?.groups, [1100])
    })
  })

  describe('is not believed', () => {
    it('T75 about numbers that are the host’s own, nor in letters of another size', async () => {
      const {auth} = authOn(server)
      for (const uid of [0, 999]) assert.equal(await auth.byUid(uid), null)
      for (const name of ['toor', 'daemonic', 'ANN', 'Ann', 'nobody-here'])
        assert.equal(await auth.byName(name), null, name)
      assert.equal(await auth.groupByName('LAB'), null)
      assert.equal((await authOn(server, {min_uid: '999'}).auth.byName('daemonic'))?.uid, 999)
    })

    it('T33 about groups that the host has for itself, unless it is told that they are the directory’s', async () => {
      const {auth} = authOn(server)
      assert.deepEqual((await auth.byUid(2000))?.groups, [2000, 5000])
      for (const name of ['wheel', 'docker']) assert.equal(await auth.groupByName(name), null, name)
      await assert.rejects(
        auth.byName('usual'),
        /uid=usual.* has the gidNumber 100, which is below min_gid \(1000\)/,
      )
      const lower = authOn(server, {min_gid: '100'}).auth
      assert.deepEqual((await lower.byName('usual'))?.groups, [100])
      assert.deepEqual([await lower.groupByName('docker'), await lower.groupByName('wheel')], [998, null])
      assert.deepEqual((await lower.byUid(2000))?.groups, [998, 2000, 5000])
    })

    it('about an entry that is not whole, or two for one number; others are answered meanwhile', async () => {
      const {auth} = authOn(server)
      const bad = [
        ['rooted', /the gidNumber 0/],
        ['homeless', /the homeDirectory "home"/],
        ['two', /2 values of uid/],
      ] as const
      for (const [name, why] of bad) await assert.rejects(auth.byName(name), why, name)
      await assert.rejects(auth.byUid(2011), /2 entries have the uidNumber 2011: .*twin1.*twin2/)
      assert.deepEqual(await auth.byUid(2000), ANN)
    })

    it('T70 about what a name injects into a filter', async () => {
      const {auth} = authOn(server)
      const words = [
        '*',
        'a*',
        'ann)(uid=*',
        '*)(uid=*',
        'ann)(|(uid=*',
        '(ann)',
        'ann\0',
        ' ann',
        'ann ',
        '&',
        '\\',
      ]
      const many = Array.from(
        {length: 1000},
        (_, i) => `${words[i % words.length]}${'*()|&!=~<>'[i % 10]}${i}`,
      )
      for (const name of [...words, ...many]) {
        const calls = server.calls()
        assert.equal(await auth.byName(name), null, JSON.stringify(name))
        assert.equal(await auth.groupByName(name), null, JSON.stringify(name))
        assert.equal(await auth.credentials?.(name, 'ann knows'), null, JSON.stringify(name))
        assert.equal(server.calls(), calls, 'no question went out')
      }
      // These are names, and stand for themselves alone.
      for (const name of ['CORP\\ann', 'ann\\2a', 'ann@corp', 'a.b-c'])
        assert.equal(await auth.byName(name), null, name)
    })
  })

  describe('is asked about passwords', () => {
    it('and answers with the account, or with nobody', async () => {
      const {auth} = authOn(server)
      assert.deepEqual(await auth.credentials?.('ann', 'ann knows'), ANN)
      for (const [name, password] of [
        ['ann', 'bob knows'],
        ['ann', 'ANN KNOWS'],
        ['bob', 'ann knows'],
        ['carol', 'ann knows'],
        ['toor', 'toor knows'],
      ] as const)
        assert.equal(await auth.credentials?.(name, password), null, `${name} ${password}`)
    })

    it('T72 and one that is empty, or no text, goes to no server', async () => {
      const {auth} = authOn(server)
      const calls = server.calls()
      for (const password of ['', '\0', 'ann knows\0', 'x'.repeat(1025)])
        assert.equal(await auth.credentials?.('ann', password), null, JSON.stringify(password.slice(0, 20)))
      assert.equal(server.calls(), calls)
      // The server itself would have taken it for nobody, and said yes.
      server.modify(`dn: uid=ann,ou=people,${SUFFIX}\nchangetype: modify\nreplace: cn\ncn: ann\n`)
      assert.equal(await auth.credentials?.('ann', ' '), null)
    })
  })

  it('T71 is asked with a verified certificate only', async () => {
    const other = await startDirectoryServer({ldif: '', names: 'DNS:elsewhere.example'})
    try {
      const {port, passwordFile} = server
      await assert.rejects(
        authOn({ca: other.ca, port, passwordFile}).auth.byUid(2000),
        /certificate|self-signed/,
      )
      await assert.rejects(authOn(other).auth.byUid(2000), /altnames|elsewhere/i)
      await assert.rejects(
        authOn(server, {url: `ldaps://127.0.0.2:${port}`}).auth.byUid(2000),
        /ECONNREFUSED|altnames/,
      )
    } finally {
      await other.stop()
    }
  })

  it('T73 is not followed to another server that it refers to', async () => {
    const other = await startDirectoryServer({
      ldif: userEntry(account({uid: 2077, name: 'eve'})),
      scheme: 'ldap',
    })
    const dn = `ou=elsewhere,ou=people,${SUFFIX}`
    const ref = `ldap://127.0.0.1:${other.port}/ou=people,${SUFFIX}??sub`
    server.modify(
      `dn: ${dn}\nchangetype: add\nobjectClass: referral\nobjectClass: extensibleObject\nou: elsewhere\nref: ${ref}\n`,
    )
    try {
      const {auth} = authOn(server)
      assert.deepEqual([await auth.byUid(2077), await auth.byName('eve')], [null, null])
      assert.deepEqual(await auth.byUid(2000), ANN)
      await assert.rejects(authOn(server, {user_base: dn}).auth.byUid(2077), /referral/i)
      assert.equal(other.calls(), 0)
    } finally {
      await other.stop()
    }
  })

  it('that refuses the service is an exception', async () => {
    await assert.rejects(
      authOn(server, {bind_dn: `cn=nobody,${SUFFIX}`}).auth.byUid(2000),
      /it refuses cn=nobody,.*bind_password_file/,
    )
    await assert.rejects(
      authOn(server, {user_base: 'ou=nowhere,dc=example,dc=org'}).auth.byUid(2000),
      /No ?Such ?Object/i,
    )
  })

  describe('that does not answer', () => {
    const failsSoon = async (gate: DirectoryServer['gate'], why: RegExp): Promise<void> => {
      server.gate = gate
      const {auth, advance} = authOn(server, {timeout: '1'})
      const calls = server.calls()
      await assert.rejects(auth.byUid(2000), why)
      assert.equal(server.calls(), calls + 1)
      await assert.rejects(auth.byUid(2001), /not asked again yet/)
      assert.equal(server.calls(), calls + 1, 'it is left alone for a while')
      server.gate = 'open'
      advance(5000)
      assert.deepEqual(await auth.byUid(2000), ANN, 'and is asked again after that')
      assert.deepEqual(await auth.byUid(2001), BOB)
    }

    it('T73 is an exception, and is left alone for a while: shut', () =>
      failsSoon('shut', /hung up|ECONNRESET|socket/i))
    it('T73 is an exception, and is left alone for a while: silent', () =>
      failsSoon('silent', /within 1 s|timeout/i))
    it('T73 is an exception, and is left alone for a while: a byte at a time', () =>
      failsSoon('drip', /within 1 s|timeout/i))

    it('keeps many who ask at once waiting once', async () => {
      server.gate = 'silent'
      const {auth} = authOn(server, {timeout: '1'})
      const began = performance.now()
      const ended = await Promise.allSettled(Array.from({length: 50}, (_, i) => auth.byUid(3000 + i)))
      assert.ok(ended.every(({status}) => status === 'rejected'))
      assert.ok(performance.now() - began < 10_000)
      await assert.rejects(auth.byUid(2000), /not asked again yet/)
    })
  })
})

describe('a directory server that turns to TLS when asked', () => {
  let server: DirectoryServer
  before(async function () {
    if (!HAS_SLAPD) skip(this, NO_SLAPD)
    server = await startDirectoryServer({ldif: LDIF, scheme: 'ldap'})
  })
  after(() => server?.stop())

  const plain = (port: number) => ({url: `ldap://localhost:${port}`})

  it('T71 is told nothing before it did', async () => {
    const {auth} = authOn(server, plain(server.port))
    assert.deepEqual(await auth.credentials?.('ann', 'ann knows'), ANN)
    const heard = Buffer.concat(server.heard).toString('latin1')
    assert.ok(heard.length > 100)
    for (const secret of [PASSWORD, SERVICE, 'ann knows', 'uidNumber', 'people'])
      assert.ok(!heard.includes(secret), `${secret} went out in clear`)
  })

  it('T71 is not asked if its certificate is not good', async () => {
    const other = await startDirectoryServer({ldif: '', scheme: 'ldap'})
    try {
      const {port, passwordFile} = server
      const {auth} = authOn({ca: other.ca, port, passwordFile}, plain(port))
      await assert.rejects(auth.byUid(2000), /certificate|self-signed/)
    } finally {
      await other.stop()
    }
  })

  it('T71 is not asked if somebody on the way says that it cannot', async () => {
    const heard: Buffer[] = []
    // An extended answer to message 1: 53, unwilling to perform.
    const no = Buffer.from('300c02010178070a01350400 0400'.replace(' ', ''), 'hex')
    const liar: Server = createServer(socket => {
      socket.on('error', () => undefined)
      socket.on('data', bytes => {
        heard.push(bytes)
        socket.write(no)
      })
    }).listen(0, '127.0.0.1')
    await once(liar, 'listening')
    try {
      const address = liar.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      const {auth} = authOn(server, {...plain(port), timeout: '2'})
      await assert.rejects(auth.byUid(2000))
      assert.ok(!Buffer.concat(heard).toString('latin1').includes(PASSWORD))
    } finally {
      liar.close()
    }
  })
})

describe('options of the directory server', () => {
  const given = {url: 'ldaps://d', user_base: 'ou=p', group_base: 'ou=g'}
  const refused = (over: Record<string, string>, why: RegExp): void =>
    assert.throws(
      () =>
        authOn(
          {port: 1, ca: '', passwordFile: ''},
          {...given, bind_dn: '', bind_password_file: '', ca: '', ...over},
        ),
      why,
    )

  it('name what is wrong, and what is expected', () => {
    refused({url: 'http://d'}, /url is "http:\/\/d"; expected ldaps:\/\/HOST/)
    refused({url: ''}, /url is missing/)
    refused({url: 'ldaps://user:word@d'}, /nothing more/)
    refused({url: 'ldaps://d/dc=x?uid'}, /nothing more/)
    refused({user_base: ''}, /user_base is missing/)
    refused({user_class: 'a)(b'}, /user_class is "a\)\(b"; expected letters/)
    refused({min_uid: '0'}, /min_uid is "0"; expected a whole number from 1/)
    refused({min_gid: '0'}, /min_gid is "0"; expected a whole number from 1/)
    refused({timeout: '0'}, /timeout is "0"/)
    refused({bind_dn: 'cn=x'}, /bind_password_file is missing/)
    refused({bind_password_file: '/x'}, /bind_dn is missing/)
    refused({ca: 'relative.pem'}, /ca is "relative.pem"; expected an absolute path/)
  })

  it('do not take a password that others can read, or none', async function () {
    if (!HAS_SLAPD) skip(this, NO_SLAPD)
    const server = await startDirectoryServer({ldif: ''})
    try {
      const open = join(dirname(server.passwordFile), 'open')
      writeFileSync(open, 'secret\n', {mode: 0o644})
      assert.throws(() => authOn(server, {bind_password_file: open}), /open to others\. Close it: chmod 600/)
      writeFileSync(server.passwordFile, '\n')
      assert.throws(() => authOn(server), /the first line of .* is empty/)
    } finally {
      await server.stop()
    }
  })
})
