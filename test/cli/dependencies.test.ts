/** `submit -d` and `--retry` as a user meets them: what is refused at once, what is shown, what is waited for. */
import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {siteForEach} from '../support/site.js'

describe('god submit -d and --retry', () => {
  const held = siteForEach()
  const told = async (...words: readonly string[]): Promise<string> => {
    const {stdout, stderr} = await held.site.here(words)
    return `${stdout}${stderr}`
  }
  const submit = (...words: readonly string[]) => held.site.here(['submit', '--parsable', ...words])

  it('waits for another job, says so, and starts when that has ended', async () => {
    const {site} = held
    await submit('-E', 'FAKE_SECONDS=forever', 'x')
    assert.equal((await submit('-d', 'afterany:1', 'x')).stdout, '2\n')
    await site.pass()
    assert.equal(
      await told('why', '2'),
      "job 2 is pending: waits until job 1 ends\nneeds that to happen: see 'god why 1'\n",
    )
    assert.match(await told('show', '2'), /^depends on +afterany:1$/m)
    await site.here(['kill', '1'])
    for (let i = 0; i < 3; i++) await site.pass()
    const {depend, state} = JSON.parse(await told('show', '2', '--json'))
    assert.deepEqual([depend.on, depend.open, state !== 'pending'], ['afterany:1', '', true])
    assert.match(depend.met, /^\d{4}-\d\d-\d\dT/)
  })

  it('refuses at once, and costs no id, where the job is not there, is over otherwise, or the words are wrong', async () => {
    const {site} = held
    await submit('-E', 'FAKE_EXIT=3', 'x')
    for (let i = 0; i < 3; i++) await site.pass()
    const CASES: readonly (readonly [string, number, RegExp])[] = [
      ['afterok:9', 6, /it depends on job 9, and there is no such job/],
      ['afterok:1', 6, /afterok can never hold: job 1 ended as failed/],
      ['after:1_4', 6, /it depends on task 4 of job 1, which has none: it is no array/],
      ['afterok:1,', 2, /a part of it is empty/],
      ['later:1', 2, /there is no condition 'later'/],
    ]
    for (const [depend, code, message] of CASES) {
      const ran = await submit('-d', depend, 'x')
      assert.equal(ran.code, code, depend)
      assert.match(ran.stderr, message)
    }
    assert.equal((await submit('x')).stdout, '2\n')
  })

  it('holds for each line of a file, and of one line alone', async () => {
    const {site} = held
    await submit('-E', 'FAKE_SECONDS=forever', 'x')
    const file = join(site.work, 'jobs.ndjson')
    writeFileSync(file, '{"argv":["a"]}\n{"argv":["b"],"depend":"after:1","retry":2}\n')
    const {stdout} = await submit('--from', file, '-d', 'afterany:1')
    assert.equal(stdout, '2\n3\n')
    await site.pass()
    const {jobs} = JSON.parse(await told('stat', '-j', '2-3', '--json'))
    assert.deepEqual(
      jobs.map((job: {depend: {on: string}; retry?: object}) => [job.depend.on, job.retry]),
      [
        ['afterany:1', undefined],
        ['after:1', {rule: '2', left: 2}],
      ],
    )
    writeFileSync(file, '{"argv":["b"],"depend":"afterok:77"}\n')
    const refused = await submit('--from', file)
    assert.equal(refused.code, 6)
    assert.match(refused.stderr, /line 1: it depends on job 77, and there is no such job/)
  })

  it('shows how a job is tried again, and refuses rules that it does not know', async () => {
    await submit('--retry', '3:node-lost:exit=75', 'x')
    await held.site.here(['schedule'])
    assert.match(await told('show', '1'), /^attempt +1, 3 more may follow \(--retry 3:node-lost:exit=75\)$/m)
    const wrong = await submit('--retry', '3:sometimes', 'x')
    assert.deepEqual([wrong.code, /there is no rule 'sometimes'/.test(wrong.stderr)], [2, true])
  })

  it('tries each task of an array again, and shows what it waits for', async () => {
    const {site} = held
    await submit('-a', '1-3%2', '-E', 'FAKE_EXIT=3', '--retry', '2', 'x')
    await submit('-d', 'afterany:1', 'y')
    for (let i = 0; i < 3; i++) await site.pass()
    assert.match(await told('show', '1'), /^attempt +1, 2 more of each task may follow \(--retry 2\)$/m)
    assert.match(await told('show', '1[2]'), /^attempt +2, 1 more may follow \(--retry 2\)$/m)
    assert.match(
      await told('why', '1[2]'),
      /pending: attempt 1 ended; the next one not before \d{4}-\S+, 1 more may follow\nneeds time: its next attempt may start at \d{4}-/,
    )
    assert.match(
      await told('stat', '1', '-o', 'state,where'),
      /running\t3 pending \(3 tasks of it wait for their next try/,
    )
    assert.match(await told('why', '2'), /waits until job 1 ends/)
    assert.match(
      await told('history', '1[2]'),
      /running.*it ended with exit code 3\n.*pending.*attempt 1 ended/,
    )
    await site.here(['kill', '1'])
    await site.pass()
    assert.equal((await site.here(['wait', '1'])).code, 143)
    assert.match(await told('show', '1[2]'), /^before it +1 attempt ran/m)
  })

  it('waits with -W and with wait for the last attempt, not for one that is followed by another', async () => {
    const {site} = held
    await submit('-E', 'FAKE_EXIT=3', '--retry', '1', 'x')
    for (let i = 0; i < 3; i++) await site.pass()
    const waited = await site.here(['wait', '1', '--timeout', '0'])
    assert.equal(waited.code, 124)
    assert.match(await told('why', '1'), /needs time: its next attempt may start at \d{4}-/)
    await site.here(['kill', '1'])
    await site.pass()
    assert.equal((await site.here(['wait', '1'])).code, 125)
  })
})
