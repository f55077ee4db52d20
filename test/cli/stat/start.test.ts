/** `god stat --start`: when those that wait start. */
import assert from 'node:assert/strict'
import {siteForEach} from '../../support/site.js'

describe('god stat --start', () => {
  const held = siteForEach()

  it('shows the jobs that wait, with when they start', async () => {
    const {site} = held
    site.configure(['executor = fake', 'default_images = busybox:local', '[plugin.fake]', 'node_cpus = 4000'])
    for (const time of ['2h', '1h', '3h'])
      await site.here(['submit', '-c', '4', '-t', time, '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.pass()
    const {stdout, code} = await site.here(['stat', '--start'])
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map(line => line.split('\t'))
    assert.equal(code, 0)
    assert.deepEqual(
      rows.map(cells => [cells[0], cells[5], cells[6], cells[7]]),
      [
        ['2', '1:00:00', 'in about 2 h', 'in about 2 h'],
        ['3', '3:00:00', 'in about 3 h', 'in about 3 h'],
      ],
    )
    const {jobs} = JSON.parse((await site.here(['stat', '--start', '--json'])).stdout)
    const [, last] = jobs as {id: number; likely: {at: string}; latest: {at: string}}[]
    assert.deepEqual([last?.id, Date.parse(last?.latest.at ?? '') > Date.now() + 2 * 3_600_000], [3, true])
  })

  it('says of each other that waits what must come first: a time, a limit, another job, a release', async () => {
    const {site} = held
    const queue = ['[queue.thin]', 'running = 1']
    site.configure([...site.lines, ...queue, '[quota.user.*]', 'cpus = 3'])
    const submit = (...words: string[]) =>
      site.here(['submit', ...words, '-E', 'FAKE_SECONDS=forever', '--', 'x'])
    await submit('-q', 'thin')
    await submit('-q', 'thin')
    await submit('-b', 'now+5h')
    await submit('-c', '3')
    await submit('-d', 'afterok:1')
    await submit('-H')
    await submit('--cron', '0 4 1 1 *')
    await submit('-a', '0-3%1')
    await site.pass()
    const {stdout, code} = await site.here(['stat', '--start'])
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map(line => line.split('\t'))
    const said = rows.map(cells => [cells[0], cells[6], cells[7], cells[8]])
    assert.equal(code, 0)
    assert.deepEqual(
      said.map(([id, likely, latest]) => [id, likely?.replace(/about \d+ days/, 'about N days'), latest]),
      [
        ['2', 'when that limit allows it', '-'],
        ['3', 'in about 5 h at the earliest', '-'],
        ['4', 'when that quota allows it', '-'],
        ['5', 'after what it waits for', '-'],
        ['6', 'when it is released', '-'],
        ['7', 'in about N days at the earliest', '-'],
        ['8', 'when other tasks of it have ended', '-'],
      ],
    )
    assert.match(said[0]?.[3] ?? '', /the limit of queue thin is 1 job at once/)
    assert.match(said[2]?.[3] ?? '', /the quota of user \S+ is 3 cpus/)
    assert.match((await site.here(['why', '4'])).stdout, /^starts when that quota allows it$/m)
    const {jobs} = await site.json<{
      jobs: readonly {likely: object | null; waitsFor: {code: string} | null}[]
    }>(['stat', '--start'])
    assert.deepEqual(
      jobs.map(({waitsFor}) => waitsFor?.code),
      ['limit', 'begin-time', 'quota', 'dependency', 'held', 'timetable', 'limit'],
    )
    assert.deepEqual(
      jobs.map(({likely}) => Object.keys(likely ?? {}).join()),
      ['', 'notBefore', '', '', '', 'notBefore', ''],
    )
  })

  it('counts a request that nobody has taken yet, and shows nothing of what runs', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.here(['submit', '-H', 'x'])
    await site.pass()
    await site.here(['submit', 'x'])
    assert.match(
      (await site.here(['stat', '--start'])).stdout,
      /^2\t.*\twhen it is released\t-\t.*\n3\t.*\tin the next pass\tin the next pass\tno scheduler has taken/,
    )
  })

  it('is no way to watch', async () => {
    assert.equal((await held.site.here(['stat', '--start', '-w'])).code, 2)
  })
})
