/** A site of many users, with real processes of two accounts, and root as the service. */
import assert from 'node:assert/strict'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {jobId, uid} from '../../src/core/brand.js'
import {BIN, run} from '../support/god.js'
import {ANN, BOB, manySiteForEach} from '../support/many-site.js'

describe('a site of many users (needs root)', () => {
  const held = manySiteForEach()

  it('takes the jobs of each under his own name, whoever he says he is', async () => {
    const {site} = held
    assert.equal((await site.as(ANN, 'submit', '--', 'echo', 'a')).stdout, 'Submitted job 1\n')
    assert.equal(
      (await site.as(BOB, 'submit', '-E', 'FAKE_SECONDS=forever', '--', 'b')).stdout,
      'Submitted job 2\n',
    )
    await site.pass()
    for (const user of [ANN, BOB])
      assert.deepEqual(await site.states(user), [
        [1, 'daemon', 'done'],
        [2, 'bin', 'running'],
      ])
  })

  it('takes a kill from the owner of a job and from root, and from nobody else', async () => {
    const {site} = held
    for (let i = 0; i < 2; i++) await site.as(ANN, 'submit', '-E', 'FAKE_SECONDS=forever', '--', 'sleep', '1')
    await site.pass()
    const {stderr, code} = await site.as(BOB, 'kill', '1')
    assert.match(stderr, /job 1/)
    assert.equal(code, 4)
    await site.pass()
    assert.deepEqual(
      (await site.states(BOB)).map(([, , state]) => state),
      ['running', 'running'],
    )
    assert.equal((await site.as(ANN, 'kill', '1')).code, 0)
    assert.equal((await site.asRoot('kill', '2')).code, 0)
    await site.pass()
    assert.deepEqual(
      (await site.states(BOB)).map(([, , state]) => state),
      ['killed', 'killed'],
    )
  })

  it('shows root a job of somebody that was refused after its id was told, and others nothing of it', async () => {
    const {site} = held
    assert.equal((await site.as(ANN, 'submit', '-c', '2', '--', 'true')).code, 0)
    appendFileSync(site.layout.config, 'max_cpu = 1\n')
    await site.pass()
    for (const [who, shown] of [
      [await site.as(ANN, 'show', '1'), /^user +daemon/m],
      [await site.asRoot('show', '1'), /^user +u1 /m],
    ] as const) {
      assert.match(who.stdout, /^state +refused: the job asks for 2 cpus; the site allows 1$/m)
      assert.match(who.stdout, shown)
    }
    const {code, stderr} = await site.as(BOB, 'show', '1')
    assert.deepEqual([code, /no such job|there is no job 1/.test(stderr)], [3, true], stderr)
  })

  it('examines itself for a user too, and says what it did not look at and why', async () => {
    const {site} = held
    await site.as(ANN, 'submit', '--', 'true')
    await site.pass()
    const {stdout, stderr, code} = await site.as(ANN, 'doctor')
    assert.deepEqual([stderr, code], ['', 0])
    assert.match(
      stdout,
      /^warn +service +not looked at, for the site is served by uid 0 and this is uid 1: the engine, accounts, .*\n +Ask the operator to run 'god doctor' as uid 0\.$/m,
    )
    for (const check of ['config', 'halt', 'nodes', 'requests', 'access', 'records'])
      assert.match(stdout, RegExp(`^ok +${check} `, 'm'))
    assert.match(stdout, /1 live job can be read/)
    assert.deepEqual(JSON.parse((await site.as(ANN, 'doctor', '--json')).stdout).healthy, true)
    writeFileSync(site.layout.halt, 'a disk\n')
    const halted = await site.as(ANN, 'doctor')
    assert.equal(halted.code, 1)
    assert.match(halted.stdout, /^FAIL +halt +HALT is set: a disk$/m)
  })

  it('shows the command of a job to its owner alone: waiting, admitted, started, and of an array', async () => {
    const {site} = held
    const {layout} = site
    await site.as(ANN, 'submit', '-H', '--', 'echo', 'secret')
    assert.match((await site.as(ANN, 'show', '1')).stdout, /^command +echo secret$/m)
    await site.pass()
    await site.as(ANN, 'release', '1')
    assert.match((await site.as(ANN, 'show', '1')).stdout, /^command +echo secret$/m, 'held')
    await site.pass()
    await site.as(ANN, 'submit', '-a', '1-2', '-E', 'FAKE_SECONDS=forever', '--', 'echo', 'tasks')
    await site.pass()
    assert.match((await site.as(ANN, 'show', '1')).stdout, /^command +echo secret$/m)
    assert.match((await site.as(ANN, 'show', '2')).stdout, /^command +echo tasks$/m)
    for (const id of ['1', '2'])
      assert.doesNotMatch((await site.as(BOB, 'show', id)).stdout, /secret|echo tasks|^command/m)
    const spec = layout.spec(jobId(1))
    const copy = layout.specCopy(uid(ANN), jobId(1))
    assert.equal(readFileSync(copy, 'utf8'), readFileSync(spec, 'utf8'))
    for (const path of [spec, copy]) assert.notEqual(site.tries(BOB, 'cat', path), 0, path)
    assert.notEqual(site.tries(ANN, 'cat', spec), 0)
    const parent = lstatSync(join(layout.work, `u${ANN}`, '2'))
    assert.deepEqual(
      [parent.uid, parent.mode & 0o777],
      [0, 0o755],
      'the parent of what tasks mount is nobody else’s',
    )
  })

  it('says whose an output is to who may not read it', async () => {
    const {site} = held
    await site.as(ANN, 'submit', '--', 'echo', 'x')
    await site.pass()
    assert.deepEqual(await site.as(BOB, 'logs', '1'), {
      stdout: '',
      stderr: 'god: the output of job 1 is read by daemon and root alone. Ask daemon.\n',
      code: 4,
    })
    assert.equal((await site.as(ANN, 'logs', '1')).code, 0)
  })

  it('shows a job whose copy its owner has removed, and says that its command is lost to him', async () => {
    const {site} = held
    const {layout} = site
    await site.as(ANN, 'submit', '-H', '--', 'echo', 'x')
    await site.pass()
    rmSync(layout.specCopy(uid(ANN), jobId(1)))
    const {stdout, code} = await site.as(ANN, 'show', '1')
    assert.match(stdout, /^command +cannot be told: its private spec is lost/m)
    assert.equal(code, 0)
    await site.as(ANN, 'release', '1')
    await site.pass()
    assert.match((await site.as(ANN, 'show', '1')).stdout, /^command +echo x$/m, 'written again at the start')
  })

  it('T16, T17: lets nobody list or take away what others have dropped', async () => {
    const {site} = held
    const {layout} = site
    await site.as(ANN, 'submit', '--', 'echo', 'x')
    const drop = layout.dropFolder(uid(ANN))
    const [name = ''] = readdirSync(drop)
    const tries = [
      ['ls', layout.inbox],
      ['ls', drop],
      ['ls', layout.ids],
      ['cat', join(drop, name)],
      ['rm', '-f', join(drop, name)],
      ['mv', drop, join(layout.inbox, 'u9')],
      ['rm', '-f', join(layout.ids, '1')],
      ['touch', join(layout.live, 'x')],
      ['touch', join(layout.locks, 'x')],
      ['touch', join(layout.nodes, 'x')],
      ['touch', join(layout.root, 'HALT')],
    ]
    for (const words of tries) assert.notEqual(site.tries(BOB, ...words), 0, words.join(' '))
    assert.ok(existsSync(join(drop, name)))
    await site.pass()
    assert.deepEqual(await site.states(BOB), [[1, 'daemon', 'done']])
  })

  it('is not served by somebody else, nor while others could change it', async () => {
    const {site} = held
    const {layout} = site
    const {stderr, code} = await site.as(ANN, 'schedule')
    assert.match(stderr, /belongs to uid 0; you are uid 1\. Passes are run by the account that it belongs to/)
    assert.equal(code, 4)
    chmodSync(layout.nodes, 0o777)
    const loose = await site.asRoot('watch', '--once')
    assert.match(loose.stderr, /nodes has mode 0777, not 0755\. Close it: chmod 0755 /)
    assert.equal(loose.code, 1)
    assert.match((await site.asRoot('fsck', '--repair')).stdout, /nodes: its mode is 0777, not 0755/)
    await site.pass()
  })

  it('is open to its users whatever the umask of its service is', async () => {
    const {site} = held
    await site.as(ANN, 'submit', '--', 'echo', 'x')
    const service = `umask 077; '${process.execPath}' '${BIN}' schedule && '${process.execPath}' '${BIN}' watch --once`
    const ran = await run('sh', ['-c', service], {env: {GOD_SHARED_DIR: site.dir}}).done
    assert.deepEqual(ran, {stdout: '', stderr: '', code: 0})
    assert.deepEqual(await site.states(BOB), [[1, 'daemon', 'done']])
    assert.match((await site.as(ANN, 'show', '1')).stdout, /^command +echo x$/m)
  })

  it('is mended by fsck: a folder that is missing is open to those to whom it was', async () => {
    const {site} = held
    const {layout} = site
    for (const folder of [layout.inbox, layout.ids, layout.index]) rmSync(folder, {recursive: true})
    assert.match((await site.asRoot('fsck', '--repair')).stdout, /inbox: it is not there/)
    assert.deepEqual(
      [layout.inbox, layout.ids].map(folder => lstatSync(folder).mode & 0o7777),
      [0o3733, 0o1733],
    )
    await site.as(ANN, 'submit', '--', 'echo', 'x')
    await site.pass()
    assert.deepEqual(await site.states(BOB), [[1, 'daemon', 'done']])
    assert.equal((await site.asRoot('fsck')).code, 0)
  })

  it('is named by its real path: what a link leads to is not looked at', async () => {
    const {site} = held
    symlinkSync(site.folder, join(site.folder, 'link'))
    const {stderr, code} = await site.asRoot('schedule', '--dir', join(site.folder, 'link', 'site'))
    assert.match(
      stderr,
      /link is a link, and the shared directory is below it\. Name the directory by its real path/,
    )
    assert.equal(code, 1)
  })

  it('is made by root alone, and never of a folder that others use', async () => {
    const {site} = held
    const other = join(site.folder, 'other')
    mkdirSync(other)
    chownSync(other, ANN, ANN)
    const no = await site.as(ANN, 'init', join(other, 'x'), '--executor', 'fake', '--multi-user')
    assert.match(no.stderr, /is made by root; you are uid 1\. Run it as root/)
    assert.equal(no.code, 4)
    const init = (dir: string) => site.asRoot('init', dir, '--executor', 'fake', '--multi-user')
    const below = await init(join(other, 'x'))
    assert.match(below.stderr, /other belongs to uid 1, and the shared directory is below it/)
    const drop = join(site.folder, 'drop')
    mkdirSync(drop)
    chmodSync(drop, 0o1777)
    const open = await init(drop)
    assert.match(open.stderr, /drop is there already, with mode 1777 and owner 0/)
    assert.deepEqual([below.code, open.code, lstatSync(drop).mode & 0o7777], [1, 1, 0o1777])
    assert.deepEqual([readdirSync(drop), readdirSync(other)], [[], []])
  })

  it('takes the requests of its operators for the jobs of everybody, and shows them no spec', async () => {
    const {site} = held
    const {layout} = site
    await site.as(ANN, 'submit', '-E', 'FAKE_SECONDS=forever', '--', 'echo', 'secret')
    await site.pass()
    assert.equal((await site.as(BOB, 'suspend', '1')).code, 4)
    appendFileSync(layout.config, 'operators = bin\n')
    assert.equal((await site.as(BOB, 'suspend', '1')).code, 0)
    await site.pass()
    assert.deepEqual(await site.states(ANN), [[1, 'daemon', 'suspended']])
    assert.doesNotMatch((await site.as(BOB, 'show', '1')).stdout, /secret/)
    assert.equal((await site.as(BOB, 'kill', '1')).code, 0)
    await site.pass()
    assert.deepEqual(await site.states(ANN), [[1, 'daemon', 'killed']])
  })
})
