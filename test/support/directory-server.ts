/**
 * A real slapd of the test's own on loopback, with TLS by a certificate authority of the test's own, and a gate before it
 * that can shut, keep silent, or let answers through a byte at a time.
 */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {connect, createServer, type Socket} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Account} from '@god-cli/api'
import {until} from './until.js'

export const SUFFIX = 'dc=example,dc=org'
export const ADMIN = `cn=admin,${SUFFIX}`
/** Who the service is in the directory. */
export const SERVICE = `cn=god,${SUFFIX}`
export const PASSWORD = 'the service asks'

export const HAS_SLAPD = ['/usr/sbin/slapd', '/usr/bin/ldapmodify', '/usr/bin/openssl'].every(existsSync)
export const NO_SLAPD = 'needs slapd, ldap-utils and openssl'

export type Gate = 'open' | 'shut' | 'silent' | 'drip'

export interface DirectoryServer {
  readonly port: number
  /** File of the authority whose certificate it has. */
  readonly ca: string
  /** Its own certificate and key. */
  readonly pair: {readonly cert: string; readonly key: string}
  /** As `bind_password_file`. */
  readonly passwordFile: string
  gate: Gate
  /** All that passed the gate towards the server. */
  readonly heard: Buffer[]
  /** Connections that came, refused ones too. */
  readonly calls: () => number
  /** LDIF with changetype lines, as `ldapmodify` takes it. */
  modify(ldif: string): void
  /** The server itself is gone, and comes back with what it knew. */
  down(): Promise<void>
  up(): Promise<void>
  stop(): Promise<void>
}

const CONFIG = (folder: string): string => `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/pid
allow bind_anon_cred
TLSCACertificateFile ${folder}/ca.pem
TLSCertificateFile ${folder}/cert.pem
TLSCertificateKeyFile ${folder}/key.pem
sizelimit unlimited
database mdb
maxsize 67108864
suffix ${SUFFIX}
rootdn ${ADMIN}
rootpw secret
directory ${folder}/db
index uid,uidNumber,gidNumber,memberUid,cn eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${SERVICE}" read by self read by * none
`

const entry = (dn: string, lines: readonly string[]): string => `dn: ${dn},${SUFFIX}\n${lines.join('\n')}\n\n`

export const userEntry = ({name, uid, gid, home}: Account, password = `${name} knows`): string =>
  entry(`uid=${name},ou=people`, [
    ...['account', 'posixAccount'].map(one => `objectClass: ${one}`),
    ...[`uid: ${name}`, `cn: ${name}`, `uidNumber: ${uid}`, `gidNumber: ${gid}`],
    ...[`homeDirectory: ${home}`, `userPassword: ${password}`],
  ])

export const groupEntry = (name: string, gid: number, members: readonly string[]): string =>
  entry(`cn=${name},ou=groups`, [
    ...['objectClass: posixGroup', `cn: ${name}`, `gidNumber: ${gid}`],
    ...members.map(member => `memberUid: ${member}`),
  ])

const BASE = [
  entry('', ['objectClass: dcObject', 'objectClass: organization', 'dc: example', 'o: example']).replace(
    'dn: ,',
    'dn: ',
  ),
  entry('ou=people', ['objectClass: organizationalUnit', 'ou: people']),
  entry('ou=groups', ['objectClass: organizationalUnit', 'ou: groups']),
  entry('cn=god', [
    ...['objectClass: organizationalRole', 'objectClass: simpleSecurityObject'],
    ...['cn: god', `userPassword: ${PASSWORD}`],
  ]),
].join('')

/** Users, their groups by number, and groups by name. */
export const directoryOf = (
  accounts: readonly Account[],
  groups: Readonly<Record<string, number>>,
): string => {
  const members = new Map<number, string[]>()
  for (const {groups: gids, gid, name} of accounts)
    for (const one of gids) if (one !== gid) members.set(one, [...(members.get(one) ?? []), name])
  const named = Object.entries(groups).map(([name, gid]) => groupEntry(name, gid, members.get(gid) ?? []))
  const others = [...members].filter(([gid]) => !Object.values(groups).includes(gid))
  return [
    ...accounts.map(account => userEntry(account)),
    ...named,
    ...others.map(([gid, who]) => groupEntry(`g${gid}`, gid, who)),
  ].join('')
}

/** A certificate for `names`, from an authority of its own. */
const certify = (folder: string, names: string): void => {
  const openssl = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, {cwd: folder, stdio: 'ignore'})
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=test ca')
  openssl('req', ...key, '-keyout', 'key.pem', '-out', 'cert.csr', '-subj', '/CN=directory')
  writeFileSync(join(folder, 'san'), `subjectAltName=${names}\n`)
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'san']
  openssl('x509', '-req', '-in', 'cert.csr', ...signed, '-out', 'cert.pem')
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

const answers = (port: number): Promise<true | null> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(null))
    socket.once('connect', () => socket.destroy())
  })

/** A byte now, the next ones never: slower than any patience. */
const dripping = (from: Socket, to: Socket): void => {
  from.once('data', bytes => void to.write(bytes.subarray(0, 1)))
}

const startGate = async (port: number, state: {gate: Gate; heard: Buffer[]; calls: number}) => {
  const open = new Set<Socket>()
  const server = createServer(asker => {
    state.calls++
    open.add(asker)
    asker.on('close', () => open.delete(asker)).on('error', () => undefined)
    if (state.gate === 'shut') return void asker.destroy()
    if (state.gate === 'silent') return void asker.resume()
    const inner = connect(port, '127.0.0.1')
    open.add(inner)
    inner.on('close', () => asker.destroy()).on('error', () => asker.destroy())
    asker.on('close', () => inner.destroy())
    asker.on('data', bytes => state.heard.push(bytes)).pipe(inner)
    if (state.gate === 'drip') dripping(inner, asker)
    else inner.pipe(asker)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: async () => {
      server.close()
      for (const socket of open) socket.destroy()
      await once(server, 'close')
    },
  }
}

interface Wanted {
  readonly ldif: string
  /** `ldaps`, or plain with StartTLS. */
  readonly scheme?: 'ldaps' | 'ldap'
  /** Names in its certificate. */
  readonly names?: string
}

export const startDirectoryServer = async ({
  ldif,
  scheme = 'ldaps',
  names = 'IP:127.0.0.1,DNS:localhost',
}: Wanted): Promise<DirectoryServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'god-ldap-'))
  mkdirSync(join(folder, 'db'))
  certify(folder, names)
  writeFileSync(join(folder, 'slapd.conf'), CONFIG(folder))
  execFileSync('/usr/sbin/slapadd', ['-q', '-f', join(folder, 'slapd.conf')], {input: BASE + ldif})
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, `${PASSWORD}\n`, {mode: 0o600})
  const port = await freePort()
  const socket = `ldapi://${encodeURIComponent(join(folder, 'socket'))}`
  const words = ['-f', join(folder, 'slapd.conf'), '-h', `${scheme}://127.0.0.1:${port} ${socket}`, '-d', '0']
  let slapd: ChildProcess | null = null
  const up = async (): Promise<void> => {
    slapd = spawn('/usr/sbin/slapd', words, {stdio: 'ignore'})
    await until('slapd answers', () => answers(port))
  }
  const down = async (): Promise<void> => {
    const gone = slapd === null || slapd.exitCode !== null ? null : once(slapd, 'exit')
    slapd?.kill('SIGKILL')
    slapd = null
    await gone
  }
  await up()
  const state = {gate: 'open' as Gate, heard: [] as Buffer[], calls: 0}
  const gate = await startGate(port, state)
  return Object.defineProperty(
    {
      port: gate.port,
      ca: join(folder, 'ca.pem'),
      pair: {cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem')},
      passwordFile,
      gate: 'open' as Gate,
      heard: state.heard,
      calls: () => state.calls,
      modify: (text: string): void => {
        execFileSync('ldapmodify', ['-H', socket, '-x', '-D', ADMIN, '-w', 'secret'], {
          input: text,
          stdio: ['pipe', 'ignore', 'pipe'],
        })
      },
      ...{down, up},
      stop: async () => {
        await gate.close()
        await down()
        rmSync(folder, {recursive: true, force: true})
      },
    },
    'gate',
    {get: () => state.gate, set: (wanted: Gate) => void Object.assign(state, {gate: wanted})},
  )
}
