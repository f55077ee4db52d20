/** `god simulate --live`: the present queue played forward, by its rules and by others. */
import assert from 'node:assert/strict'
import {readdirSync} from 'node:fs'
import {siteForEach} from '../support/site.js'

interface Start {
  readonly at: string
  readonly node: string
}

interface Live {
  readonly at: string
  readonly rules: {readonly present: object; readonly whatIf: object}
  readonly jobs: readonly {
    readonly id: number
    readonly user: string
    readonly present: Start | null
    readonly whatIf: Start | null
  }[]
}

const HOUR = 3_600_000

describe('god simulate --live', () => {
  const held = siteForEach()
  const submit = (...words: string[]) =>
    held.site.here(['submit', '-E', 'FAKE_SECONDS=forever', ...words, 'x'])

  /** On 4 cpus: 1 fits nowhere any more; 2 has 3 of them for an hour; 3 needs all, and 4, which nobody has admitted yet, would delay it. */
  const queue = async (): Promise<void> => {
    held.site.configure([...held.site.lines, '[plugin.fake]', 'node_cpus = 8000'])
    await submit('-H', '-c', '8')
    await held.site.pass()
    held.site.configure(held.site.lines)
    await held.site.here(['release', '1'])
    await submit('-c', '3', '-t', '1h')
    await held.site.pass()
    await submit('-c', '4', '-t', '2h')
    await held.site.pass()
    await submit('-c', '1', '-t', '4h')
  }

  const live = async (...words: string[]): Promise<Live> =>
    JSON.parse((await held.site.here(['simulate', '--live', '--json', ...words])).stdout)

  /** Hours from now, rounded. */
  const hours = ({at, jobs}: Live, side: 'present' | 'whatIf') =>
    Object.fromEntries(
      jobs.map(job => {
        const start = job[side]
        return [job.id, start === null ? null : Math.round((Date.parse(start.at) - Date.parse(at)) / HOUR)]
      }),
    )

  it('tells when each waiting job would start, and none that never would', async () => {
    await queue()
    const told = await live()
    assert.deepEqual(hours(told, 'present'), {1: null, 3: 1, 4: 3})
    assert.deepEqual(hours(told, 'whatIf'), hours(told, 'present'))
    assert.deepEqual(told.rules.present, {policy: 'fifo', backfill: 'easy', depth: 1, placement: 'pack'})
    assert.deepEqual([told.jobs[1]?.present?.node, told.jobs[1]?.user], ['n1', told.jobs[2]?.user])
  })

  it('tells what other rules would change, and what one job would gain that asked for less', async () => {
    await queue()
    const shorter = await live('--job', '4', '--time', '30m')
    assert.deepEqual(hours(shorter, 'present'), {1: null, 3: 1, 4: 3})
    assert.deepEqual(hours(shorter, 'whatIf'), {1: null, 3: 1, 4: 0})
    assert.deepEqual(hours(await live('--job', '3', '--cpus', '1'), 'whatIf'), {1: null, 3: 0, 4: 1})
    assert.deepEqual(
      hours(await live('--job', '3', '--cpus', '4', '--mem', '1G'), 'whatIf')[3] !== null,
      true,
    )
    await submit('-c', '1', '-t', '10m')
    const strict = await live('--backfill', 'none')
    assert.deepEqual([hours(strict, 'present')[5], hours(strict, 'whatIf')[5]], [0, 3])
    const {stdout} = await held.site.here(['simulate', '--live', '--job', '4', '--time', '30m'])
    assert.match(stdout, /^4\t\S+\t\S+\t\S+\t1\d{4}\tn1$/m)
  })

  it('counts every task of an array that may start', async () => {
    await submit('-c', '2', '-t', '1h')
    await held.site.pass()
    await submit('-c', '1', '-t', '1h', '-a', '0-4')
    await submit('-c', '1', '-t', '1h')
    assert.deepEqual(hours(await live(), 'present'), {2: 0, 3: 1})
  })

  it('expects jobs to run as long as the last two of their user, if asked', async () => {
    for (const _ of [1, 2])
      await held.site.here(['submit', '-c', '4', '-t', '10h', '-E', 'FAKE_SECONDS=0', 'x'])
    for (const _ of [1, 2, 3, 4]) await held.site.pass()
    await submit('-c', '4', '-t', '10h')
    await held.site.pass()
    await submit('-c', '4', '-t', '10h')
    await submit('-c', '4', '-t', '10h')
    assert.deepEqual(hours(await live(), 'present'), {4: 10, 5: 20})
    assert.deepEqual(hours(await live('--estimates', 'predicted'), 'present'), {4: 0, 5: 0})
  })

  it('gives drained nodes nothing, starts none before its time, and none that waits for others', async () => {
    await queue()
    await submit('-c', '1', '-t', '1h', '-b', 'now+5h')
    await submit('-c', '1', '-t', '1h', '-d', 'afterok:3')
    await submit('-H', '-c', '1', '-t', '1h')
    await held.site.pass()
    assert.deepEqual(hours(await live(), 'present'), {1: null, 3: 1, 4: 3, 5: 5, 6: null})
    await held.site.here(['nodes', 'drain', 'n1'])
    await held.site.pass()
    assert.deepEqual(hours(await live(), 'present'), {1: null, 3: null, 4: null, 5: null, 6: null})
  })

  it('heeds the priority of queues and projects, as the scheduler does', async () => {
    const [lab, long] = [
      ['[project.lab]', 'users = *', 'priority = 1'],
      ['[queue.long]', 'priority = 0.5'],
    ]
    held.site.configure([...held.site.lines, 'scheduler_policy = fairshare', ...lab, ...long])
    const [job, spare] = [
      ['-c', '4', '-t', '1h'],
      ['-c', '4', '-t', '1h', '-q', 'long'],
    ]
    await submit(...job)
    await held.site.pass()
    await submit(...job)
    await submit(...spare)
    await submit(...job, '-P', 'lab')
    await held.site.pass()
    assert.deepEqual(hours(await live(), 'present'), {2: 3, 3: 2, 4: 1})
  })

  it('keeps reserved nodes for their users, and gives them back when that is over', async () => {
    await queue()
    await held.site.here(['nodes', 'reserve', 'n1', '--from', '+2h', '--to', '+8h'])
    await held.site.pass()
    assert.deepEqual(hours(await live(), 'present'), {1: null, 3: 10, 4: 12})
    assert.deepEqual(hours(await live('--job', '3', '--time', '50m'), 'whatIf'), {1: null, 3: 1, 4: 10})
  })

  it('heeds quotas and the caps of queues of what runs at once', async () => {
    const {lines} = held.site
    held.site.configure([...lines, '[quota.user.*]', 'cpus = 2', '[queue.long]', 'user_running = 1'])
    for (const words of [[], [], [], ['-q', 'long'], ['-q', 'long']])
      await submit('-c', '1', '-t', '1h', ...words)
    await held.site.pass()
    assert.deepEqual(hours(await live(), 'present'), {3: 1, 4: 1, 5: 2})
    held.site.configure([...lines, '[queue.long]', 'user_running = 1'])
    await held.site.pass()
    assert.deepEqual(hours(await live(), 'present'), {5: 1})
  })

  it('is for waiting jobs alone', async () => {
    await queue()
    const {stdout, code} = await held.site.here(['simulate', '--live', '--json', '--job', '2', '--mem', '1G'])
    assert.deepEqual([JSON.parse(stdout).error.code, code], ['E_WRONG_STATE', 5])
    const none = await held.site.here(['simulate', '--live', '--json', '--job', '99'])
    assert.equal(none.code, 3)
    const odd = await held.site.here(['simulate', '--live', '--json', '--job', '4', '--mem', 'much'])
    assert.equal(JSON.parse(odd.stdout).error.code, 'E_AMOUNT_BAD')
  })

  it('leaves the site as it is', async () => {
    await queue()
    const files = (): readonly string[] =>
      readdirSync(held.site.dir, {recursive: true, encoding: 'utf8'}).sort()
    const before = files()
    await live('--job', '4', '--time', '30m')
    assert.deepEqual(files(), before)
  })
})
