/** Traces as text: the Standard Workload Format, and jobs as JSON. */
import assert from 'node:assert/strict'
import {parseSwfLine} from '../../../src/core/simulate/swf.js'
import {parseTrace} from '../../../src/core/simulate/trace.js'

const GOOD = '1 0 -1 10 2 -1 -1 4 20 -1 1 7 3 -1 1 -1 -1 -1'

describe('a trace in the Standard Workload Format', () => {
  it('has header lines, remarks, blank lines and jobs, also with the line ends of Windows', () => {
    const text = ['; Computer: X', '; MaxProcs: 100', ';', '', `${GOOD}\r`, `  ${GOOD.replace('1', '2')}\t`]
    const {rows, processors, faults} = parseTrace(text)
    assert.deepEqual(
      [...rows].map(({job, at}) => [job, at]),
      [
        [1, 5],
        [2, 6],
      ],
    )
    assert.deepEqual([processors, faults], [100, []])
  })

  it('says nothing of the machine where MaxProcs is missing, unknown or no number', () => {
    for (const header of ['; MaxNodes: 5', '; MaxProcs: -1', '; MaxProcs: many', '; MaxProcs:'])
      assert.equal(parseTrace([header, GOOD]).processors, null, header)
    assert.equal(parseTrace(['; maxprocs: 128 (of 130)', GOOD]).processors, 128)
  })

  it('may have decimals', () => {
    const {rows, faults} = parseTrace(['1 0.5 -1 10.25 2.0 -1 -1 4. 2e1 -1 1 7 3 -1 1 -1 -1 -1'])
    assert.deepEqual(faults, [])
    const [row] = rows
    assert.deepEqual(
      [row?.submit, row?.run, row?.allocated, row?.requested, row?.limit],
      [0.5, 10.25, 2, 4, 20],
    )
  })

  it('has 18 numbers a line; each other line is told with its number and what is wrong', () => {
    const lines = [
      [GOOD, null],
      [`${GOOD} 5`, /it has 19 fields, and a job of this format has 18/],
      ['1 2 3', /it has 3 fields/],
      [GOOD.replace('10', 'ten'), /its run time is "ten", no number/],
      [GOOD.replace('10', '0x10'), /its run time is "0x10", no number/],
      [GOOD.replace('10', '1-0'), /its run time is "1-0", no number/],
      [GOOD.replace('10', '1e999'), /its run time is "1e999", no number/],
      [GOOD.replace('10', 'Infinity'), /no number/],
      [GOOD.replace('1 0', '-1 0'), /its job number is -1/],
      [GOOD.replace('1 0', '1.5 0'), /its job number is 1.5/],
      [GOOD.replace('20', '99999999999'), /its requested time is 99999999999 s, and more than 10000000000 s/],
      [GOOD.replace('1 0', '1 -99999999999'), /its submit time is -99999999999 s/],
    ] as const
    for (const [line, why] of lines) {
      const parsed = parseSwfLine(line)
      if (why === null) assert.equal(parsed.kind, 'row', line)
      else assert.match(parsed.kind === 'bad' ? parsed.why : '', why, line)
    }
    assert.deepEqual(
      parseTrace([GOOD, 'x', GOOD, 'y']).faults.map(({where}) => where),
      ['line 2', 'line 4'],
    )
  })

  it('quotes no more of a bad line than a reader needs', () => {
    const parsed = parseSwfLine('x'.repeat(10_000))
    assert.ok(parsed.kind === 'bad' && parsed.why.length < 200)
  })

  it('has users of its own whose numbers are unknown', () => {
    const {rows} = parseTrace([GOOD.replace(' 7 3 ', ' -1 -1 ')])
    const [row] = rows
    assert.deepEqual([row?.user, row?.project], ['unknown', 'unknown'])
  })
})

const JOB = {
  id: 5,
  user: 'ann',
  project: 'lab',
  queue: 'long',
  submitted: '2026-01-01T00:00:00.000Z',
  started: '2026-01-01T00:01:00.000Z',
  ended: '2026-01-01T00:02:30.000Z',
  walltime: 600,
  resources: {cpus: 2, memory: 1024, gpus: 1},
  state: 'done',
}
const NEW_YEAR = Date.parse('2026-01-01T00:00:00Z') / 1000

describe('a trace of jobs as JSON', () => {
  const expected = {
    ...{at: 1, job: 5, submit: NEW_YEAR, run: 90, limit: 600, allocated: -1, requested: 2},
    ...{memory: 1024, gpus: 1, user: 'ann', project: 'lab', queue: 'long', nice: 0, priority: 0},
  }

  it('is what stat prints, or a list, or a job a line', () => {
    const document = JSON.stringify({schema: 1, jobs: [JOB]})
    for (const lines of [
      [document],
      JSON.stringify({schema: 1, jobs: [JOB]}, null, 2).split('\n'),
      [JSON.stringify([JOB])],
      [JSON.stringify(JOB)],
      ['', JSON.stringify(JOB), ''],
    ])
      assert.deepEqual(parseTrace(lines), {rows: [expected], processors: null, faults: []})
  })

  it('takes a time that a job would run instead of when it ran, and seconds instead of dates', () => {
    const thought = {id: 1, submitted: 10, run: 5.5, walltime: 60, resources: {cpus: 0.5}}
    const [row] = parseTrace([JSON.stringify(thought)]).rows
    assert.deepEqual(
      [row?.submit, row?.run, row?.requested, row?.user, row?.memory],
      [10, 5.5, 0.5, 'unknown', 0],
    )
  })

  it('does not know how long one ran that has not ended, nor an array, whose tasks are jobs', () => {
    const {ended, ...running} = JOB
    const array = {...JOB, array: {range: '1-3'}}
    const rows = parseTrace(
      [running, {...JOB, ended: null}, array, {...JOB, task: 2}].map(job => JSON.stringify(job)),
    )
    assert.deepEqual(
      [...rows.rows].map(({job, run}) => [job, run]),
      [
        [5, -1],
        [5, -1],
        [5, -1],
        ['5[2]', 90],
      ],
    )
  })

  it('has a fault for each job that is none, with its place', () => {
    const faultsOf = (...lines: unknown[]) =>
      parseTrace(lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line)))).faults
    assert.match(faultsOf(JOB, '{"id":')[0]?.where ?? '', /^line 2$/)
    assert.match(faultsOf({...JOB, id: -1})[0]?.why ?? '', /^id: /)
    assert.match(
      faultsOf({...JOB, submitted: 'yesterday'})[0]?.why ?? '',
      /submitted: a time like 2026-01-31/,
    )
    assert.match(faultsOf({...JOB, submitted: '2026-13-45T00:00:00Z'})[0]?.why ?? '', /a time like/)
    assert.match(faultsOf({...JOB, walltime: 1e12})[0]?.why ?? '', /more seconds than any trace has/)
    assert.match(faultsOf([JOB, 7])[0]?.where ?? '', /^job 2 of the list$/)
    assert.match(faultsOf('[1,')[0]?.why ?? '', /not JSON/)
    assert.match(faultsOf('{"schema":1,', '"nodes":[]}')[0]?.why ?? '', /no list of jobs/)
  })

  it('is empty where there is nothing', () => {
    assert.deepEqual(parseTrace(['', ' ']), {rows: [], processors: null, faults: []})
  })
})
