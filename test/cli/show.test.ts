import assert from 'node:assert/strict'
import {unlinkSync, writeFileSync} from 'node:fs'
import {userInfo} from 'node:os'
import {join} from 'node:path'
import {jobId} from '../../src/core/brand.js'
import {siteForEach} from '../support/site.js'

const {username, uid} = userInfo()
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g

describe('god show', () => {
  const held = siteForEach()

  it('tells all of a job that has run, with its command', async () => {
    const {site} = held
    const vars = ['FAKE_EXIT=3', 'FAKE_CPU_SECONDS=1.5'].flatMap(word => ['-E', word])
    await site.here(['submit', '-J', 'trial', '-t', '1h', '-l', 'run=1', ...vars, '--', 'sort', '-k 2', ''])
    await site.pass()
    const {stdout, stderr, code} = await site.god(['show', '1'])
    const folder = site.layout.workOf(site.open().uid, jobId(1))
    assert.deepEqual([stderr, code], ['', 0])
    assert.equal(
      stdout
        .replace(TIME, 'TIME')
        .replace(/sha256:[0-9a-f]{64}/, 'IMAGE')
        .replace(site.made.cluster.slice(0, 8), 'CLUSTER'),
      `job        1 trial
state      failed: exit code 3
desired    run
user       ${username} (${uid})
queue      default, project default
image      busybox:local
image id   IMAGE
asks for   1 cpu, 512M memory, 0 gpus
time       0:00 of 1:00:00
submitted  TIME
started    TIME
ended      TIME
exit       3
usage      1.50 cpu seconds, at most 1M
node       n1
attempt    1
container  god-CLUSTER-1-1
labels     run=1
command    sort "-k 2" ""
output     ${folder}/god.log
error      ${folder}/god.err
`,
    )
  })

  it('tells the same as one document, with the spec by the names of the flags', async () => {
    const {site} = held
    await site.here(['submit', '-D', '/data', '-o', 'out', '-E', 'A=1', '--', 'sort', '-n'])
    await site.pass()
    interface Document {
      readonly schema: number
      readonly state: string
      readonly spec: object
      readonly files: object
    }
    const {schema, state, spec, files} = await site.json<Document>(['show', '1'])
    const folder = site.layout.workOf(site.open().uid, jobId(1))
    assert.deepEqual(
      {schema, state, spec, files},
      {
        schema: 1,
        state: 'done',
        spec: {
          argv: ['sort', '-n'],
          env: {A: '1'},
          workdir: '/data',
          output: 'out',
          error: null,
          volumes: [],
        },
        files: {output: join(folder, 'out'), error: join(folder, 'god.err')},
      },
    )
  })

  it('takes its one job from standard input too, as history and logs do', async () => {
    const {site} = held
    await site.submit()
    for (const verb of ['show', 'history', 'logs']) {
      assert.equal((await site.god([verb, '-'], {stdin: '1\n'})).code, 0, verb)
      for (const [stdin, n] of [
        ['', 0],
        ['1 1', 2],
      ] as const) {
        const {stderr, code} = await site.god([verb, '-'], {stdin})
        assert.deepEqual(
          [stderr, code],
          [`god: standard input names ${n} jobs; this command takes one.\n`, 2],
        )
      }
    }
  })

  it('never gives a path inside of the container for one of the host', async () => {
    const {site} = held
    await site.here(['submit', '-o', '/data/out', '-e', '/mnt/go-docker/err', '--', 'sort'])
    await site.pass()
    const folder = site.layout.workOf(site.open().uid, jobId(1))
    const {files} = await site.json<{files: object}>(['show', '1'])
    assert.deepEqual(files, {output: null, error: join(folder, 'err')})
    const {stdout} = await site.here(['show', '1'])
    assert.match(stdout, /^output +\/data\/out in its container$/m)
  })

  it('knows a job at once, with its command', async () => {
    const {site} = held
    await site.here(['submit', '--', 'sort', '-n'])
    const {stdout} = await site.here(['show', 'last'])
    assert.match(stdout, /^state +pending: no scheduler has taken the request yet$/m)
    assert.match(stdout, /^command +sort -n$/m)
    assert.match(stdout, /^submitted +-$/m)
  })

  it('tells why a request was refused', async () => {
    const {site} = held
    await site.here(['submit', '-c', '64', '-J', 'huge', '--', 'sort'])
    await site.pass()
    const {stdout, code} = await site.here(['show', '1'])
    assert.equal(code, 0)
    assert.match(stdout, /^state +refused: the job asks for 64 cpus/m)
    const {jobs} = await site.json(['stat', '1'])
    assert.deepEqual(
      jobs.map(({state, name}) => [state, name]),
      [['refused', 'huge']],
    )
    assert.equal((await site.here(['stat', '-Q'])).stdout, '')
    assert.equal((await site.here(['stat', '-Q', '--since', '1h'])).stdout, '1\n')
    assert.equal((await site.here(['kill', '1'])).stdout, 'job 1: is over already (refused)\n')
  })

  it('shows a job whose spec is damaged, and says why its command is missing', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    unlinkSync(site.layout.spec(jobId(1)))
    writeFileSync(site.layout.spec(jobId(1)), 'nonsense')
    const {stdout, code} = await site.here(['show', '1'])
    assert.equal(code, 0)
    assert.match(stdout, /^state +running$/m)
    assert.match(stdout, /^command +cannot be told: the spec of job 1 is damaged: /m)
    const {specFault} = await site.json<{specFault: string}>(['show', '1'])
    assert.match(specFault, /^the spec of job 1 is damaged: /)
    unlinkSync(site.layout.spec(jobId(1)))
    assert.match(
      (await site.here(['show', '1'])).stdout,
      /^command +cannot be told: its private spec is lost;/m,
    )
  })

  it('of a script tells its length and its arguments', async () => {
    const {site} = held
    writeFileSync(join(site.work, 'run.sh'), '#!/bin/sh\n')
    await site.here(['submit', './run.sh', 'a b'])
    assert.match(
      (await site.here(['show', '1'])).stdout,
      /^command +script, 10 characters, arguments \["a b"\]$/m,
    )
  })
})

describe('god history', () => {
  const held = siteForEach()

  it('is the transitions of a job, a line each, columns frozen', async () => {
    const {site} = held
    await site.here(['submit', '-H', '-E', 'FAKE_SECONDS=forever', '--', 'x'])
    await site.pass()
    await site.here(['release', '1'])
    await site.pass()
    await site.here(['kill', '1'])
    await site.pass()
    const {stdout, code} = await site.god(['history', '1', '--header'])
    assert.equal(code, 0)
    assert.equal(
      stdout.replace(TIME, 'TIME'),
      [
        'REV\tAT\tSTATE\tDESIRED\tATTEMPT\tNODE\tBY\tREASON',
        '1\tTIME\theld\trun\t1\t\tscheduler\theld at submission',
        `2\tTIME\tpending\trun\t1\t\tu${uid}\t`,
        '3\tTIME\tstarting\trun\t1\tn1\tscheduler\t',
        '4\tTIME\trunning\trun\t1\tn1\twatcher\t',
        `5\tTIME\trunning\tkilled\t1\tn1\tu${uid}\t`,
        '6\tTIME\tstopping\tkilled\t1\tn1\twatcher\tasked to end with SIGTERM',
        '7\tTIME\tkilled\tkilled\t1\tn1\twatcher\tkilled by request',
        '',
      ].join('\n'),
    )
  })

  it('is one document, oldest first', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    interface History {
      readonly schema: number
      readonly id: number
      readonly revisions: readonly {readonly rev: number; readonly state: string; readonly at: string}[]
    }
    const {schema, id, revisions} = await site.json<History>(['history', '1'])
    assert.deepEqual([schema, id], [1, 1])
    assert.deepEqual(
      revisions.map(({rev, state}) => [rev, state]),
      [
        [1, 'pending'],
        [2, 'starting'],
        [3, 'running'],
      ],
    )
    for (const {at} of revisions) assert.match(at, new RegExp(`^${TIME.source}$`))
  })

  it('is empty before admission', async () => {
    const {site} = held
    await site.submit()
    assert.deepEqual(await site.here(['history', '1']), {stdout: '', stderr: '', code: 0})
  })
})
