/**
 * The life of a plugin of somebody else's, with the real commands in processes of their own and no network: its
 * tarball is installed into an empty home, it orders a queue, and is missed when it is gone.
 */
import assert from 'node:assert/strict'
import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {packPlugin, SHORTEST} from '../../support/fixture-plugin.js'
import {siteForEach} from '../../support/site.js'

/** A registry that nobody answers for: what asks it fails. */
const OFFLINE = {npm_config_offline: 'true', npm_config_registry: 'http://127.0.0.1:9/'}

const CONFIG = [
  'executor = fake',
  'default_images = busybox:local',
  'node_name = n1',
  // Room for one job at a time, so that their order is seen.
  '[plugin.fake]',
  'node_cpus = 1000',
]

describe('a scheduler of somebody else', function () {
  this.timeout(240_000)
  const held = siteForEach({config: CONFIG.slice(3)})

  const god = (...args: readonly string[]) => held.site.god(args, {env: OFFLINE})
  const configured = (policy: string): void =>
    held.site.configure([`scheduler_policy = ${policy}`, ...CONFIG])
  const submit = async (time: string): Promise<number> => {
    const {stdout, stderr, code} = await god('submit', '--parsable', '-c', '1', '-t', time, '--', 'true')
    assert.equal(code, 0, stderr)
    return Number(stdout)
  }
  /** Which job each of that many turns of cron starts. */
  const started = async (turns: number): Promise<readonly number[]> => {
    const ids: number[] = []
    for (let turn = 0; turn < turns; turn++) {
      const {stdout, stderr, code} = await god('schedule', '--json')
      assert.equal(code, 0, stderr)
      ids.push(...JSON.parse(stdout).started)
      assert.equal((await god('watch', '--once')).code, 0)
    }
    return ids
  }

  it('is installed from its tarball, orders the queue, and is named when it is missing', async () => {
    const {site} = held
    packPlugin(site.work)
    const place = join(site.folder, '.local/share/god')
    assert.equal(existsSync(place), false)

    configured('shortest')
    const missing = await god('schedule')
    assert.deepEqual([missing.stdout, missing.code], ['', 1])
    assert.equal(
      missing.stderr,
      "god: no scheduler plugin provides 'shortest'; there are: fifo, fairshare. Install it (god plugins install " +
        'god-scheduler-shortest, by custom) or correct scheduler_policy.\n',
    )

    const [tarball = ''] = readdirSync(site.work)
    assert.deepEqual(await god('plugins', 'install', `./${tarball}`), {
      stdout: `Installed ${SHORTEST} 1.0.0: scheduler shortest\n`,
      stderr: '',
      code: 0,
    })
    assert.ok(existsSync(join(place, 'node_modules', SHORTEST, 'index.js')))

    const [long, short, middle] = [await submit('3h'), await submit('1h'), await submit('2h')]
    assert.deepEqual(await started(3), [short, middle, long])

    assert.deepEqual(await god('plugins', 'uninstall', SHORTEST), {
      stdout: `Uninstalled ${SHORTEST}\n`,
      stderr: '',
      code: 0,
    })
    assert.deepEqual(await god('schedule'), missing)
    assert.equal(existsSync(join(place, 'node_modules', SHORTEST)), false)
  })

  it('takes its options from its section, and a wrong one is named with its line before any job moves', async () => {
    const {site} = held
    packPlugin(site.work)
    await god('plugins', 'install', `./${SHORTEST}-1.0.0.tgz`)
    const options = (line: string): void =>
      site.configure(['scheduler_policy = shortest', ...CONFIG, '[plugin.shortest]', line])
    await submit('2h')
    const {stdout} = await god('submit', '--parsable', '-c', '1', '--', 'true')
    const unlimited = Number(stdout)

    options('unlimitd = 60')
    const {stderr, code} = await god('schedule')
    assert.equal(code, 1)
    assert.equal(
      stderr,
      `god: ${site.layout.config}:8: shortest takes no option 'unlimitd'. Did you mean unlimited?\n`,
    )
    assert.equal((await site.json(['stat'])).jobs[0]?.state, 'pending')

    options('unlimited = 60')
    assert.deepEqual(await started(1), [unlimited])
  })

  it('is linked from the folder in which it is written, and what is changed there is in force', async () => {
    const {site} = held
    const folder = join(site.work, SHORTEST)
    const {copyPlugin} = await import('../../support/fixture-plugin.js')
    copyPlugin(site.work)
    const linked = await god('plugins', 'link', folder)
    assert.deepEqual(linked, {
      stdout: `Linked ${SHORTEST} 1.0.0: scheduler shortest\n`,
      stderr: '',
      code: 0,
    })
    configured('shortest')
    const [long, short] = [await submit('3h'), await submit('1h')]
    assert.deepEqual(await started(1), [short])
    const {writeFileSync} = await import('node:fs')
    writeFileSync(
      join(folder, 'index.js'),
      'export default () => ({order: jobs => jobs.map(job => job.id).sort((a, b) => b - a)})',
    )
    const last = await submit('9h')
    assert.deepEqual(await started(2), [last, long])
    assert.equal((await god('plugins', 'unlink', SHORTEST)).code, 0)
    assert.ok(existsSync(join(folder, 'index.js')))
    assert.equal((await god('schedule')).code, 1)
  })
})
