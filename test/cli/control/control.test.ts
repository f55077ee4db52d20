import assert from 'node:assert/strict'
import {readdirSync} from 'node:fs'
import {userInfo} from 'node:os'
import {siteForEach, type TestSite} from '../../support/site.js'

interface Outcome {
  readonly id: number
  readonly result: string
  readonly text: string
  readonly code?: string
}

interface Controlled {
  readonly schema: number
  readonly jobs: readonly Outcome[]
  readonly errors: readonly {readonly code: string}[]
  readonly error?: {readonly code: string}
}

const state = async (site: TestSite, id: number): Promise<string | undefined> =>
  (await site.json(['stat', String(id)])).jobs[0]?.state

const wishes = (site: TestSite): number =>
  readdirSync(site.layout.dropFolder(site.open().uid)).filter(name => name.endsWith('.req')).length

describe('a command that changes jobs', () => {
  const held = siteForEach()

  it('brings a job through its life', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    const does = async (verb: string, then: string): Promise<void> => {
      const {stdout, stderr, code} = await site.here([verb, '1'])
      assert.deepEqual([stdout, stderr, code], [`job 1: ${verb} requested\n`, '', 0])
      await site.pass()
      assert.equal(await state(site, 1), then)
    }
    await does('hold', 'held')
    await does('release', 'running')
    await does('suspend', 'suspended')
    await does('resume', 'running')
    const {stdout} = await site.here(['kill', '1'])
    assert.equal(stdout, 'job 1: kill requested\n')
    await site.pass()
    await site.pass()
    assert.equal(await state(site, 1), 'killed')
  })

  it('says that it is so already, and that is no failure', async () => {
    const {site} = held
    await site.submit()
    await site.pass()
    const {stdout, stderr, code} = await site.here(['kill', '1'])
    assert.deepEqual([stdout, stderr, code], ['job 1: is over already (done)\n', '', 0])
    assert.equal(wishes(site), 0)
  })

  it('tries all, tells each failure, and exits with the worst', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.submit()
    await site.pass()
    await site.here(['submit', '-H', 'x'])
    const {stdout, stderr, code} = await site.here(['suspend', '1', '2', '3', '9'])
    assert.equal(stdout, 'job 1: suspend requested\n')
    assert.deepEqual(stderr.split('\n'), [
      'god: job 2 cannot be suspended: it is over (done).',
      "god: job 3 cannot be suspended: it is pending. Keep it from starting with 'god hold 3'.",
      "god: there is no job 9. See 'god stat'.",
      '',
    ])
    assert.equal(code, 5)
  })

  it('tells the same as one document', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.submit()
    await site.pass()
    const {schema, jobs, errors} = await site.json<Controlled>(['suspend', '1', '2', '9'])
    assert.deepEqual(
      [schema, jobs.map(({id, result, code}) => [id, result, code]), errors.map(({code}) => code)],
      [
        1,
        [
          [1, 'requested', undefined],
          [2, 'refused', 'E_WRONG_STATE'],
        ],
        ['E_NO_JOB'],
      ],
    )
    assert.equal((await site.json<Controlled>(['kill', '8', '9'])).error?.code, 'E_NO_JOB')
  })

  it('with -Q says nothing where all went well, and the failures still', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    assert.deepEqual(await site.here(['suspend', '-Q', '1']), {stdout: '', stderr: '', code: 0})
    const {stdout, stderr, code} = await site.here(['hold', '-Q', '1'])
    assert.deepEqual([stdout, code], ['', 5])
    assert.match(
      stderr,
      /^god: job 1 cannot be held: it is running\. Stop it for a while with 'god suspend 1'\.\n$/,
    )
  })

  it('with --dry-run tells what would happen, and changes nothing', async () => {
    const {site} = held
    await site.submit()
    const {stdout, code} = await site.here(['kill', '--dry-run', '-n', 'true'])
    assert.deepEqual([stdout, code], ['job 1: would be killed\n', 0])
    const {jobs} = await site.json<{jobs: readonly {text: string}[]}>(['hold', '--dry-run', '1'])
    assert.deepEqual(
      jobs.map(({text}) => text),
      ['would be held'],
    )
    assert.equal(wishes(site), 1)
  })

  it('needs a job to be named, and never takes all', async () => {
    const {site} = held
    await site.submit()
    for (const verb of ['kill', 'suspend', 'resume', 'hold', 'release']) {
      const {stderr, code} = await site.here([verb])
      assert.deepEqual([stderr.split('.')[0], code], ['god: no job is named', 2])
    }
  })

  it('leaves out what is over where a range or a filter is meant', async () => {
    const {site} = held
    await site.submit()
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    assert.equal((await site.here(['kill', '1-9', '--dry-run'])).stdout, 'job 2: would be killed\n')
    assert.equal((await site.here(['kill', '-n', 'true', '--dry-run'])).stdout, 'job 2: would be killed\n')
    assert.equal(
      (await site.here(['kill', '-u', userInfo().username, '--dry-run'])).stdout,
      'job 2: would be killed\n',
    )
  })

  it('does not ask where nobody can answer', async () => {
    const {site} = held
    for (let i = 0; i < 25; i++) await site.submit()
    const {stdout, code} = await site.god(['kill', '1-25'])
    assert.deepEqual([stdout.split('\n').length - 1, code], [25, 0])
    assert.equal(wishes(site), 26)
  })

  it('drops one request for all of its jobs', async () => {
    const {site} = held
    for (let i = 0; i < 5; i++) await site.submit()
    await site.here(['kill', '1-5'])
    assert.equal(wishes(site), 6)
  })

  it('keeps a remark for the record', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.here(['submit', '-c', '4', 'x'])
    await site.pass()
    await site.here(['kill', '2', '--reason', 'wrong input'])
    await site.pass()
    assert.match((await site.here(['show', '2'])).stdout, /^state +killed: .*wrong input$/m)
  })

  it('refuses a remark that no service would take, before anything is said to be done', async () => {
    const {site} = held
    await site.submit()
    const {stdout, stderr, code} = await site.here(['kill', '1', '--reason', 'x'.repeat(257)])
    assert.deepEqual([stdout, code], ['', 2])
    assert.match(
      stderr,
      /^god: the request would not be taken: remark: Invalid length: Expected <=256 but received 257\.$/m,
    )
    assert.equal(wishes(site), 1)
  })

  it('ends a job with the signal that is asked for', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    await site.here(['kill', '1', '--signal', 'SIGUSR1'])
    await site.pass()
    await site.pass()
    assert.match((await site.here(['history', '1'])).stdout, /asked to end with SIGUSR1/)
    assert.equal((await site.here(['kill', '1', '--signal', 'SIGSTOP'])).code, 2)
  })
})
