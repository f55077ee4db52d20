/**
 * Users that only a directory server knows, on a real engine, when that changes its mind or goes away (R22). Root serves; they
 * submit by their numbers. What holds for them as for everybody: `two-accounts.test.ts`.
 */
import assert from 'node:assert/strict'
import {appendFileSync, chownSync, mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {NOT_FOR_OTHERS, othersMayRun} from '../support/accounts.js'
import {
  type DirectoryServer,
  groupEntry,
  HAS_SLAPD,
  NO_SLAPD,
  SUFFIX,
  startDirectoryServer,
  userEntry,
} from '../support/directory-server.js'
import {BIN, type Ran, run} from '../support/god.js'
import {GOD_USER, ldapSections} from '../support/people.js'
import {containersOf, ENGINE, hasEngine, openRealSite, type RealSite} from '../support/real-site.js'
import {NO_ENGINE, skip} from '../support/skip.js'

const [UID, GID, LAB] = [23_001, 23_002, 23_050]
const HOME = '/home/god-t-ldap'

describe('users of a directory server on a real engine', function () {
  this.timeout(240_000)
  let server: DirectoryServer
  let open: RealSite

  before(async function () {
    if (!hasEngine) skip(this, NO_ENGINE)
    if (!HAS_SLAPD) skip(this, NO_SLAPD)
    if (!othersMayRun()) skip(this, NOT_FOR_OTHERS)
    mkdirSync(HOME, {recursive: true, mode: 0o700})
    chownSync(HOME, UID, GID)
    const lena = {uid: UID, gid: GID, groups: [], name: 'lena', home: HOME}
    server = await startDirectoryServer({
      ldif: userEntry(lena) + userEntry(GOD_USER) + groupEntry('lab', LAB, ['lena']),
    })
    open = await openRealSite('docker', {}, ENGINE, ['--multi-user'])
    appendFileSync(
      join(open.dir, 'go-d.ini'),
      [
        ...['auth_policy = ldap', 'auth_cache = 1s', `root_runs_as = ${GOD_USER.name}`],
        ...[...ldapSections(server), ''],
      ].join('\n'),
    )
  })
  after(async () => {
    await open?.close()
    await server?.stop()
    rmSync(HOME, {recursive: true, force: true})
  })

  const as = (...args: readonly string[]): Promise<Ran> =>
    run('setpriv', [`--reuid=${UID}`, `--regid=${GID}`, '--clear-groups', process.execPath, BIN, ...args], {
      cwd: dirname(open.dir),
      env: {HOME: '/nonexistent', NODE_V8_COVERAGE: '', GOD_SHARED_DIR: open.dir},
    }).done
  const submitted = async (...words: readonly string[]): Promise<number> => {
    const {stdout, stderr, code} = await as('submit', '--parsable', '-m', '32M', '-c', '0.25', ...words)
    assert.equal(code, 0, stderr)
    return Number(stdout)
  }
  const pass = async (): Promise<string> => {
    const scheduled = await open.god('schedule')
    const watched = await open.god('watch', '--once')
    return scheduled.stderr + watched.stderr
  }
  const passesUntil = (id: number, state: string): Promise<unknown> =>
    open.until(`job ${id} is ${state}`, async () => {
      await pass()
      const {code, stdout} = await open.god('show', String(id), '--json')
      return code === 0 && JSON.parse(stdout).state === state ? true : null
    })

  it('T33: have lost a group that was taken from them between submission and start', async () => {
    const id = await submitted('-H', '--', 'id', '-G')
    await pass()
    const change = (what: 'add' | 'delete'): void =>
      server.modify(
        `dn: cn=lab,ou=groups,${SUFFIX}\nchangetype: modify\n${what}: memberUid\nmemberUid: lena\n`,
      )
    change('delete')
    try {
      assert.equal((await as('release', String(id))).code, 0)
      await passesUntil(id, 'done')
      assert.equal((await as('logs', String(id))).stdout, `${GID}\n`)
    } finally {
      change('add')
    }
  })

  it('R22: keep what runs while it is away; nobody is admitted or refused, and one pass after it is back all goes on', async () => {
    const running = await submitted(
      '--',
      'sh',
      '-c',
      'until [ -e $HOME/end ]; do sleep 0.2; done; echo ended',
    )
    await passesUntil(running, 'running')
    const admitted = await submitted('-H', '--', 'true')
    await pass()
    await server.down()
    const waiting = await submitted('--', 'true')
    assert.equal((await as('release', String(admitted))).code, 0)
    for (let i = 0; i < 3; i++) assert.match(await pass(), /cannot look up uid 23001 now/)
    assert.equal((await open.job(running)).state, 'running')
    assert.equal((await open.god('show', String(waiting))).code, 3, 'not admitted')
    assert.equal((await open.job(admitted)).state, 'pending')
    assert.match(
      (await as('why', String(admitted))).stdout,
      /the source of accounts does not answer for lena now/,
    )
    assert.equal((await as('suspend', String(running))).code, 0)
    await passesUntil(running, 'suspended')
    await server.up()
    await pass()
    assert.equal((await open.god('show', String(waiting))).code, 0, 'admitted by the first pass')
    for (const id of [admitted, waiting])
      assert.notEqual((await open.job(id)).state, 'pending', `job ${id} was started by it`)
    assert.equal((await as('resume', String(running))).code, 0)
    writeFileSync(join(HOME, 'end'), '')
    for (const id of [admitted, waiting, running]) await passesUntil(id, 'done')
    assert.equal((await as('logs', String(running))).stdout, 'ended\n')
    await open.until('no container is left', async () => {
      await pass()
      return containersOf(open.cluster).length === 0 ? true : null
    })
  })
})
