/** What a job on a real engine uses while it runs, and the labels by which others find it. */
import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {containersOf, type RealSite, realSiteForAll} from '../support/real-site.js'

interface Live {
  readonly live: {readonly cpus: number | null; readonly memory: number | null} | null
}

describe('a running job on a real engine', function () {
  this.timeout(120_000)
  const held = realSiteForAll()
  let site: RealSite
  before(() => {
    site = held.site
  })

  const BUSY = 'a=$(head -c 8000000 /dev/zero | tr "\\0" x); while :; do :; done'
  const live = async (id: number): Promise<Live['live']> =>
    (JSON.parse(await site.ok('show', String(id), '--json')) as Live).live

  it('tells what it uses now, by the looks of passes from cron, then of a long-lived watcher', async () => {
    const id = await site.submit('-c', '0.5', '-m', '64M', '--', 'sh', '-c', BUSY)
    await site.ok('schedule')
    const busy = async (): Promise<true | null> => {
      const seen = await live(id)
      return (seen?.cpus ?? 0) > 0.1 && (seen?.memory ?? 0) > 4_000_000 ? true : null
    }
    await site.until('a pass of cron saw it busy', async () => {
      await site.ok('watch', '--once')
      return busy()
    })
    const first = await site.ok('show', String(id), '--json')
    site.start('watch')
    await site.until('a long-lived watcher looked again', async () =>
      (await site.ok('show', String(id), '--json')) === first ? null : busy(),
    )
    assert.match(await site.ok('show', String(id)), /^uses now .* cpus, .*M memory, .* \(\d+s ago\)$/m)
  })

  it('has the labels that docs/live-usage.md names', () => {
    const text = readFileSync(new URL('../../docs/live-usage.md', import.meta.url), 'utf8')
    const named = [...text.matchAll(/`(god\.\w+)`/g)].map(([, label = '']) => label)
    assert.ok(named.length >= 5)
    const [container] = containersOf(site.cluster)
    for (const label of named) assert.ok(container?.Labels[label], label)
  })
})
