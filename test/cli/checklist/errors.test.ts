/** The forty points of a good command line, 31-36: how it fails. */
import assert from 'node:assert/strict'
import {readFileSync, rmSync} from 'node:fs'
import {dirname} from 'node:path'
import {CATALOGUE} from '../../../src/core/catalogue.js'
import {ROOT} from '../../support/god.js'
import {siteForEach} from '../../support/site.js'

const required = (name: string) => ({NODE_OPTIONS: `--require ${ROOT}test/support/${name}`})

describe('checklist: errors', () => {
  const held = siteForEach()

  it('31. an error is a line: what failed, why, what to do; a stack only with GOD_DEBUG=1', async () => {
    const {site} = held
    await site.submit()
    const {stderr, code} = await site.here(['suspend', '1'])
    assert.equal(
      stderr,
      "god: job 1 cannot be suspended: it is pending. Keep it from starting with 'god hold 1'.\n",
    )
    assert.equal(code, 5)
    assert.equal((await site.here(['stat', '9'])).stderr.split('\n').length, 2)
    assert.match(
      (await site.here(['stat', '9'], {env: {GOD_DEBUG: '1'}})).stderr,
      /\n +at .*\ngod: there is no job 9/,
    )
  })

  it('32. an unknown command, flag, column or state is a usage error with what is near, and is never guessed', async () => {
    const {site} = held
    await site.submit()
    for (const [words, meant] of [
      ['kil 1', "Did you mean 'god kill'?"],
      ['qdel 1', "Did you mean 'god kill'?"],
      ['kill 1 --sginal SIGINT', 'Did you mean --signal?'],
      ['stat -t runnig', 'Did you mean running?'],
      ['stat -o nmae', 'Did you mean name?'],
      ['config exectuor', 'Did you mean executor?'],
    ] as const) {
      const {stdout, stderr, code} = await site.here(words.split(' '))
      assert.deepEqual([stdout, stderr.includes(meant), code], ['', true, 2], `${words}: ${stderr}`)
    }
    assert.equal((await site.json(['stat', '1'])).jobs[0]?.state, 'pending')
  })

  it('33. each error has a stable code, which JSON carries and docs/errors.md explains with cause and cure', async () => {
    const {site} = held
    const {error} = await site.json(['show', '9'])
    assert.equal(error?.code, 'E_NO_JOB')
    const page = readFileSync(`${ROOT}docs/errors.md`, 'utf8')
    for (const [code, {exit, cause, cure}] of Object.entries(CATALOGUE)) {
      const row = page.split('\n').find(line => line.startsWith(`| \`${code}\` `)) ?? ''
      assert.ok(row.includes(` ${exit} `) && row.includes(cause) && row.includes(cure), code)
    }
  })

  it('34. of several operands all are tried, each failure is told, and the worst is the exit code', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.submit()
    await site.pass()
    const {stdout, stderr, code} = await site.here(['suspend', '9', '2', '1', '8'])
    assert.equal(stdout, 'job 1: suspend requested\n')
    assert.deepEqual(
      stderr.split('\n').map(line => line.slice(0, 18)),
      ['god: job 2 cannot ', 'god: there is no j', 'god: there is no j', ''],
    )
    assert.equal(code, 5)
  })

  it('35. a passing trouble is waited for, told of after a second, and then ends with 75', async () => {
    const {site} = held
    await site.submit()
    // The first openings of the directory fail, as on a file server that is restarted.
    const stale = (times: number) => ({env: {...required('stale.cjs'), STALE_TIMES: String(times)}})
    assert.deepEqual(await site.god(['stat', '-Q'], stale(3)), {stdout: '1\n', stderr: '', code: 0})
    assert.deepEqual(await site.god(['stat', '-Q'], stale(15)), {
      stdout: '1\n',
      stderr: 'the shared directory does not answer (ESTALE); trying for some seconds more\n',
      code: 0,
    })
    const {stderr, code} = await site.god(['stat', '-Q'], stale(1e9))
    assert.match(stderr, /\ngod: the shared directory does not answer \(ESTALE\)\. Try again later\.\n$/)
    assert.equal(code, 75)
  })

  it('36. a bug of ours ends with 70 and tells where its report is; JSON is never half a document', async () => {
    const {site} = held
    for (const json of [[], ['--json']]) {
      const {stdout, stderr, code} = await site.god(['stat', ...json], {env: required('breaks.cjs')})
      const told = json.length === 0 ? stderr : JSON.parse(stdout).error.hint
      assert.equal(code, 70)
      assert.ok(stderr.trimEnd().split('\n').length <= 3)
      const path = /report is in (\S+)\.$/m.exec(told)?.[1] ?? ''
      assert.match(readFileSync(path, 'utf8'), /^node v.*\nTypeError: .*\n +at /)
      rmSync(dirname(path), {recursive: true})
    }
  })
})
