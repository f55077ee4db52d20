/** `god why`: what keeps a job from starting, and what it would need. */
import assert from 'node:assert/strict'
import {siteForEach} from '../../support/site.js'

const LIMITED = ['executor = fake', 'default_images = busybox:local']

describe('god why', () => {
  const held = siteForEach()
  const why = async (id: string): Promise<string> => (await held.site.here(['why', id])).stdout

  it('names the limit that holds a job, what is used of it, and what it would need', async () => {
    const {site} = held
    site.configure([...LIMITED, '[quota.user.*]', 'cpus = 2'])
    for (const cpus of ['2', '1']) await site.here(['submit', '-c', cpus, '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.pass()
    assert.match(
      await why('2'),
      /^job 2 is pending: the quota of user \S+ is 2 cpus, of which 2 cpus are used, and it asks for 1 cpu\nneeds that user \S+ uses 1 cpu less: jobs of it must end first\n/,
    )
    const {stdout} = await site.here(['why', '2', '--json'])
    const {schema, id, state, reason, needs} = JSON.parse(stdout)
    assert.deepEqual([schema, id, state, reason.code], [1, 2, 'pending', 'quota'])
    assert.deepEqual(reason.numbers.measure, 'cpus')
    assert.match(needs, /uses 1 cpu less/)
  })

  it('tells of maintenance, of a hold, and of a request that nobody took', async () => {
    const {site} = held
    site.configure([...LIMITED, 'maintenance = on'])
    await site.here(['submit', 'x'])
    assert.match(await why('1'), /needs a scheduling pass/)
    await site.pass()
    assert.match(
      await why('1'),
      /is pending: the site is in maintenance.*\nneeds that the operator ends the maintenance/,
    )
    await site.here(['submit', '-H', 'x'])
    await site.pass()
    assert.match(await why('2'), /is held: held at submission\nneeds 'god release 2'/)
  })

  for (const [limit, told] of [
    ['rate_limit', /takes 2 jobs of a user a minute, .*\(rate_limit\)\nneeds time, or an operator/],
    ['rate_limit_all', /2 jobs may wait in all, and so many do \(rate_limit_all\)/],
  ] as const)
    it(`tells of ${limit}, which keeps requests where they are`, async () => {
      const {site} = held
      site.configure([...LIMITED, 'maintenance = on', `${limit} = 2`])
      for (const _ of [1, 2, 3]) await site.here(['submit', 'x'])
      assert.match(await why('3'), /no scheduler has taken the request yet/)
      await site.pass()
      assert.match(await why('3'), told)
    })

  it('tells of room, and of the job that goes first', async () => {
    const {site} = held
    for (const _ of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      await site.here(['submit', '-c', '4', '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.pass()
    const {stdout} = await site.here(['stat', '--json'])
    const waiting = (JSON.parse(stdout).jobs as {id: number; state: string}[]).filter(
      ({state}) => state === 'pending',
    )
    const [first, second] = waiting
    assert.match(
      await why(String(first?.id)),
      /next to start; waits for .*\nneeds .* more free on \S+, or a job that asks for less/,
    )
    assert.match(
      await why(String(second?.id)),
      new RegExp(
        `behind 1 job; job ${first?.id} is next\nneeds .* more free on \\S+ than the jobs ahead of it take`,
      ),
    )
    // Nobody may pass it there, so it is the first that all wait for.
    site.configure([...LIMITED, 'backfill = none'])
    assert.match(await why(String(second?.id)), new RegExp(`needs that job ${first?.id} starts first`))
  })

  it('tells the place in the queue, the nodes left, when it starts, and what would let it start now', async () => {
    const {site} = held
    site.configure([...LIMITED, '[plugin.fake]', 'node_cpus = 4000'])
    const submit = (cpus: string, time: string) =>
      site.here(['submit', '-c', cpus, '-t', time, '-E', 'FAKE_SECONDS=forever', 'x'])
    await submit('3', '2h')
    await submit('4', '1h')
    await submit('1', '24h')
    await site.pass()
    const lines = (await why('3')).split('\n')
    assert.match(lines[0] ?? '', /^job 3 is pending: room on \S+ is kept for job 2, planned for /)
    assert.match(
      lines[2] ?? '',
      /^place 2nd of 2 jobs that wait, 0 other users ahead; just before it job 2 of \S+$/,
    )
    assert.match(lines[3] ?? '', /^nodes 1 -> take work 1 -> have 1 cpu 1 -> .* -> have it free now 1$/)
    assert.match(lines[4] ?? '', /^starts likely in about 3 h, by the walltimes in about 3 h$/)
    const told = /^with a walltime of (1:5\d:00) instead of 1-00:00:00 it could start now on \S+$/.exec(
      lines[5] ?? '',
    )
    const json = JSON.parse((await site.here(['why', '3', '--json'])).stdout)
    assert.equal(json.forecast.suggestion.walltime % 60, 0)
    // It is true: the same job with that walltime starts.
    await site.here(['kill', '-f', '3'])
    await submit('1', told?.[1] ?? assert.fail(lines[5]))
    await site.pass()
    assert.match(await why('4'), /^job 4 is running/)
  })

  it('adds up the priority of the queue and of the project, where the policy heeds them', async () => {
    const {site} = held
    const forever = ['-c', '4', '-E', 'FAKE_SECONDS=forever', 'x']
    const lines = ['scheduler_policy = fairshare', '[plugin.fake]', 'node_cpus = 4000']
    const lab = ['[project.lab]', 'users = *', 'priority = 0.5', '[queue.long]', 'priority = 0.25']
    site.configure([...site.lines, ...lines, ...lab])
    await site.here(['submit', ...forever])
    await site.pass()
    await site.here(['submit', ...forever])
    await site.here(['submit', '-P', 'lab', '-q', 'long', ...forever])
    await site.pass()
    assert.match(await why('3'), /\nplace 1st of .*\npriority fairshare 10000, queue 500, project 1000, /s)
    assert.match(
      await why('2'),
      /\nplace 2nd of .*\npriority fairshare 10000, queue 0, project 0, .*\njob 3 has /s,
    )
  })

  it('has nothing to say of a job that runs, or is over, but that', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    assert.equal(await why('1'), 'job 1 is running: nothing keeps it\n')
    await site.here(['kill', '1'])
    await site.pass()
    assert.match(await why('1'), /^job 1 is killed: [^\n]*\n$/)
    assert.equal((await site.here(['why', '9'])).code, 3)
  })
})
