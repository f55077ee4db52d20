/** R09 with real processes: a scheduler stopped past its lease wakes up beside its successor. */
import assert from 'node:assert/strict'
import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {openRealSite, type RealSite} from '../support/real-site.js'

describe('R09: two schedulers at once', function () {
  this.timeout(180_000)
  let site: RealSite

  before(async () => {
    site = await openRealSite('fake', {GOD_LEASE_TIME: '2s'})
  })
  after(() => site?.close())

  const epochs = (): number =>
    readdirSync(join(site.dir, 'lock')).filter(name => name.startsWith('epoch.')).length

  const runs = async (count: number): Promise<void> => {
    const ids = await Promise.all(Array.from({length: count}, () => site.submit('--', 'true')))
    await site.until('all are done', async () => {
      const done = (await site.jobs()).filter(({id, state}) => ids.includes(id) && state === 'done')
      return done.length === count ? true : null
    })
  }

  it('the stopped one is passed over, and does no harm when it goes on', async () => {
    site.start('watch', '--no-schedule')
    const first = site.start('schedule', '--watch')
    await site.until('the first one leads', () => (epochs() === 1 ? true : null))
    await runs(5)
    for (let round = 0; round < 3; round++) {
      first.kill('SIGSTOP')
      const before = epochs()
      const second = site.start('schedule', '--watch')
      await site.until('the second one leads', () => (epochs() === before + 1 ? true : null))
      const submitted = runs(10)
      first.kill('SIGCONT')
      await submitted
      second.kill('SIGTERM')
      await site.until('the second one has stopped', () => second.exitCode)
      await site.until('the first one leads again', () => (epochs() === before + 2 ? true : null))
    }
    const jobs = await site.jobs()
    assert.equal(jobs.length, 35)
    assert.deepEqual(
      jobs.filter(({attempt, state}) => attempt !== 1 || state !== 'done'),
      [],
    )
    const starts = await Promise.all(
      jobs.map(async ({id}) => JSON.parse(await site.ok('history', String(id), '--json')).revisions),
    )
    for (const revisions of starts) {
      assert.equal(revisions.filter(({state}: {state: string}) => state === 'starting').length, 1)
    }
  })
})
