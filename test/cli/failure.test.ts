import assert from 'node:assert/strict'
import {existsSync, readFileSync, rmSync} from 'node:fs'
import {dirname} from 'node:path'
import {Errors} from '@oclif/core'
import {failureOf, renderFailure} from '../../src/cli/failure.js'
import {GodError} from '../../src/core/errors.js'
import {ROOT} from '../support/god.js'
import {siteForAll} from '../support/site.js'

describe('a failure', () => {
  it('of ours keeps its code, its words and its exit code', () => {
    assert.deepEqual(failureOf(new GodError('E_NO_JOB', 'there is no job 9', 'See.'), 'stat'), {
      code: 'E_NO_JOB',
      message: 'there is no job 9',
      hint: 'See.',
      exit: 3,
    })
  })

  const system: readonly (readonly [string, string, number])[] = [
    ['EACCES', 'E_NOT_PERMITTED', 4],
    ['EPERM', 'E_NOT_PERMITTED', 4],
    ['ENOSPC', 'E_DISK', 74],
    ['EIO', 'E_DISK', 74],
    ['ESTALE', 'E_DISK', 74],
    ['EROFS', 'E_DISK', 74],
    ['EMFILE', 'E_DISK', 74],
  ]
  for (const [code, name, exit] of system) {
    it(`of the system, ${code}, is ${name}`, () => {
      const failure = failureOf(Object.assign(new Error(`${code}: x\nmore`), {code}), 'stat')
      assert.deepEqual([failure?.code, failure?.exit, failure?.message], [name, exit, `${code}: x`])
    })
  }

  it('of the words is a usage error', () => {
    const failure = failureOf(new Errors.CLIError('Bad thing:\n  detail\nSee more help with --help'), 'stat')
    assert.deepEqual(failure, {
      code: 'E_USAGE',
      message: 'bad thing: detail',
      hint: "See 'god stat --help'.",
      exit: 2,
    })
  })

  it('is none where help was shown', () => {
    assert.equal(failureOf(new Errors.ExitError(0), 'stat'), null)
  })

  it('that nobody foresaw is a bug, whatever was thrown', () => {
    const loading = Object.assign(new Errors.CLIError('not found'), {code: 'MODULE_NOT_FOUND'})
    for (const thrown of [new TypeError('x'), 'a string', null, loading, new GodError('E_BUG', 'x')]) {
      const failure = failureOf(thrown, 'stat')
      assert.deepEqual([failure?.code, failure?.exit], ['E_BUG', 70])
      const path = /The report is in (.*)\.$/.exec(failure?.hint ?? '')?.[1] ?? ''
      assert.ok(existsSync(path))
      rmSync(dirname(path), {recursive: true})
    }
  })

  it('is a line: what, why. What to do.', () => {
    const render = (message: string, hint: string) =>
      renderFailure({code: 'E_X', message, hint, exit: 1}, false)
    assert.equal(render('it failed', 'Do so.'), 'god: it failed. Do so.\n')
    assert.equal(render('it failed.', ''), 'god: it failed.\n')
    assert.equal(render('a\nb \u001b[2J', '\u0007'), 'god: a\\nb \\x1b[2J. \\x07\n')
  })

  it('is a document for programs, as it is', () => {
    const text = renderFailure({code: 'E_X', message: 'a\nb', hint: '\u001b', exit: 1}, true)
    assert.deepEqual(JSON.parse(text), {schema: 1, error: {code: 'E_X', message: 'a\nb', hint: '\u001b'}})
  })
})

describe('a bug of ours', () => {
  const held = siteForAll()
  const options = {env: {NODE_OPTIONS: `--require ${ROOT}test/support/breaks.cjs`}}

  const reportIn = (text: string): string => {
    const path = /The report is in (.*\/report\.txt)/.exec(text)?.[1] ?? ''
    const report = readFileSync(path, 'utf8')
    rmSync(dirname(path), {recursive: true})
    return report
  }

  it('shows no stack: that is in a report', async () => {
    const {stdout, stderr, code} = await held.site.god(['stat'], options)
    assert.deepEqual([stdout, code], ['', 70])
    assert.match(
      stderr,
      /^god: an error that god did not foresee: undefined is not a job\. The report is in .*\.\n$/,
    )
    assert.match(reportIn(stderr), /TypeError: undefined is not a job\n +at /)
  })

  it('is one whole document with --json', async () => {
    const {stdout, stderr, code} = await held.site.god(['stat', '--json'], options)
    const {schema, error} = JSON.parse(stdout)
    assert.deepEqual([schema, error.code, stderr, code], [1, 'E_BUG', '', 70])
    reportIn(error.hint)
  })

  it('shows its stack with GOD_DEBUG=1, on stderr alone', async () => {
    const debug = {env: {...options.env, GOD_DEBUG: '1'}}
    const {stdout, stderr} = await held.site.god(['stat', '--json'], debug)
    assert.match(stderr, /^TypeError: undefined is not a job\n +at /)
    reportIn(JSON.parse(stdout).error.hint)
  })

  it('does not steer the terminal with what it says', async () => {
    const env = {...options.env, BREAKS_WITH: '\u001b[2Jx\ny'}
    const {stderr} = await held.site.god(['stat'], {env})
    assert.match(stderr, /did not foresee: \\x1b\[2Jx\. The report/)
    reportIn(stderr)
  })
})
