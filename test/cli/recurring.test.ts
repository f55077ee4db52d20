import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {siteForEach} from '../support/site.js'

interface Shown {
  readonly state: string
  readonly reason: {readonly text: string} | null
  readonly timetable?: {
    readonly cron: string
    readonly zone: string
    readonly overlap: boolean
    readonly next: string | null
    readonly last: object | null
  }
}

describe('god submit --cron', () => {
  const held = siteForEach()

  it('makes a schedule, which show and stat tell of', async () => {
    const {site} = held
    site.configure([...site.lines, 'timezone = Europe/Berlin'])
    const {stdout, code} = await site.here(['submit', '--cron', '0 4 1 1 *', '--overlap', 'true'])
    assert.deepEqual([stdout, code], ['Submitted job 1\n', 0])
    await site.pass()
    const {state, reason, timetable} = await site.json<Shown>(['show', '1'])
    assert.equal(state, 'pending')
    assert.match(reason?.text ?? '', /^next at \d{4}-01-01T03:00:00Z$/)
    assert.match(timetable?.next ?? '', /^\d{4}-01-01T03:00:00/)
    assert.deepEqual(
      [timetable?.cron, timetable?.zone, timetable?.overlap, timetable?.last],
      ['0 4 1 1 *', 'Europe/Berlin', true, null],
    )
    const text = (await site.here(['show', '1'])).stdout
    assert.match(text, /^timetable\s+0 4 1 1 \* \(Europe\/Berlin\), runs may overlap$/m)
    assert.match(text, /^last run\s+-$/m)
    assert.match((await site.here(['stat', '-o', 'id,reason'])).stdout, /^1\tnext at /)
  })

  it('refuses what is no timetable, and dates that never come, at once', async () => {
    const {site} = held
    for (const cron of ['* * * *', '@daily', '* * * * * *', '0 0 30 2 *', `${'0,'.repeat(100)}0 * * * *`]) {
      const {stdout, stderr, code} = await site.here(['submit', '--cron', cron, 'true'])
      assert.deepEqual([stdout, code], ['', 2], stderr)
    }
    const {code} = await site.here(['submit', '--overlap', 'true'])
    assert.equal(code, 2)
  })

  it('is refused to who has as many as the site allows', async () => {
    const {site} = held
    site.configure([...site.lines, 'max_schedules = 1'])
    for (let i = 0; i < 2; i++) await site.here(['submit', '--cron', '* * * * *', 'true'])
    await site.pass()
    assert.equal((await site.json<Shown>(['show', '2'])).state, 'refused')
  })

  it('can be said in a script and in a file of jobs', async () => {
    const {site} = held
    writeFileSync(join(site.work, 'jobs'), '{"argv":["x"],"cron":"0 0 1 1 *","overlap":true}\n')
    const {stdout, stderr} = await site.here(['submit', '--parsable', '--from', 'jobs'])
    assert.equal(stdout, '1\n', stderr)
    await site.pass()
    assert.equal((await site.json<Shown>(['show', '1'])).timetable?.cron, '0 0 1 1 *')
    writeFileSync(join(site.work, 'run.sh'), '#!/bin/sh\n#GOD --cron "0 0 1 1 *"\n')
    await site.here(['submit', 'run.sh'])
    await site.pass()
    assert.equal((await site.json<Shown>(['show', '2'])).timetable?.cron, '0 0 1 1 *')
  })
})
