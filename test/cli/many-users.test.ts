/** A site of many users, with real processes of two accounts that every Debian has, and root as the service. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {chmodSync, existsSync, lstatSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {jobId, uid} from '../../src/core/brand.js'
import {type Layout, layoutOf} from '../../src/store/layout.js'
import {BIN, god, type Ran, run} from '../support/god.js'
import {temporaryFolder} from '../support/site.js'
import {skip} from '../support/skip.js'

/** `daemon` and `bin`: for us, ann and bob. */
const [ANN, BOB] = [1, 2]

const become = (user: number): string[] => [`--reuid=${user}`, `--regid=${user}`, '--clear-groups']

const canBecome = (): boolean => spawnSync('setpriv', [...become(ANN), 'test', '-r', BIN]).status === 0

describe('a site of many users (needs root)', () => {
  let folder = ''
  let dir = ''
  let layout: Layout
  before(function () {
    if (!canBecome()) skip(this, 'only root can become another user')
  })
  beforeEach(async () => {
    folder = temporaryFolder()
    dir = join(folder, 'site')
    layout = layoutOf(dir)
    assert.equal((await god(['init', dir, '--executor', 'fake', '--multi-user'])).code, 0)
  })
  afterEach(() => rmSync(folder, {recursive: true, force: true}))

  const as = (user: number, ...args: readonly string[]): Promise<Ran> =>
    run('setpriv', [...become(user), process.execPath, BIN, ...args], {
      cwd: folder,
      env: {HOME: '/nonexistent', NODE_V8_COVERAGE: '', GOD_SHARED_DIR: dir},
    }).done
  const asRoot = (...args: readonly string[]): Promise<Ran> => god(args, {env: {GOD_SHARED_DIR: dir}})
  const pass = async (): Promise<void> => {
    for (const args of [['schedule'], ['watch', '--once']])
      assert.deepEqual(await asRoot(...args), {stdout: '', stderr: '', code: 0})
  }
  const states = async (user: number): Promise<readonly (readonly [number, string, string])[]> => {
    const {stdout} = await as(user, 'stat', '-a', '-t', 'all', '--json')
    const {jobs} = JSON.parse(stdout) as {jobs: {id: number; user: string; state: string}[]}
    return jobs.map(({id, user: name, state}) => [id, name, state])
  }

  it('takes the jobs of each under his own name, whoever he says he is', async () => {
    assert.equal((await as(ANN, 'submit', '--', 'echo', 'a')).stdout, 'Submitted job 1\n')
    assert.equal(
      (await as(BOB, 'submit', '-E', 'FAKE_SECONDS=forever', '--', 'b')).stdout,
      'Submitted job 2\n',
    )
    await pass()
    for (const user of [ANN, BOB])
      assert.deepEqual(await states(user), [
        [1, 'daemon', 'done'],
        [2, 'bin', 'running'],
      ])
  })

  it('takes a kill from the owner of a job and from root, and from nobody else', async () => {
    for (let i = 0; i < 2; i++) await as(ANN, 'submit', '-E', 'FAKE_SECONDS=forever', '--', 'sleep', '1')
    await pass()
    const {stderr, code} = await as(BOB, 'kill', '1')
    assert.match(stderr, /job 1/)
    assert.equal(code, 4)
    await pass()
    assert.deepEqual(
      (await states(BOB)).map(([, , state]) => state),
      ['running', 'running'],
    )
    assert.equal((await as(ANN, 'kill', '1')).code, 0)
    assert.equal((await asRoot('kill', '2')).code, 0)
    await pass()
    assert.deepEqual(
      (await states(BOB)).map(([, , state]) => state),
      ['killed', 'killed'],
    )
  })

  it('shows the command of a job to its owner alone: waiting, admitted, started, and of an array', async () => {
    await as(ANN, 'submit', '-H', '--', 'echo', 'secret')
    assert.match((await as(ANN, 'show', '1')).stdout, /^command +echo secret$/m)
    await pass()
    await as(ANN, 'release', '1')
    assert.match((await as(ANN, 'show', '1')).stdout, /^command +echo secret$/m, 'held')
    await pass()
    await as(ANN, 'submit', '-a', '1-2', '-E', 'FAKE_SECONDS=forever', '--', 'echo', 'tasks')
    await pass()
    assert.match((await as(ANN, 'show', '1')).stdout, /^command +echo secret$/m)
    assert.match((await as(ANN, 'show', '2')).stdout, /^command +echo tasks$/m)
    for (const id of ['1', '2'])
      assert.doesNotMatch((await as(BOB, 'show', id)).stdout, /secret|echo tasks|^command/m)
    const spec = layout.spec(jobId(1))
    const copy = layout.specCopy(uid(ANN), jobId(1))
    assert.equal(readFileSync(copy, 'utf8'), readFileSync(spec, 'utf8'))
    for (const path of [spec, copy])
      assert.notEqual(spawnSync('setpriv', [...become(BOB), 'cat', path]).status, 0, path)
    assert.notEqual(spawnSync('setpriv', [...become(ANN), 'cat', spec]).status, 0)
    const parent = lstatSync(join(layout.work, `u${ANN}`, '2'))
    assert.deepEqual(
      [parent.uid, parent.mode & 0o777],
      [0, 0o755],
      'the parent of what tasks mount is nobody else’s',
    )
  })

  it('shows a job whose copy its owner has removed, and says that its command is lost to him', async () => {
    await as(ANN, 'submit', '-H', '--', 'echo', 'x')
    await pass()
    rmSync(layout.specCopy(uid(ANN), jobId(1)))
    const {stdout, code} = await as(ANN, 'show', '1')
    assert.match(stdout, /^command +cannot be told: its private spec is lost/m)
    assert.equal(code, 0)
    await as(ANN, 'release', '1')
    await pass()
    assert.match((await as(ANN, 'show', '1')).stdout, /^command +echo x$/m, 'written again at the start')
  })

  it('lets nobody list or take away what others have dropped (T16, T17)', async () => {
    await as(ANN, 'submit', '--', 'echo', 'x')
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
    for (const words of tries)
      assert.notEqual(spawnSync('setpriv', [...become(BOB), ...words]).status, 0, words.join(' '))
    assert.ok(existsSync(join(drop, name)))
    await pass()
    assert.deepEqual(await states(BOB), [[1, 'daemon', 'done']])
  })

  it('is not served by somebody else, nor while others could change it', async () => {
    const {stderr, code} = await as(ANN, 'schedule')
    assert.match(stderr, /belongs to uid 0; you are uid 1\. Passes are run by the account that made it/)
    assert.equal(code, 4)
    chmodSync(layout.nodes, 0o777)
    const loose = await asRoot('watch', '--once')
    assert.match(loose.stderr, /nodes has mode 0777, not 0755\. Close it: chmod 0755 /)
    assert.equal(loose.code, 1)
    assert.match((await asRoot('fsck', '--repair')).stdout, /nodes: its mode is 0777, not 0755/)
    await pass()
  })
})
