/** R08: sixteen submitters at once, with nothing else running. */
import assert from 'node:assert/strict'
import {execFile} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {openRealSite, type RealSite} from '../support/real-site.js'

const SUBMITTERS = 16
const EACH = 50

/** A process of its own that submits one job after the other, by the same functions as the command. */
const submitter = (dir: string, n: number): Promise<number[]> =>
  new Promise((done, fail) => {
    const program = fileURLToPath(new URL('../support/submitter.ts', import.meta.url))
    execFile(
      process.execPath,
      ['--import', 'tsx', program, dir, String(n), String(EACH)],
      (error, stdout, stderr) => {
        if (error === null) done(stdout.trim().split('\n').map(Number))
        else fail(new Error(stderr))
      },
    )
  })

describe('R08: sixteen submitters of fifty jobs each', function () {
  this.timeout(600_000)
  let site: RealSite

  before(async () => {
    site = await openRealSite('fake')
  })
  after(() => site?.close())

  it('get ids that are unique, and every job is there after one pass', async () => {
    const ids = (await Promise.all(Array.from({length: SUBMITTERS}, (_, n) => submitter(site.dir, n)))).flat()
    assert.equal(new Set(ids).size, SUBMITTERS * EACH)
    const waiting = JSON.parse(await site.ok('stat', '--json')).jobs as {id: number}[]
    assert.deepEqual(
      waiting.map(({id}) => id),
      [...ids].sort((a, b) => a - b),
    )
    await site.until('all are admitted', async () => {
      await site.ok('schedule')
      const jobs = await site.jobs()
      return jobs.length === ids.length && jobs.every(({reason}) => reason?.code !== 'new') ? true : null
    })
    const names = new Set(
      (JSON.parse(await site.ok('stat', '--json', '-t', 'all')).jobs as {name: string}[]).map(
        ({name}) => name,
      ),
    )
    assert.equal(names.size, SUBMITTERS * EACH)
  })
})
