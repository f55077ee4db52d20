import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {siteForEach} from '../../support/site.js'

describe('what a running job uses now', () => {
  const held = siteForEach()
  const look = (id: number, age: number, attempt = 1): void => {
    const seen = {attempt, at: Date.now() - age, cpuSeconds: 7.5, memory: 3 * 1024 ** 2, cpus: 0.25}
    writeFileSync(join(held.site.layout.nodes, 'n1.usage.json'), JSON.stringify({v: 1, jobs: {[id]: seen}}))
  }
  const running = async (): Promise<number> => {
    const id = await held.site.submit('FAKE_SECONDS=forever', 'FAKE_MEMORY=1048576')
    await held.site.pass()
    return id
  }
  const columns = async (): Promise<string> =>
    (await held.site.here(['stat', '-o', 'cpus_now,memory_now'])).stdout

  it('is shown after one pass of cron', async () => {
    await running()
    assert.match(await columns(), /^\d+\.\d\d\t1M\n$/)
    assert.match(
      (await held.site.here(['show', '1'])).stdout,
      /^uses now {3}\d+\.\d\d cpus, 1M memory, \d+\.\d\d cpu seconds so far \(\d+s ago\)$/m,
    )
  })

  it('is the last look of its node, told with its age', async () => {
    const id = await running()
    look(id, 5000)
    assert.equal(await columns(), '0.25\t3M\n')
    const {stdout} = await held.site.here(['show', String(id)])
    assert.match(stdout, /0\.25 cpus, 3M memory, 7\.50 cpu seconds so far \([5-9]s ago\)/)
    interface Shown {
      readonly live: object
    }
    const {live} = await held.site.json<Shown>(['show', String(id)])
    assert.deepEqual({...live, at: ''}, {at: '', cpus: 0.25, memory: 3 * 1024 ** 2, cpuSeconds: 7.5})
  })

  it('is not told of an older attempt, of a job that is over, or from long ago', async () => {
    const id = await running()
    look(id, 0, 2)
    assert.equal(await columns(), '\t\n')
    look(id, 6 * 60_000)
    assert.equal(await columns(), '\t\n')
    const over = await held.site.submit('FAKE_SECONDS=0')
    await held.site.pass()
    await held.site.pass()
    look(over, 0)
    const {live} = await held.site.json<{readonly live: unknown}>(['show', String(over)])
    assert.equal(live, null)
  })
})
