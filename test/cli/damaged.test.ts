/** A job whose record is damaged is told as such, before and after it was set aside; the others are served as ever. */
import assert from 'node:assert/strict'
import {readdirSync, truncateSync} from 'node:fs'
import {join} from 'node:path'
import {siteForEach} from '../support/site.js'

describe('a job whose record was cut off', () => {
  const held = siteForEach()

  const cut = async (): Promise<void> => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    const bucket = join(site.layout.live, '0')
    for (const name of readdirSync(bucket)) if (name.startsWith('1.')) truncateSync(join(bucket, name), 100)
  }

  for (const aside of [false, true]) {
    const when = aside ? 'after a pass set it aside' : 'before any pass came by'
    const where = aside ? /set aside.*quarantine/s : /no revision of it can be read/

    it(`is named as damaged by show, kill and wait, ${when}`, async () => {
      await cut()
      const {site} = held
      if (aside) await site.pass()
      for (const words of [
        ['show', '1'],
        ['kill', '1'],
        ['wait', '1'],
      ]) {
        const {stdout, stderr, code} = await site.here(words)
        assert.deepEqual([stdout, code], ['', 1], words.join(' '))
        assert.match(stderr, /^god: the record of job 1 is damaged/)
        assert.match(stderr, where)
      }
      assert.equal((await site.json(['show', '1'])).error?.code, 'E_RECORD_BAD')
    })

    it(`keeps no other job from being shown and killed, ${when}`, async () => {
      await cut()
      const {site} = held
      if (aside) await site.pass()
      const {jobs, errors} = await site.json(['stat', '1', '2'])
      assert.deepEqual([jobs.map(({id}) => id), errors?.map(({code}) => code)], [[2], ['E_RECORD_BAD']])
      assert.equal((await site.here(['kill', '2'])).code, 0)
      await site.pass()
      assert.equal((await site.json(['stat', '2'])).jobs[0]?.state, 'killed')
    })
  }
})
