/** R08: sixteen submitters at once: with nothing else running, and while a scheduler admits what they drop. */
import assert from 'node:assert/strict'
import {execFile} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {amount, tellCases} from '../support/amount.js'
import {openRealSite, type RealSite} from '../support/real-site.js'

const SUBMITTERS = 16
const EACH = amount(50, 1000)
/** Seconds. */
const PATIENCE = amount(60, 1200)

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

const submitAll = async (dir: string): Promise<readonly number[]> =>
  (await Promise.all(Array.from({length: SUBMITTERS}, (_, n) => submitter(dir, n)))).flat()

const ascending = (ids: readonly number[]): readonly number[] => [...ids].sort((a, b) => a - b)

describe(`R08: sixteen submitters of ${EACH} jobs each`, function () {
  this.timeout(amount(600_000, 3_600_000))
  let site: RealSite

  beforeEach(async () => {
    site = await openRealSite('fake')
  })
  afterEach(() => site?.close())

  const namesOf = async (): Promise<ReadonlySet<string>> => {
    const {jobs} = JSON.parse(await site.ok('stat', '--json', '-t', 'all')) as {jobs: {name: string}[]}
    return new Set(jobs.map(({name}) => name))
  }
  const allAdmitted = (ids: readonly number[]) => async (): Promise<true | null> => {
    const jobs = await site.jobs()
    return jobs.length === ids.length && jobs.every(({reason}) => reason?.code !== 'new') ? true : null
  }

  it('get ids that are unique, and every job is there after one pass', async () => {
    const ids = await submitAll(site.dir)
    assert.equal(new Set(ids).size, SUBMITTERS * EACH)
    const waiting = JSON.parse(await site.ok('stat', '--json')).jobs as {id: number}[]
    assert.deepEqual(
      waiting.map(({id}) => id),
      ascending(ids),
    )
    const afterPass = async (): Promise<true | null> => {
      await site.ok('schedule')
      return allAdmitted(ids)()
    }
    await site.until('all are admitted', afterPass, PATIENCE)
    assert.equal((await namesOf()).size, SUBMITTERS * EACH)
    tellCases('R08, alone', ids.length)
  })

  it('get ids that are unique while a scheduler admits, and no job is lost', async () => {
    site.start('schedule', '--watch')
    const ids = await submitAll(site.dir)
    assert.equal(new Set(ids).size, SUBMITTERS * EACH)
    await site.until('all are admitted', allAdmitted(ids), PATIENCE)
    assert.deepEqual(ascending((await site.jobs()).map(({id}) => id)), ascending(ids))
    assert.equal((await namesOf()).size, SUBMITTERS * EACH)
    tellCases('R08, beside a scheduler', ids.length)
  })
})
