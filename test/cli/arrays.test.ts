/** Arrays at the command line: one line of `stat`, and tasks named by every command. */
import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {jobId} from '../../src/core/brand.js'
import {siteForEach, type TestSite} from '../support/site.js'

const FOREVER = 'FAKE_SECONDS=forever'

const submit = async (site: TestSite, range: string, ...env: readonly string[]): Promise<void> => {
  const vars = env.flatMap(word => ['-E', word])
  const {code, stderr} = await site.here(['submit', '-a', range, ...vars, '--', 'true'])
  assert.deepEqual([stderr, code], ['', 0])
}

describe('an array at the command line', () => {
  const held = siteForEach()
  const states = async (selector: string): Promise<string> =>
    (await held.site.here(['stat', selector, '-o', 'id,state'])).stdout.replaceAll('\t', ' ').trim()

  it('is one line, before it is admitted, while it runs and after', async () => {
    const {site} = held
    await submit(site, '0-9%3', FOREVER)
    const line = async (): Promise<string> =>
      (await site.here(['stat', '-o', 'id,state,where'])).stdout.trim()
    assert.equal(await line(), '1[0-9%3]\tpending\t10 pending (no scheduler has taken the request yet)')
    await site.pass()
    assert.equal(
      await line(),
      '1[0-9%3]\trunning\t7 pending, 3 running (its limit of 3 tasks at once is reached)',
    )
    assert.equal((await site.here(['stat', '-Q'])).stdout, '1\n')
    await site.here(['kill', '1'])
    await site.pass()
    await site.pass()
    assert.equal(await states('1'), '1[0-9%3] killed')
  })

  it('tells its counts in JSON, and a task its number', async () => {
    const {site} = held
    await submit(site, '1-9:2', FOREVER)
    await site.pass()
    const {jobs} = await site.json<{jobs: readonly Record<string, unknown>[]}>(['stat', '1'])
    assert.deepEqual(jobs[0]?.array, {
      range: '1-9:2',
      limit: null,
      pending: 1,
      running: 4,
      done: 0,
      failed: 0,
      killed: 0,
      held: 0,
    })
    const tasks = await site.json<{jobs: readonly Record<string, unknown>[]}>(['stat', '1_3-7'])
    assert.deepEqual(
      tasks.jobs.map(({id, task, state, array}) => [id, task, state, array]),
      [3, 5, 7].map(task => [1, task, 'running', undefined]),
    )
  })

  it('shows its tasks where they are named, in either spelling', async () => {
    const {site} = held
    await submit(site, '0-9', FOREVER)
    await site.pass()
    assert.equal(await states('1[2-4]'), '1[2] running\n1[3] running\n1[4] pending')
    assert.equal(await states('1_2-4'), await states('1[2-4]'))
    assert.equal(await states('1_9'), '1[9] pending')
    const {stderr, code} = await site.here(['stat', '1[20]'])
    assert.deepEqual([stderr.trim(), code], ['god: job 1 has no task 20. Its tasks: 0-9.', 3])
    assert.equal((await site.here(['stat', '1[3-']))?.code, 2)
  })

  it('that has no such task says so to every verb: before it is admitted, while it runs and after', async () => {
    const {site} = held
    const verbs = [
      ['kill'],
      ['suspend'],
      ['resume'],
      ['hold'],
      ['release'],
      ['requeue'],
      ['update', '-p', '1'],
    ]
    const refuses = async (): Promise<void> => {
      for (const verb of verbs) {
        const {stdout, stderr, code} = await site.here([...verb, '1[9]'])
        assert.deepEqual([stdout, stderr, code], ['', 'god: job 1 has no task 9. Its tasks: 0-2.\n', 3])
      }
    }
    await submit(site, '0-2', FOREVER)
    await refuses()
    await site.pass()
    await refuses()
    await site.here(['kill', '1'])
    await site.pass()
    await site.pass()
    await refuses()
  })

  it('is asked for the tasks that it has, and each other one is told of', async () => {
    const {site} = held
    await submit(site, '0-3', FOREVER)
    await site.pass()
    for (const words of [['1[2,8]'], ['1[2]', '1[8]'], ['1_1-2,8']]) {
      const {stderr, code} = await site.here(['kill', '--dry-run', ...words])
      assert.deepEqual([stderr, code], ['god: job 1 has no task 8. Its tasks: 0-3.\n', 3], words.join(' '))
    }
    const {stdout, stderr, code} = await site.here(['kill', '1[2,8]'])
    assert.deepEqual(
      [stdout, stderr, code],
      ['job 1[2]: kill requested\n', 'god: job 1 has no task 8. Its tasks: 0-3.\n', 3],
    )
    assert.equal((await site.here(['kill', '1[3-8]'])).code, 0)
    const other = await site.here(['stat', '1[0,8]', '-Q'])
    assert.deepEqual([other.stdout, other.code], ['1[0]\n', 3])
  })

  it('is killed, held and released in part', async () => {
    const {site} = held
    await submit(site, '0-9', FOREVER)
    await site.pass()
    assert.equal((await site.here(['kill', '1[2-3]', '1_9'])).stdout, 'job 1[2-3,9]: kill requested\n')
    assert.equal((await site.here(['hold', '1[5]'])).stdout, 'job 1[5]: hold requested\n')
    for (let i = 0; i < 3; i++) await site.pass()
    assert.equal(
      (await states('1[0-9]')).replaceAll(/1\[|\]/g, ''),
      [
        '0 running',
        '1 running',
        '2 killed',
        '3 killed',
        '4 running',
        '5 held',
        '6 running',
        '7 pending',
        '8 pending',
        '9 killed',
      ].join('\n'),
    )
    assert.equal((await site.here(['hold', '1[5]'])).stdout, 'job 1[5]: is held already\n')
    const {stderr, code} = await site.here(['suspend', '1[9]'])
    assert.deepEqual(
      [stderr.trim(), code],
      ["god: these tasks of job 1 cannot be suspended: none of it runs. See 'god stat 1'.", 5],
    )
  })

  it('has an output for each task', async () => {
    const {site} = held
    await submit(site, '0-3', FOREVER)
    await site.pass()
    const folder = site.layout.workOf(site.open().uid, `${jobId(1)}[2]`)
    writeFileSync(join(folder, 'god.log'), 'from task 2\n')
    assert.equal((await site.here(['logs', '1[2]'])).stdout, 'from task 2\n')
    const {stderr, code} = await site.here(['logs', '1'])
    assert.match(stderr, /job 1 is an array; its tasks have an output each[\s\S]*god logs 1\[0\]/)
    assert.equal(code, 2)
    assert.match((await site.here(['show', '1_2'])).stdout, /output +.*\/1\/2\/god\.log/)
  })

  it('shows the whole of it, of a task all that is known', async () => {
    const {site} = held
    await submit(site, '0-5', 'FAKE_EXIT=3')
    for (let i = 0; i < 4; i++) await site.pass()
    const all = (await site.here(['show', '1'])).stdout
    assert.match(all, /^job +1\[0-5\] true$/m)
    assert.match(all, /^tasks +6 failed$/m)
    assert.match(all, /^exit +3$/m)
    const one = (await site.here(['show', '1[4]'])).stdout
    assert.match(one, /^job +1\[4\] true$/m)
    assert.match(one, /^exit +3$/m)
    const {revisions} = await site.json<{revisions: readonly {state: string}[]}>(['history', '1[4]'])
    assert.deepEqual(
      revisions.map(({state}) => state),
      ['pending', 'starting', 'failed'],
    )
  })

  it('is waited for as a whole, or a task of it', async () => {
    const {site} = held
    await submit(site, '0-1', 'FAKE_EXIT=3')
    for (let i = 0; i < 4; i++) await site.pass()
    assert.deepEqual(
      (await site.here(['wait', '1[1]'])).stderr.trim(),
      'job 1[1] (true): failed, exit code 3',
    )
    const {stderr, code} = await site.here(['wait', '1'])
    assert.deepEqual([stderr.trim(), code], ['job 1 (true): failed, exit code 3', 3])
  })

  it('is refused with a range that is none, before anything is queued', async () => {
    const {site} = held
    const {stderr, code} = await site.here(['submit', '-a', '9-1', '--', 'true'])
    assert.match(stderr, /'9-1' is no range of an array: 9-1 ends before it begins/)
    assert.equal(code, 2)
    assert.equal((await site.here(['submit', '-n', '-a', '1:10:4', '--', 'true'])).code, 0)
  })
})
