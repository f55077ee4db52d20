import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {jobId} from '../../src/core/brand.js'
import {siteForEach} from '../support/site.js'
import {CTRL_C, onTerminal} from '../support/terminal.js'

describe('Ctrl-C', () => {
  const held = siteForEach()
  beforeEach(async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
  })

  const interrupted = async (args: readonly string[], ready?: RegExp) => {
    const running = held.site.start(args)
    await running.listening()
    if (ready !== undefined) await running.seen(ready)
    running.child.kill('SIGINT')
    return running.done
  }

  const untouched = async (): Promise<void> => {
    const {jobs} = await held.site.json(['stat', '1-2'])
    assert.deepEqual(
      jobs.map(({state}) => state),
      ['running', 'running'],
    )
  }

  it('in wait leaves the jobs alone, and says how to end them', async () => {
    assert.deepEqual(await interrupted(['wait', '1-2']), {
      stdout: '',
      stderr: "god: interrupted; jobs 1 2 are left alone. End with 'god kill 1 2'.\n",
      code: 130,
    })
    await untouched()
  })

  it('in wait --json is one document', async () => {
    const {stdout, stderr, code} = await interrupted(['wait', '1', '--json'])
    const {schema, error} = JSON.parse(stdout)
    assert.deepEqual([schema, error.code, stderr, code], [1, 'E_INTERRUPTED', '', 130])
  })

  it('in submit -W leaves the job alone, whose id is known', async () => {
    const {site} = held
    assert.deepEqual(await interrupted(['submit', '-W', 'x'], /Submitted/), {
      stdout: 'Submitted job 3\n',
      stderr: "god: interrupted; job 3 is left alone. End with 'god kill 3'.\n",
      code: 130,
    })
    assert.equal((await site.json(['stat', '3'])).jobs[0]?.state, 'pending')
  })

  it('in logs -f leaves the job alone', async () => {
    const {site} = held
    writeFileSync(join(site.layout.workOf(site.open().uid, jobId(1)), 'god.log'), 'output\n')
    assert.deepEqual(await interrupted(['logs', '1', '-f'], /output/), {
      stdout: 'output\n',
      stderr: "god: interrupted; job 1 is left alone. End it with 'god kill 1'.\n",
      code: 130,
    })
    await untouched()
  })

  it('in stat -w leaves the jobs alone', async () => {
    const {stdout, stderr, code} = await interrupted(['stat', '-w', '-Q'], /1\n2\n/)
    assert.match(stdout, /^(1\n2\n)+$/)
    assert.deepEqual([stderr, code], ['god: interrupted; the jobs are left alone.\n', 130])
    await untouched()
  })

  it('in stat -w --json ends documents, one a line', async () => {
    const {stdout, code} = await interrupted(['stat', '-w', '--json'], /"jobs"/)
    const documents = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    assert.deepEqual([documents[0].jobs.length, documents.at(-1).error.code, code], [2, 'E_INTERRUPTED', 130])
  })

  it('typed on a terminal does the same', async () => {
    const session = onTerminal('$GOD stat -w -Q --no-color', held.site.options())
    await session.seen(/2\r\n/)
    session.type(CTRL_C)
    const {screen, code} = await session.done
    assert.match(screen, /\n\^?C?god: interrupted; the jobs are left alone\.\n$/)
    assert.equal(code, 130)
  })

  for (const [name, code] of [
    ['SIGTERM', 130],
    ['SIGHUP', 130],
  ] as const) {
    it(`and ${name} end a wait alike`, async () => {
      const running = held.site.start(['wait', '1'])
      await running.listening()
      running.child.kill(name)
      assert.equal((await running.done).code, code)
    })
  }
})
