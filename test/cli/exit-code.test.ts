import assert from 'node:assert/strict'
import {jobExitCode} from '../../src/cli/exit-code.js'
import {instant} from '../../src/core/brand.js'
import type {State} from '../../src/core/state.js'
import {siteForEach} from '../support/site.js'

describe('the exit code of a job that was waited for', () => {
  const started = instant(1000)
  const end = (state: State, code: number | null, begun = true) => ({
    state,
    started: begun ? started : null,
    exit: code === null ? null : {code, signal: code > 128 ? code - 128 : null, oom: state === 'oom'},
  })

  const rows: readonly (readonly [string, ReturnType<typeof end>, number])[] = [
    ['done is 0', end('done', 0), 0],
    ['its own code', end('failed', 3), 3],
    ['126: found but not executable, as Docker', end('failed', 126), 126],
    ['127: not found, as Docker', end('failed', 127), 127],
    ['128+n where a signal ended it', end('failed', 137), 137],
    ['125 where it could not be started', end('failed', null, false), 125],
    ['1 where it began and nobody knows how it ended', end('failed', null), 1],
    ['never 0 where it failed with code 0', end('failed', 0), 1],
    ['125 where it was killed before its start', end('killed', null, false), 125],
    ['the code that it left when killed', end('killed', 7), 7],
    ['143 where it was killed and left 0', end('killed', 0), 143],
    ['143 where its walltime was over and it left 0', end('timeout', 0), 143],
    ['137 where it ran out of memory', end('oom', 137), 137],
    ['137 where it ran out of memory and left nothing', end('oom', null), 137],
    ['1 where it was lost', end('lost', null), 1],
    ['125 where it was refused', end('refused', null, false), 125],
    ['0 while it is not over', end('running', null), 0],
  ]
  for (const [title, job, code] of rows) it(title, () => assert.equal(jobExitCode(job), code))
})

describe('god wait exits as the job', () => {
  const held = siteForEach()

  const rows: readonly (readonly [string, readonly string[], number])[] = [
    ['that did well', [], 0],
    ['that failed', ['FAKE_EXIT=3'], 3],
    ['whose program could not be run', ['FAKE_EXIT=126'], 126],
    ['whose program is not there', ['FAKE_EXIT=127'], 127],
    ['that a signal ended', ['FAKE_EXIT=139'], 139],
    ['that ran out of memory', ['FAKE_OOM=1'], 137],
    ['whose image is refused', ['FAKE_REFUSE=no such image'], 125],
    ['that cannot be started', ['FAKE_START_FAULT=no such device'], 125],
  ]
  for (const [title, vars, code] of rows) {
    it(title, async () => {
      const {site} = held
      const id = await site.submit(...vars)
      await site.pass()
      assert.equal((await site.here(['wait', String(id)])).code, code)
    })
  }

  it('that ended worst, of several', async () => {
    const {site} = held
    for (const vars of [[], ['FAKE_EXIT=9'], ['FAKE_EXIT=2']]) await site.submit(...vars)
    await site.pass()
    const {code, stderr} = await site.here(['wait', '1-3'])
    assert.equal(code, 9)
    assert.equal(stderr, 'job 2 (true): failed, exit code 9\njob 3 (true): failed, exit code 2\n')
  })
})
