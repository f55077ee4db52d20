/**
 * Jobs that are root in their container, on a real engine, with two accounts of the host: one who may have them and is up to
 * no good, and one who may not. What root can do inside, what neither can reach outside, and what is left when it has ended.
 */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {dirname, join} from 'node:path'
import {canMakeAccounts, type HostAccount, makeAccount} from '../support/accounts.js'
import {BIN, type Ran} from '../support/god.js'
import {
  containersOf,
  ENGINE,
  engineGet,
  hasEngine,
  openRealSite,
  type RealSite,
} from '../support/real-site.js'
import {NO_ENGINE, skip} from '../support/skip.js'

/** Below root alone, as a volume must be. */
const VOLUME = '/srv/god-test-root-volume'

describe('jobs that are root in their container, on a real engine', function () {
  this.timeout(240_000)
  let open: RealSite
  let rita: HostAccount
  let bert: HostAccount
  const undo: (() => void)[] = []

  before(async function () {
    if (!hasEngine || !canMakeAccounts()) skip(this, `${NO_ENGINE}, and accounts that can be made`)
    rita = makeAccount('god-t-rita')
    undo.push(() => rita.remove())
    bert = makeAccount('god-t-bert')
    undo.push(() => bert.remove())
    for (const name of ['refs', 'users']) mkdirSync(join(VOLUME, name), {recursive: true})
    undo.push(() => rmSync(VOLUME, {recursive: true, force: true}))
    chmodSync(join(VOLUME, 'users'), 0o1777)
    writeFileSync(join(VOLUME, 'refs', 'words'), 'of the site\n')
    open = await openRealSite('docker', {}, ENGINE, ['--multi-user'])
    appendFileSync(
      join(open.dir, 'go-d.ini'),
      [
        ...['allow_root = god-t-rita', 'auth_cache = 1s'],
        ...['[volume.refs]', `path = ${VOLUME}/refs`, 'mount = /refs', 'acl = rw', 'users = *', 'root = yes'],
        ...['[volume.users]', `path = ${VOLUME}/users`, 'mount = /users', 'acl = rw', 'users = *'],
        ...['[volume.wrong]', `path = ${VOLUME}/users`, 'mount = /users', 'users = *', 'root = yes', ''],
      ].join('\n'),
    )
    open.start('watch')
  })
  after(async () => {
    await open?.close()
    for (const act of undo.reverse()) act()
  })

  const as = (who: HostAccount, words: string): Promise<Ran> =>
    who.shell(`GOD_SHARED_DIR=${open.dir} ${process.execPath} ${BIN} ${words}`)
  /** By a shell of his own: `setpriv` itself still has root's rights when it looks for its program. */
  const tries = (who: HostAccount, ...words: readonly string[]): number | null =>
    spawnSync('setpriv', [
      ...[`--reuid=${who.uid}`, `--regid=${who.gid}`, '--clear-groups'],
      ...['sh', '-c', 'exec "$@"', 'sh', ...words],
    ]).status
  const submitted = async (who: HostAccount, words: string): Promise<number> => {
    const {stdout, stderr, code} = await as(who, `submit --parsable -m 32M -c 0.25 ${words}`)
    assert.equal(code, 0, stderr)
    const id = Number(stdout)
    await open.until(`job ${id} is admitted`, async () =>
      (await open.god('show', String(id))).code === 0 ? true : null,
    )
    return id
  }
  const output = async (words: string): Promise<string> => {
    const id = await submitted(rita, `--root ${words}`)
    await open.reaches(id, 'done')
    const {stdout, stderr, code} = await as(rita, `logs ${id}`)
    assert.equal(code, 0, stderr)
    return stdout
  }
  const folderOf = (id: number): string =>
    join(open.dir, 'work', `u${rita.uid}`, String(id), 'attempt.1', 'files')

  it('T30: are for those whom the operator names, and others are told who may', async () => {
    const no = await as(bert, 'submit --root -- id')
    assert.equal(no.code, 6)
    assert.match(no.stderr, /god-t-bert may not be root in a container here: allow_root names god-t-rita/)
    assert.equal(JSON.parse((await as(bert, 'submit --root --json -- id')).stdout || '{}').id, undefined)
    assert.match((await as(rita, 'whoami')).stdout, /^root +in a container, with --root$/m)
    assert.doesNotMatch((await as(bert, 'whoami')).stdout, /^root/m)
  })

  it('T30: are refused by the service too, whatever a request says', async () => {
    // What his own command looks at he can set; the service's not.
    const lied = await bert.shell(
      `GOD_ALLOW_ROOT=god-t-bert GOD_SHARED_DIR=${open.dir} ${process.execPath} ${BIN} submit --parsable --root -- id`,
    )
    assert.equal(lied.code, 0, lied.stderr)
    const id = Number(lied.stdout)
    const {stdout} = await open.until('it is refused', async () => {
      const shown = await as(bert, `show ${id} --json`)
      return shown.code === 0 && JSON.parse(shown.stdout).state === 'refused' ? shown : null
    })
    assert.equal(JSON.parse(stdout).reason.code, 'E_ROOT_REFUSED')
  })

  it('are uid 0 inside, with the rights to install and no others', async () => {
    const text = await output(
      `-- sh -c 'exec 2>&1; id -u; id -g; whoami; echo $HOME; grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; ` +
        `touch /etc/made; chown 5:6 /etc/made; stat -c %u:%g /etc/made; echo x:x:77:77::/:/bin/sh >> /etc/passwd; ` +
        `su x -c id; mknod /tmp/disk b 8 0; chroot / true; ls /home /root/.ssh; true'`,
    )
    const lines = text.split('\n')
    assert.deepEqual(lines.slice(0, 4), ['0', '0', 'root', '/mnt/go-docker'])
    assert.match(text, /^CapEff:\s0{15}b$/m)
    assert.match(text, /^CapBnd:\s0{15}b$/m)
    assert.match(text, /^NoNewPrivs:\s1$/m)
    assert.match(text, /^Seccomp:\s2$/m)
    assert.match(text, /^5:6$/m)
    assert.doesNotMatch(text, /uid=77/)
  })

  it('T39: leave a setuid program in their directory that nobody of the host can run, then or later', async () => {
    const id = await submitted(
      rita,
      `--root -- sh -c 'cp /god/bin/busybox sh; cp sh other; chown ${bert.uid}:${bert.gid} other; chmod 6755 sh other; ` +
        `mkdir deep; cp sh deep/sh; chmod 4755 deep/sh; chmod 777 . deep; ln -s /etc/shadow link; ln sh hard; mkfifo pipe; ` +
        `chmod 777 ..; echo made; touch ready; while [ ! -e stop ]; do sleep 0.2; done'`,
    )
    await open.reaches(id, 'running')
    const folder = folderOf(id)
    await open.until('it has made them', () => (existsSync(join(folder, 'ready')) ? true : null))
    assert.deepEqual(
      [statSync(join(folder, 'sh')).mode & 0o7777, statSync(join(folder, 'sh')).uid],
      [0o6755, 0],
    )
    for (const who of [rita, bert]) {
      assert.notEqual(tries(who, 'test', '-e', join(folder, 'sh')), 0)
      assert.notEqual(tries(who, join(folder, 'sh'), '-c', 'true'), 0)
      assert.notEqual(tries(who, 'ls', dirname(folder)), 0)
    }
    // Nor by the way of its processes: each of them is root's, whatever it does.
    const [container] = containersOf(open.cluster).filter(({Labels}) => Labels['god.job'] === String(id))
    const {Processes} = engineGet(`/containers/${container?.Id}/top?ps_args=-eo%20pid,uid`) as {
      Processes: string[][]
    }
    assert.ok(Processes.length > 0)
    for (const [pid, uid] of Processes) {
      assert.equal(uid, '0')
      assert.notEqual(tries(rita, 'ls', `/proc/${pid}/root/mnt/go-docker`), 0)
    }
    const early = await as(rita, `logs ${id}`)
    assert.equal(early.code, 4)
    assert.match(early.stderr, /is root in its container: nobody reads its output while it is there/)
    assert.match((await as(rita, `show ${id}`)).stdout, /^root +in its container$/m)

    const followed = as(rita, `logs -f ${id}`)
    writeFileSync(join(folder, 'stop'), '')
    await open.reaches(id, 'done')
    const late = await followed
    assert.deepEqual([late.code, late.stdout], [0, 'made\n'], late.stderr)
    for (const name of ['sh', 'other', 'hard', 'deep/sh', 'god.log', 'deep', '.']) {
      const {uid, gid, mode} = lstatSync(join(folder, name))
      assert.deepEqual([uid, gid, mode & 0o7000], [rita.uid, rita.gid, 0], name)
    }
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    assert.deepEqual([statSync('/etc/shadow').uid, statSync(dirname(folder)).uid], [0, 0])
    assert.notEqual(tries(bert, join(folder, 'sh'), '-c', 'true'), 0)
    const mine = await rita.shell(`${folder}/sh -c 'id -u'; cat ${folder}/god.log; rm -r ${folder}/deep`)
    assert.deepEqual([mine.code, mine.stdout], [0, `${rita.uid}\nmade\n`], mine.stderr)
    assert.equal((await as(bert, `logs ${id}`)).code, 4)
  })

  it('T30, T35: read the volumes that are opened to them, write none, and have no home', async () => {
    const text = await output(
      `-v refs -- sh -c 'exec 2>&1; cat /refs/words; touch /refs/x; chmod 4777 /refs/words; mkdir /refs/y; ls -A ${rita.home}; ls -A /mnt/home; true'`,
    )
    assert.match(text, /^of the site$/m)
    assert.equal(text.match(/Read-only file system/g)?.length, 3, text)
    assert.equal(text.match(/No such file or directory/g)?.length, 2, text)
    assert.ok(!existsSync(join(VOLUME, 'refs', 'x')))
    for (const [words, why] of [
      ['-v refs:rw', /the volume refs is for reading only for a job that is root inside/],
      ['-v users', /the volume users is not open to jobs that are root inside/],
    ] as const) {
      const no = await as(rita, `submit --root ${words} -- true`)
      assert.equal(no.code, 6)
      assert.match(no.stderr, why)
    }
  })

  it('T39: are not started with a volume that users write, whatever the configuration says of it', async () => {
    const id = await submitted(rita, '--root -v wrong -- true')
    const {reason} = await open.reaches(id, 'failed')
    assert.match(
      reason?.text ?? '',
      /may be written by others than root, who could hand folders of the host in/,
    )
  })

  it('are one for each task of an array, and for each attempt', async () => {
    const id = await submitted(rita, `--root -a 1-2 -- sh -c 'id -u; echo task $GODOCKER_TASK_ID'`)
    await open.until('both have ended', async () => ((await open.job(id)).state === 'done' ? true : null))
    for (const task of [1, 2]) {
      const {stdout, stderr} = await as(rita, `logs '${id}[${task}]'`)
      assert.equal(stdout, `0\ntask ${task}\n`, stderr)
    }
    const again = await submitted(rita, `--root -- sh -c 'echo attempt $GOD_ATTEMPT; ls; sleep 60'`)
    await open.reaches(again, 'running')
    assert.equal((await as(rita, `requeue ${again}`)).code, 0)
    await open.until('it runs again', async () => {
      const {state, attempt} = await open.job(again)
      return state === 'running' && attempt === 2 ? true : null
    })
    assert.equal(statSync(join(folderOf(again), 'god.log')).uid, rita.uid)
    assert.equal((await as(rita, `kill -f ${again}`)).code, 0)
    await open.reaches(again, 'killed')
  })
})
