/** `god submit --explain`: what would become of a job, without submitting it. */
import assert from 'node:assert/strict'
import {siteForEach} from '../../support/site.js'

describe('god submit --explain', () => {
  const held = siteForEach()
  beforeEach(() =>
    held.site.configure([
      'executor = fake',
      'default_images = busybox:local',
      '[plugin.fake]',
      'node_cpus = 4000',
    ]),
  )
  const explain = (...words: string[]) => held.site.here(['submit', '--explain', ...words])

  it('tells that it would start, and queues nothing', async () => {
    await held.site.submit('FAKE_SECONDS=forever')
    await held.site.pass()
    const {stdout, code} = await explain('-c', '1', '-J', 'try', 'x')
    assert.equal(code, 0)
    assert.match(
      stdout,
      /^would submit try in busybox:local: 1 cpu, .*\nplace 1st of 1 job .*\nnodes 1 .*\nstarts in the next pass\n$/,
    )
    assert.equal((await held.site.here(['stat', '-Q'])).stdout, '1\n')
  })

  it('tells why not, when, and what would let it start', async () => {
    const {site} = held
    for (const cpus of ['3', '4'])
      await site.here(['submit', '-c', cpus, '-t', '2h', '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.pass()
    const {stdout} = await explain('-c', '1', '-t', '5h', 'x')
    assert.match(stdout, /\nit would wait: room on \S+ is kept for job 2,/)
    assert.match(stdout, /\nwith a walltime of 1:58:00 instead of 5:00:00 it could start now on /)
    const json = JSON.parse((await explain('-c', '1', '-t', '5h', '--json', 'x')).stdout)
    assert.deepEqual([json.schema, json.reason.code, json.forecast.place], [1, 'reserved', 2])
  })

  it('refuses what submit would refuse, in the same words', async () => {
    await held.site.pass()
    const {stderr, code} = await explain('-c', '99', 'x')
    assert.equal(code, 6)
    assert.equal(stderr, (await held.site.here(['submit', '-c', '99', 'x'])).stderr)
  })
})
