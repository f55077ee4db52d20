/** An end is seen when it comes, not at the next look by the clock. */
import assert from 'node:assert/strict'
import {hasEngine, openRealSite, type RealSite} from '../support/real-site.js'

describe('a watcher that looks by the clock only once an hour', function () {
  this.timeout(120_000)
  let site: RealSite

  before(async function () {
    if (!hasEngine) {
      console.log('      needs a container engine and root')
      this.skip()
    }
    site = await openRealSite('docker', {GOD_POLL_INTERVAL: '1h'})
    site.start('watch')
  })
  after(() => site?.close())

  it('sees the end of every job all the same, short or not', async () => {
    for (const seconds of ['0', '0.2', '0.5', '1', '0', '0', '0.3', '0']) {
      assert.equal((await site.god('submit', '-W', '-c', '0.5', '-m', '32M', '--', 'sleep', seconds)).code, 0)
    }
  })
})
