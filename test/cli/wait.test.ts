import assert from 'node:assert/strict'
import {endLine, timeoutOf} from '../../src/cli/wait.js'
import {siteForEach} from '../support/site.js'
import {DONE, KILLED, RUNNING, viewOf} from './some-jobs.js'

describe('god wait', () => {
  const held = siteForEach()

  it('is silent when all went well', async () => {
    const {site} = held
    await site.submit()
    await site.submit()
    await site.pass()
    assert.deepEqual(await site.here(['wait', '1-2']), {stdout: '', stderr: '', code: 0})
  })

  it('looks until they are over', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    const waiting = site.start(['wait', 'last'])
    await waiting.listening()
    await site.here(['kill', '1'])
    await site.pass()
    await site.pass()
    assert.deepEqual(await waiting.done, {
      stdout: '',
      stderr: 'job 1 (true): killed: killed by request\n',
      code: 143,
    })
  })

  it('prints the jobs as one document', async () => {
    const {site} = held
    await site.submit('FAKE_EXIT=3')
    await site.submit()
    await site.pass()
    const {stdout, stderr, code} = await site.here(['wait', '1', '2', '--json'])
    const {schema, jobs} = JSON.parse(stdout)
    assert.deepEqual(
      [schema, jobs.map(({id, state}: {id: number; state: string}) => [id, state]), stderr, code],
      [
        1,
        [
          [1, 'failed'],
          [2, 'done'],
        ],
        '',
        3,
      ],
    )
  })

  it('with --any is content with the first that ends', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.submit('FAKE_EXIT=4')
    await site.pass()
    const {stderr, code} = await site.here(['wait', '1', '2', '--any'])
    assert.deepEqual([stderr, code], ['job 2 (true): failed, exit code 4\n', 4])
  })

  it('gives up in time, and tells which are not over', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.submit()
    await site.pass()
    await site.submit()
    const {stdout, stderr, code} = await site.here(['wait', '1-3', '--timeout', '0'])
    assert.deepEqual(
      [stdout, stderr, code],
      ['', 'god: still not over: job 1, job 3. The jobs run on; wait again.\n', 124],
    )
    const {error} = await site.json(['wait', '1', '--timeout', '0'])
    assert.equal(error?.code, 'E_TIMED_OUT')
  })

  it('waits for nobody if one of them is not there', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    const {stderr, code} = await site.here(['wait', '1', '2'])
    assert.deepEqual([stderr, code], ["god: there is no job 2. See 'god stat'.\n", 3])
    assert.equal((await site.here(['wait', '5-9'])).code, 3)
    assert.equal((await site.here(['wait'])).code, 2)
  })

  it('has nothing to wait for where standard input names none', async () => {
    assert.deepEqual(await held.site.god(['wait', '-'], {stdin: ''}), {stdout: '', stderr: '', code: 0})
  })

  it('knows a request that nobody has taken, and one that is refused', async () => {
    const {site} = held
    await site.here(['submit', '-c', '64', '-J', 'huge', 'x'])
    assert.equal((await site.here(['wait', '1', '--timeout', '0'])).code, 124)
    const waiting = site.start(['wait', '1'])
    await waiting.listening()
    await site.pass()
    const {stderr, code} = await waiting.done
    assert.equal(code, 125)
    assert.match(stderr, /^job 1 \(huge\): refused: the job asks for 64 cpus/)
  })
})

describe('how a job ended, in a line', () => {
  it('names the job, its state, and its code or its reason', () => {
    const failed = {...DONE, state: 'failed' as const, exit: {code: 3, signal: null, oom: false}}
    assert.equal(endLine(viewOf(DONE)), 'job 3 (short): done')
    assert.equal(endLine(viewOf(failed)), 'job 3 (short): failed, exit code 3')
    assert.equal(endLine(viewOf(KILLED)), 'job 4 (evil): killed: killed by request: \u001b[31mred\n')
    assert.equal(endLine(viewOf(RUNNING)), 'job 7 (train): running')
  })
})

describe('the time that one waits', () => {
  const good: readonly (readonly [string | undefined, number | null])[] = [
    [undefined, null],
    ['0', 0],
    ['30', 30_000],
    ['90s', 90_000],
    ['10m', 600_000],
    ['1:30:00', 5_400_000],
  ]
  for (const [text, ms] of good) it(`${text} is ${ms}`, () => assert.equal(timeoutOf(text), ms))
  for (const text of ['', '-1', 'soon', '1.5'])
    it(`is not '${text}'`, () => assert.throws(() => timeoutOf(text), {code: 'E_AMOUNT_BAD'}))
})
