/** The forty points of a good command line, 1-7: what goes to which stream. */
import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {jobId} from '../../../src/core/brand.js'
import {siteForEach} from '../../support/site.js'
import {onTerminal} from '../../support/terminal.js'

describe('checklist: streams', () => {
  const held = siteForEach()

  it('1. results go to standard output, everything else to standard error', async () => {
    const {site} = held
    const {stdout, stderr} = await site.shell(
      '$GOD submit -E UNSET x >id; $GOD submit --parsable x >parsable; cat id; echo -; cat parsable',
    )
    assert.equal(stdout, 'Submitted job 1\n-\n2\n')
    assert.equal(stderr, 'UNSET is not set here, so the job has no such variable\n')
  })

  it('2. errors, warnings and hints are never on standard output, but for the one document of --json', async () => {
    const {site} = held
    await site.submit()
    writeFileSync(site.layout.halt, 'trial')
    for (const args of [
      ['stat', '99'],
      ['kill', '99'],
      ['bogus'],
      ['stat', '--nope'],
      ['kill'],
      ['schedule'],
    ]) {
      const {stdout, stderr, code} = await site.here(args)
      assert.deepEqual([stdout, stderr === '', code === 0], ['', false, false], args.join(' '))
    }
    const warned = await site.here(['stat', '-Q'])
    assert.deepEqual([warned.stdout, /HALT/.test(warned.stderr)], ['1\n', true])
    const {stdout, stderr} = await site.here(['stat', '99', '--json'])
    assert.deepEqual([JSON.parse(stdout).error.code, stderr], ['E_NO_JOB', ''])
  })

  it('3. there is no spinner, progress or question where nobody sits at a terminal', async () => {
    const {site} = held
    for (let i = 0; i < 21; i++) await site.submit()
    const {stdout, stderr, code} = await site.god(['kill', '1-21'])
    assert.deepEqual([stdout.split('\n').length, stderr, code], [22, '', 0])
    const waited = await site.god(['wait', '1', '--timeout', '1'])
    assert.doesNotMatch(waited.stdout + waited.stderr, /[\r\u001b\u0008]/)
  })

  it('4. standard output that is closed early is no error', async () => {
    const {site} = held
    for (let i = 0; i < 3; i++) await site.submit()
    const {stdout, stderr} = await site.shell('set -o pipefail; $GOD stat -l | head -1 >/dev/null; echo $?')
    assert.match(stdout, /^(0|141)\n$/)
    assert.equal(stderr, '')
  })

  it('5. kill, suspend, resume, requeue and update say a line a job, and with -Q nothing', async () => {
    const {site} = held
    await site.here(['submit', '-H', 'x'])
    const changed = await site.here(['update', '1', '--nice', '5'])
    assert.equal(changed.stdout, 'job 1: update requested: nice 5\n')
    assert.deepEqual(await site.here(['update', '-Q', '1', '--nice', '6']), {stdout: '', stderr: '', code: 0})
    await site.here(['kill', '1'])
    for (let i = 0; i < 4; i++) await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    for (const verb of ['suspend', 'resume', 'requeue', 'kill']) {
      const spoken = await site.here([verb, '2', '3'])
      assert.equal(spoken.stdout, `job 2: ${verb} requested\njob 3: ${verb} requested\n`)
      assert.deepEqual(await site.here([verb, '-Q', '4', '5']), {stdout: '', stderr: '', code: 0})
      await site.pass()
    }
  })

  it('6. in a pipe tables are lines of tabs, uncut, with titles only on demand, in a frozen order', async () => {
    const {site} = held
    const name = 'a-long-name-'.repeat(5)
    await site.here(['submit', '-J', name, '-t', '1h', 'x'])
    const {stdout} = await site.here(['stat', '--header'])
    assert.equal(
      stdout
        .replaceAll(site.open().configuration.settings.node_name, 'n1')
        .replace(/\t(root|\w+)\tpending/, '\tme\tpending'),
      'JOBID\tNAME\tQUEUE\tUSER\tST\tTIME/LIMIT\tCPUS\tMEM\tGPU\tNODE(REASON)\n' +
        `1\t${name}\tdefault\tme\tpending\t-/1:00:00\t1\t512M\t0\t(no scheduler has taken the request yet)\n`,
    )
    assert.equal((await site.here(['stat'])).stdout.split('\n').length, 2)
  })

  it('7. control characters come out escaped: of remarks, logs, settings and errors', async () => {
    const {site} = held
    const evil = '\u001b]0;x\u0007\u202e'
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    await site.here(['kill', '1', '--reason', evil])
    await site.pass()
    writeFileSync(join(site.layout.workOf(site.open().uid, jobId(1)), 'god.log'), evil)
    const shown = [
      await site.here(['history', '1']),
      await site.here(['stat', `@${evil}`]),
      await site.here(['submit', '-J', evil, 'x']),
      await onTerminal('$GOD logs 1', site.options()).done.then(({screen}) => ({stdout: screen, stderr: ''})),
    ]
    for (const {stdout, stderr} of shown) {
      assert.match(stdout + stderr, /\\(x1b|u001b)\]0;x\\(x07|u0007)\\u202e/)
      assert.doesNotMatch(stdout + stderr, /[\u001b\u0007\u202e]/)
    }
  })
})
