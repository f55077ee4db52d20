/** The main job on a real engine, through the command line, as a user does it. */
import assert from 'node:assert/strict'
import {existsSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {containersOf, IMAGE, type RealSite, realSiteForAll} from '../support/real-site.js'

const NOBODY = 65534

describe('the main job on a real engine', function () {
  this.timeout(120_000)
  const held = realSiteForAll()
  let site: RealSite
  before(() => {
    site = held.site
  })

  it('is known and durable with nothing running, and runs when both passes come by', async () => {
    const command = ['sh', '-c', 'id -u; echo "a b"; exit 3']
    const id = await site.submit('-J', 'hi', '-i', IMAGE, '-c', '1', '-m', '64M', '--', ...command)
    const before = await site.job(id)
    assert.deepEqual([before.state, before.reason?.code], ['pending', 'new'])
    await site.ok('show', String(id))

    await site.ok('schedule')
    const waited = site.god('wait', String(id))
    await site.until('the watcher has seen its end', async () => {
      await site.ok('watch', '--once')
      return (await site.job(id)).state === 'failed' ? true : null
    })
    assert.equal((await waited).code, 3)
    assert.equal(await site.ok('logs', String(id)), `${NOBODY}\na b\n`)
    const seen = await site.job(id)
    assert.equal(seen.exit?.code, 3)
    assert.ok((seen.usage?.maxMemory ?? 0) > 0)
    assert.ok((seen.usage?.cpuSeconds ?? 0) > 0)
    assert.deepEqual(JSON.parse(await site.ok('show', String(id), '--json')).spec.argv, command)
    assert.deepEqual(containersOf(site.cluster), [])
  })

  it('its directory and its output belong to the account it ran as', async () => {
    const work = join(site.dir, 'work/u0/1')
    assert.equal(statSync(work).uid, NOBODY)
    assert.equal(statSync(join(work, 'god.log')).uid, NOBODY)
    assert.ok(existsSync(join(work, 'god.info')))
  })

  it('a batch runs in cron mode, with no process between passes', async () => {
    const ids = await Promise.all(
      Array.from({length: 6}, (_, i) =>
        site.submit('-c', '0.5', '-m', '32M', '--', 'sh', '-c', `echo ${i}; exit ${i}`),
      ),
    )
    await site.until('all are over', async () => {
      await site.ok('schedule')
      await site.ok('watch', '--once')
      const open = (await site.jobs()).filter(({state}) => !['done', 'failed'].includes(state))
      return open.length === 0 ? true : null
    })
    const codes = await Promise.all(ids.map(async id => (await site.job(id)).exit?.code))
    assert.deepEqual(codes, [0, 1, 2, 3, 4, 5])
    assert.deepEqual(containersOf(site.cluster), [])
  })

  it('an image that cannot be pulled fails at once, with the reason', async () => {
    const id = await site.submit('-i', 'localhost:1/nowhere:none', '--', 'true')
    await site.until('it has failed', async () => {
      await site.ok('schedule')
      return (await site.job(id)).state === 'failed' ? true : null
    })
    assert.match((await site.job(id)).reason?.text ?? '', /nowhere/)
    assert.equal((await site.god('wait', String(id))).code, 125)
  })

  it('one watcher alone schedules, runs and ends jobs, and stops when told', async () => {
    const watch = site.start('watch')
    const {code} = await site.god('submit', '-W', '--', 'sh', '-c', 'exit 7')
    assert.equal(code, 7)
    watch.kill('SIGTERM')
    assert.equal(await site.until('it has stopped', () => watch.exitCode), 0)
    assert.deepEqual(containersOf(site.cluster), [])
  })
})
