/** A site of many users on a real engine: two accounts that every Debian has submit, root serves. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {statSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {NOT_FOR_OTHERS, othersMayRun} from '../support/accounts.js'
import {BIN, type Ran, run} from '../support/god.js'
import {containersOf, ENGINE, hasEngine, openRealSite, type RealSite} from '../support/real-site.js'
import {NO_ENGINE, skip} from '../support/skip.js'

/** `daemon` and `bin`. */
const [ANN, BOB] = [1, 2]

describe('a site of many users on a real engine', function () {
  this.timeout(120_000)
  let site: RealSite | null = null
  before(async function () {
    if (!hasEngine) skip(this, NO_ENGINE)
    if (!othersMayRun()) skip(this, NOT_FOR_OTHERS)
    site = await openRealSite('docker', {}, ENGINE, ['--multi-user'])
  })
  after(() => site?.close())

  const become = (user: number): string[] => [`--reuid=${user}`, `--regid=${user}`, '--clear-groups']
  const as = ({dir}: RealSite, user: number, ...args: readonly string[]): Promise<Ran> =>
    run('setpriv', [...become(user), process.execPath, BIN, ...args], {
      cwd: dirname(dir),
      env: {HOME: '/nonexistent', NODE_V8_COVERAGE: '', GOD_SHARED_DIR: dir},
    }).done

  /** What waits in a drop folder its owner alone can see. */
  const reaches = async (open: RealSite, id: number, state: string): Promise<void> => {
    await open.until(`job ${id} is admitted`, async () =>
      (await open.god('show', String(id))).code === 0 ? true : null,
    )
    await open.reaches(id, state)
  }

  it('runs the jobs of each under his own uid and gid, and shows what they wrote to him alone', async () => {
    assert.ok(site !== null)
    const open = site
    const command = ['-m', '32M', '--', 'sh', '-c', 'id -u; id -g; id -G; echo x >made']
    const ids = [ANN, BOB].map(user => [user, user === ANN ? 1 : 2] as const)
    for (const [user, id] of ids)
      assert.equal((await as(open, user, 'submit', '--parsable', ...command)).stdout, `${id}\n`)
    open.start('watch')
    for (const [user, id] of ids) {
      await reaches(open, id, 'done')
      assert.equal((await as(open, user, 'logs', String(id))).stdout, `${user}\n${user}\n${user}\n`)
      const other = user === ANN ? BOB : ANN
      assert.deepEqual([(await as(open, other, 'logs', String(id))).code], [4])
      const work = join(open.dir, 'work', `u${user}`, String(id))
      for (const path of [work, join(work, 'made'), join(work, 'god.log')])
        assert.deepEqual([statSync(path).uid, statSync(path).gid], [user, user], path)
      assert.notEqual(spawnSync('setpriv', [...become(other), 'ls', work]).status, 0)
    }
    await open.until('their containers are gone', () =>
      containersOf(open.cluster).length === 0 ? true : null,
    )
  })

  it('lets nobody else suspend or kill a container', async () => {
    assert.ok(site !== null)
    const open = site
    const {stdout} = await as(open, ANN, 'submit', '--parsable', '-m', '32M', '--', 'sleep', '60')
    const id = Number(stdout)
    await reaches(open, id, 'running')
    for (const verb of ['suspend', 'kill', 'hold'])
      assert.equal((await as(open, BOB, verb, String(id))).code, 4, verb)
    assert.equal((await open.job(id)).state, 'running')
    assert.equal((await as(open, ANN, 'kill', String(id))).code, 0)
    await reaches(open, id, 'killed')
  })
})
