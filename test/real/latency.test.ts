/** An end is seen when it comes, not at the next look by the clock. */
import assert from 'node:assert/strict'
import {type RealSite, realSiteForAll} from '../support/real-site.js'

describe('a watcher that looks by the clock only once an hour', function () {
  this.timeout(120_000)
  const held = realSiteForAll({GOD_POLL_INTERVAL: '1h'})
  let site: RealSite
  before(() => {
    site = held.site
    site.start('watch')
  })

  it('sees the end of every job all the same, short or not', async () => {
    for (const seconds of ['0', '0.2', '0.5', '1', '0', '0', '0.3', '0']) {
      assert.equal((await site.god('submit', '-W', '-c', '0.5', '-m', '32M', '--', 'sleep', seconds)).code, 0)
    }
  })
})
