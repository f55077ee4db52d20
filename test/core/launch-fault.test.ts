/** Why a command could not begin: seen by the wrapper afterwards, told by the reason of the job. */
import assert from 'node:assert/strict'
import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {
  LAUNCH_FAULTS,
  launchFaultText,
  mayBeLaunchFault,
  parseLaunchFault,
} from '../../src/core/launch-fault.js'
import {endedChange} from '../../src/core/outcome.js'
import {anExited, aRunning, later} from './builders.js'
import {sh, underEachShell, type Workshop} from './workshop.js'

const CAUSE = 'started.1/cause'

underEachShell('the wrapper, where nothing could be run', job => {
  type Row = readonly [
    title: string,
    argv: (job: Workshop) => readonly string[],
    code: number,
    cause: string,
    over?: Record<string, string>,
  ]
  const program =
    (name: string, text: string, mode = 0o755) =>
    (at: Workshop) => [at.program(join(at.root, name), text, mode)]
  const rows: readonly Row[] = [
    ['a name that PATH does not have', () => ['no-such'], 127, 'program'],
    ['a path where nothing is', () => ['/nonexistent/x'], 127, 'program'],
    ['a file without the right to run', program('plain', '#!/bin/sh\n', 0o644), 126, 'executable'],
    ['a folder', () => ['/tmp/'], 126, 'executable'],
    ['a working directory that is not there', () => sh('true'), 126, 'workdir', {GOD_CWD: '/nonexistent'}],
    ['an output that cannot be opened', () => sh('true'), 126, 'output', {GOD_STDOUT: 'no/such/file'}],
    [
      'an interpreter that is not there',
      program('script', '#!/no/such/shell -x\nexit 0\n'),
      127,
      'interpreter',
    ],
    ['line ends of Windows', program('dos', '#!/bin/sh\r\nexit 0\r\n'), 127, 'line-ends'],
  ]
  for (const [title, argv, code, cause, over = {}] of rows)
    it(`for ${title} leaves '${cause}' beside ${code}`, () => {
      const ended = job.run([...argv(job)], over)
      assert.equal(ended === 126 ? 126 : 127, code)
      assert.equal(job.read(CAUSE), `${cause}\n`)
      assert.equal(job.read('started.1/exit'), `${code}\n`)
    })

  it('finds the script by PATH too', () => {
    mkdirSync(join(job.root, 'bin'))
    job.program(join(job.root, 'bin', 'tool'), '#!/no/such/python3\n')
    assert.equal(job.run(['tool'], {PATH: `${join(job.root, 'bin')}:/usr/bin:/bin`}), 127)
    assert.equal(job.read(CAUSE), 'interpreter\n')
  })

  it('leaves nothing where the command itself ended so, and says nothing in its output', () => {
    for (const [i, code] of [126, 127].entries()) {
      assert.equal(job.run(sh(`exit ${code}`), {GOD_ATTEMPT: String(i + 1)}), code)
      assert.equal(job.has(`started.${i + 1}/cause`), false)
      assert.deepEqual([job.read('god.log'), job.read('god.err')], ['', ''])
    }
    assert.equal(
      job.run([job.program(join(job.root, 'own'), '#!/bin/sh\nexit 127\n')], {GOD_ATTEMPT: '3'}),
      127,
    )
    assert.equal(job.has('started.3/cause'), false)
  })
})

describe('a cause', () => {
  it('is one of the words or none: a job may have written anything', () => {
    for (const word of LAUNCH_FAULTS)
      assert.deepEqual([parseLaunchFault(word), parseLaunchFault(`${word}\n`)], [word, word])
    for (const text of ['', '\n', 'constructor', 'program\n\n', 'x'.repeat(16), ' program'])
      assert.equal(parseLaunchFault(text), null, text)
  })

  it('explains an exit code 126 or 127, and no other end', () => {
    const reasonOf = (code: number, state: 'running' | 'stopping' = 'running') =>
      endedChange(aRunning({state}), anExited(code), code, later(1000), 'interpreter').reason?.text
    for (const code of [126, 127]) {
      assert.equal(reasonOf(code), `exit code ${code}: ${launchFaultText('interpreter')}`)
      assert.ok(mayBeLaunchFault(code))
    }
    assert.equal(reasonOf(0), undefined)
    assert.equal(reasonOf(1), 'exit code 1')
    for (const code of [null, 0, 1, 125, 128, 137]) assert.equal(mayBeLaunchFault(code), false)
  })
})
