/** Tasks whose results were packed are found as those that were not. */
import assert from 'node:assert/strict'
import {jobId} from '../../src/core/brand.js'
import {siteForEach} from '../support/site.js'

describe('a task whose result was packed', () => {
  const held = siteForEach()

  it('is shown with its end, while its array lives on and after', async () => {
    const {site} = held
    const {code} = await site.here(['submit', '-a', '0-5', '-E', 'FAKE_EXIT=3', '--', 'true'])
    assert.equal(code, 0)
    await site.here(['hold', '1[5]'])
    for (let i = 0; i < 4; i++) await site.pass()
    assert.equal((await site.here(['gc'])).code, 0)
    assert.deepEqual(site.open().jobs.read(jobId(1))?.record.array?.parts, {}, 'its record has none of it')
    const one = await site.json<{exit: {code: number}; node: string}>(['show', '1[3]'])
    assert.deepEqual([one.exit.code, one.node], [3, 'n1'])
    assert.equal((await site.here(['wait', '1_3'])).code, 3)
  })
})
