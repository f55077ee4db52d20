/** `god simulate`: traces and the present queue, as its users meet it. */
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {type Row, swfLine} from '../core/simulate/workloads.js'
import {siteForEach} from '../support/site.js'

/** On four processors: starts at 0, 10, 2, 10. */
const ROWS: readonly Row[] = [
  {job: 1, submit: 0, run: 10, procs: 3, limit: 20, user: 1},
  {job: 2, submit: 1, run: 5, procs: 2, limit: 5, user: 2},
  {job: 3, submit: 2, run: 30, procs: 1, limit: 30, user: 1},
  {job: 4, submit: 3, run: 4, procs: 1, limit: 4, user: 2},
]
const TRACE = `; MaxProcs: 4\r\n${ROWS.map(swfLine).join('\r\n')}\r\n`

interface Document {
  readonly metrics: Readonly<Record<string, unknown>>
  readonly dropped: Readonly<Record<string, number>>
  readonly options: Readonly<Record<string, unknown>>
  readonly error: {readonly code: string; readonly message: string; readonly hint: string}
}

describe('god simulate', () => {
  const held = siteForEach()
  const write = (name: string, bytes: string | Uint8Array): void =>
    writeFileSync(join(held.site.work, name), bytes)
  const read = (name: string): string => readFileSync(join(held.site.work, name), 'utf8')
  const simulate = async (...words: string[]): Promise<Document> =>
    JSON.parse((await held.site.here(['simulate', '--json', ...words])).stdout)
  const refused = async (...words: string[]): Promise<string> => {
    const {stdout, code} = await held.site.here(['simulate', '--json', ...words])
    assert.equal(code, 2, stdout)
    const {error}: Document = JSON.parse(stdout)
    return `${error.code} ${error.message}. ${error.hint}`
  }

  it('tells the figures of a trace, which rows fell to which rule, and the hash of the starts', async () => {
    write('a.swf', TRACE)
    const {metrics, dropped} = await simulate('a.swf')
    const startsSha256 = createHash('sha256').update('1,0\n2,10\n3,2\n4,10\n').digest('hex')
    const {sumOfWaits, meanBoundedSlowdown, utilisation, makespan, jobs} = metrics
    assert.deepEqual(
      {jobs, sumOfWaits, meanBoundedSlowdown, utilisation, makespan},
      {jobs: 4, sumOfWaits: 16, meanBoundedSlowdown: 1.125, utilisation: 74 / 128, makespan: 32},
    )
    assert.equal(metrics.startsSha256, startsSha256)
    assert.deepEqual(dropped, {
      ...{tooLarge: 0, noProcessors: 0, noRunTime: 0, noLimit: 0, negativeSubmit: 0, noNode: 0},
    })
    const {stdout} = await held.site.here(['simulate', 'a.swf'])
    assert.match(stdout, /^jobs\t4\ndropped: more processors than the machine has\t0\n/)
    assert.match(stdout, /^sum of waits\t16 s$/m)
    assert.match(stdout, new RegExp(`^sha256 of the starts\t${startsSha256}$`, 'm'))
  })

  it('needs no shared directory, and takes a gzipped trace, and standard input', async () => {
    write('a.swf.gz', gzipSync(TRACE))
    const env = {GOD_SHARED_DIR: '/nonexistent'}
    const packed = await held.site.here(['simulate', '--json', 'a.swf.gz'], {env})
    assert.equal(JSON.parse(packed.stdout).metrics.sumOfWaits, 16)
    const piped = await held.site.god(['simulate', '--json', '-'], {env, stdin: TRACE})
    assert.equal(JSON.parse(piped.stdout).metrics.sumOfWaits, 16)
  })

  it('takes rules, estimates and the size of the machine from its flags, and tells what it took', async () => {
    write('a.swf', TRACE)
    assert.equal((await simulate('a.swf', '--backfill', 'none')).metrics.sumOfWaits, 24)
    const small = await simulate('a.swf', '--procs', '2')
    assert.deepEqual([small.dropped.tooLarge, small.metrics.jobs, small.options.cpus], [1, 3, 2])
    const {options} = await simulate(
      ...[
        'a.swf',
        '--estimates',
        'actual',
        '--event-order',
        'serial',
        '--depth',
        '3',
        '--placement',
        'spread',
      ],
    )
    assert.deepEqual(
      [
        options.policy,
        options.backfill,
        options.depth,
        options.placement,
        options.estimates,
        options.eventOrder,
      ],
      ['fifo', 'easy', 3, 'spread', 'actual', 'serial'],
    )
  })

  it('gives a row without a limit its run time, if asked', async () => {
    write('a.swf', TRACE.replace(' 20 -1 1 1 ', ' -1 -1 1 1 '))
    assert.equal((await simulate('a.swf')).dropped.noLimit, 1)
    const all = await simulate('a.swf', '--missing-limit', 'run')
    assert.deepEqual([all.dropped.noLimit, all.metrics.jobs], [0, 4])
  })

  it('takes jobs as JSON, and nodes with memory and gpus', async () => {
    const job = (id: number, gpus: number) =>
      JSON.stringify({
        ...{id, user: 'ann', submitted: '2026-01-01T00:00:00Z', run: 60, walltime: 100},
        resources: {cpus: 1, memory: 2 * 1024 ** 3, gpus},
      })
    write('past.ndjson', `${job(1, 1)}\n${job(2, 1)}\n${job(3, 0)}\n${job(4, 9)}\n`)
    write('nodes.ndjson', '{"name":"a","cpus":4,"mem":"4G","gpus":1}\n')
    const words = ['past.ndjson', '--nodes', 'nodes.ndjson']
    const {metrics, dropped} = await simulate(...words)
    assert.deepEqual([metrics.jobs, metrics.sumOfWaits, dropped.noNode], [3, 60, 1])
    write('nodes.ndjson', '{"name":"a","cpus":4,"mem":"2G","gpus":1}\n')
    assert.equal((await simulate(...words, '--memory', 'requested')).metrics.sumOfWaits, 60 + 120)
  })

  it('writes the jobs and a picture where it is told, and nothing else', async () => {
    write('a.swf', TRACE)
    await simulate('a.swf', '--csv', 'jobs.csv', '--picture', 'queue.svg')
    const [head, ...lines] = read('jobs.csv').trimEnd().split('\n')
    assert.equal(head, 'job,user,project,queue,cpus,submit,start,end,wait,run,limit,node')
    assert.equal(lines[1], '2,2,1,1,2,1,10,15,9,5,5,trace')
    const svg = read('queue.svg')
    assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/)
    assert.match(svg, /<\/svg>\n$/)
    for (const word of ['4 jobs, fifo, backfill easy', 'utilisation (%)', 'jobs waiting', 'hours since'])
      assert.ok(svg.includes(word), word)
    assert.ok((svg.match(/<path /g) ?? []).length > 5)
  })

  it('marks what a spreadsheet would run, and quotes what would break a line', async () => {
    const user = '=1+"x",'
    const job = {id: 1, user, submitted: 0, run: 1, walltime: 1, resources: {cpus: 1}}
    write('past.ndjson', JSON.stringify(job))
    await simulate('past.ndjson', '--procs', '1', '--csv', 'jobs.csv')
    assert.match(read('jobs.csv'), /^1,"'=1\+""x"",",default,/m)
  })

  it('shakes a trace by a seed, and leaves it alone otherwise', async () => {
    write('a.swf', TRACE)
    const hash = async (...words: string[]) => (await simulate('a.swf', ...words)).metrics.startsSha256
    assert.equal(await hash('--seed', '7'), await hash())
    assert.equal(await hash('--seed', '7', '--shake', '1h'), await hash('--seed', '7', '--shake', '1h'))
    assert.notEqual(await hash('--seed', '7', '--shake', '1h'), await hash('--seed', '8', '--shake', '1h'))
  })

  it('refuses what is no trace, with the line, and does nothing', async () => {
    write('a.swf', `${TRACE}1 2 3\n`)
    assert.match(await refused('a.swf', '--csv', 'out.csv'), /^E_TRACE_BAD a.swf, line 6: it has 3 fields/)
    assert.ok(!existsSync(join(held.site.work, 'out.csv')))
    write('empty.swf', '; MaxProcs: 4\n')
    assert.match(await refused('empty.swf'), /^E_TRACE_BAD empty.swf has no jobs in it/)
    write('cut.swf.gz', gzipSync(TRACE).subarray(0, 40))
    assert.match(await refused('cut.swf.gz'), /^E_TRACE_BAD cut.swf.gz is no whole gzip file/)
    write('bare.swf', TRACE.slice(TRACE.indexOf('\n') + 1))
    assert.match(await refused('bare.swf'), /does not say how many processors .* --procs N/)
    write('old.swf', TRACE.replace(/^([1-4]) \d+/gm, '$1 -5'))
    assert.match(
      await refused('old.swf'),
      /^E_TRACE_BAD of old.swf no job is left to replay; .*negativeSubmit/,
    )
    assert.match(await refused('missing.swf'), /^E_TRACE_BAD missing.swf is not there/)
    assert.match(await refused('.'), /^E_TRACE_BAD . is a folder/)
  })

  it('refuses nodes that are none, with the line', async () => {
    write('a.swf', TRACE)
    write('nodes', '{"name":"a","cpus":4}\n{"name":"a","cpus":4}\n')
    assert.match(
      await refused('a.swf', '--nodes', 'nodes'),
      /^E_TRACE_BAD nodes, line 2: the node a was named/,
    )
    write('nodes', '\n{"name":"a","cpus":-4}\n')
    assert.match(
      await refused('a.swf', '--nodes', 'nodes'),
      /nodes, line 2: cpus: a number of cpus is expected/,
    )
    write('nodes', '\n')
    assert.match(await refused('a.swf', '--nodes', 'nodes'), /nodes has no nodes in it/)
  })

  it('refuses words that contradict each other, or are out of bounds', async () => {
    write('a.swf', TRACE)
    mkdirSync(join(held.site.work, 'folder'))
    for (const [words, why] of [
      [['a.swf', '--procs', '0'], /--procs 0 is no size of a machine/],
      [['a.swf', '--procs', '4000000000'], /--procs 4000000000 is no size/],
      [['a.swf', '--procs', '4', '--nodes', 'a.swf'], /--procs and --nodes both say/],
      [['a.swf', '--memory', 'requested'], /--memory requested needs nodes/],
      [['a.swf', '--depth', '2', '--backfill', 'none'], /--depth belongs to --backfill easy/],
      [['a.swf', '--depth', '0'], /--depth 0 is no number of reservations/],
      [['a.swf', '--shake', 'much'], /E_AMOUNT_BAD --shake 'much' is no time/],
      [['a.swf', '--half-life', '0'], /--half-life 0 would forget all/],
      [['a.swf', '--half-life', '-3d'], /E_AMOUNT_BAD --half-life '-3d' is no time/],
      [['a.swf', '--policy-option', 'x'], /--policy-option 'x' is no option/],
      [['a.swf', '--picture', 'queue.png'], /queue\.png: a picture is drawn as SVG/],
      [['a.swf', '--picture', 'folder'], /folder cannot be written: it is a folder/],
      [
        ['a.swf', '--picture', './a.swf'],
        /a\.swf cannot be written: it is read, or written, as something else/,
      ],
      [['a.swf', '--csv', 'b', '--picture', './b'], /b cannot be written: it is read, or written, as/],
      [['a.swf', '--csv', 'no/such/file'], /cannot be written: there is no folder/],
      [['a.swf', '--live'], /--live looks at the present queue, and 'a.swf' is a trace/],
      [['--live', '--procs', '4'], /--procs is of a trace, and not for --live/],
      [['--live', '--mem', '8G'], /Name it: --job ID/],
      [['--live', '--estimates', 'actual'], /needs to know how long jobs run/],
      [['a.swf', '--job', '1'], /--job belongs to --live/],
      [[], /there is nothing to replay/],
    ] as const)
      assert.match(await refused(...words), why)
  })

  it('charges users while their jobs run, for a policy that goes by fair share', async () => {
    const rows = [
      {job: 1, submit: 0, run: 100, procs: 4, user: 1},
      {job: 2, submit: 1, run: 10, procs: 4, user: 1},
      {job: 3, submit: 2, run: 10, procs: 4, user: 2},
    ]
    write('a.swf', `; MaxProcs: 4\n${rows.map(swfLine).join('\n')}\n`)
    const starts = async (...words: string[]) => {
      await simulate('a.swf', '--csv', 'jobs.csv', ...words)
      return read('jobs.csv')
        .trimEnd()
        .split('\n')
        .slice(1)
        .map(line => line.split(',')[6])
    }
    assert.deepEqual(await starts(), ['0', '100', '110'])
    assert.deepEqual(await starts('--policy', 'fairshare', '--half-life', '1d'), ['0', '110', '100'])
    const promoted = await starts('--policy', 'fairshare', '--policy-option', 'promote_after=90s')
    assert.deepEqual(promoted, ['0', '100', '110'])
    const {options} = await simulate('a.swf', '--policy', 'fairshare', '--half-life', '1d')
    assert.deepEqual([options.policy, options.halfLife], ['fairshare', 86_400])
  })

  it('takes a policy by name as a service does, with its options judged', async () => {
    write('a.swf', TRACE)
    const {stdout, code} = await held.site.here(['simulate', '--json', 'a.swf', '--policy', 'nope'])
    assert.deepEqual([JSON.parse(stdout).error.code, code], ['E_PROVIDER_UNKNOWN', 1])
    const odd = await held.site.here(['simulate', '--json', 'a.swf', '--policy-option', 'x=1'])
    assert.match(JSON.parse(odd.stdout).error.message, /--policy-option x: fifo takes no option 'x'/)
    assert.deepEqual([JSON.parse(odd.stdout).error.code, odd.code], ['E_USAGE', 2])
    const fairshare = (option: string) =>
      held.site.here(['simulate', 'a.swf', '--policy', 'fairshare', '--policy-option', option])
    const unknown = await fairshare('zzz=1')
    assert.equal(unknown.code, 2)
    assert.match(
      unknown.stderr,
      /^god: --policy-option zzz: fairshare takes no option 'zzz'\. It takes .*promote_after/,
    )
    assert.deepEqual(
      [(await fairshare('weight_age=much')).code, (await fairshare('promote_after=x')).code],
      [2, 2],
    )
  })
})
