/** `god stat --start`: when those that wait start. */
import assert from 'node:assert/strict'
import {siteForEach} from '../support/site.js'

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

  it('counts a request that nobody has taken yet, and shows nothing of what runs or is held', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.here(['submit', '-H', 'x'])
    await site.pass()
    await site.here(['submit', 'x'])
    assert.match(
      (await site.here(['stat', '--start'])).stdout,
      /^3\t.*\tin the next pass\tin the next pass\tno scheduler has taken/,
    )
  })

  it('is no way to watch', async () => {
    assert.equal((await held.site.here(['stat', '--start', '-w'])).code, 2)
  })
})
