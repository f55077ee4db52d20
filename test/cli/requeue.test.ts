import assert from 'node:assert/strict'
import {siteForEach} from '../support/site.js'

interface Job {
  readonly state: string
  readonly attempt: number
}

describe('god requeue', () => {
  const held = siteForEach()
  const shown = async (id: number): Promise<readonly [string, number]> => {
    const {state, attempt} = await held.site.json<Job>(['show', String(id)])
    return [state, attempt]
  }

  it('runs a job that is over once more', async () => {
    const {site} = held
    await site.submit('FAKE_EXIT=3')
    await site.pass()
    assert.deepEqual(await shown(1), ['failed', 1])
    const {stdout, stderr, code} = await site.here(['requeue', '1'])
    assert.deepEqual([stdout, stderr, code], ['job 1: requeue requested\n', '', 0])
    await site.pass()
    assert.deepEqual(await shown(1), ['failed', 2])
  })

  it('keeps the next attempt with --hold, and says so', async () => {
    const {site} = held
    await site.submit()
    await site.pass()
    await site.here(['requeue', '--hold', '1'])
    await site.pass()
    assert.deepEqual(await shown(1), ['held', 2])
    assert.match(
      (await site.here(['why', '1'])).stdout,
      /held, requeued after attempt 1\nneeds 'god release 1'/,
    )
    assert.equal((await site.here(['requeue', '1'])).stdout, 'job 1: is held already\n')
  })

  it('chooses by state what is over, and by name all that does not wait', async () => {
    const {site} = held
    await site.submit('FAKE_EXIT=3')
    await site.submit()
    await site.pass()
    await site.here(['submit', '-H', 'x'])
    await site.pass()
    const by = async (...words: string[]) => (await site.here(['requeue', '--dry-run', ...words])).stdout
    assert.equal(await by('-t', 'failed'), 'job 1: would be requeued\n')
    assert.equal(await by('1-3'), 'job 1: would be requeued\njob 2: would be requeued\n')
  })

  it('refuses what is packed: submit it again', async () => {
    const {site} = held
    await site.submit()
    await site.pass()
    await site.pack()
    const {stderr, code} = await site.here(['requeue', '1'])
    assert.equal(code, 5)
    assert.match(stderr, /job 1 cannot be requeued: it is over and packed\. Submit it again\./)
  })
})
