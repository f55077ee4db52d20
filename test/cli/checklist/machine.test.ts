/** The forty points of a good command line, 8-13: what programs read. */
import assert from 'node:assert/strict'
import {COMMANDS} from '../../support/commands.js'
import {siteForAll, siteForEach} from '../../support/site.js'

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

describe('checklist: machine output', () => {
  const held = siteForAll()
  before(async () => {
    const {site} = held
    await site.here(['submit', '-J', 'first', '-m', '64M', '-t', '2h', '-c', '0.5', 'x'])
    await site.submit('FAKE_EXIT=3')
    await site.pass()
    await site.submit('FAKE_SECONDS=forever')
  })

  /** For each command: words with which it succeeds, and with which it fails. */
  const TRIALS: Readonly<Record<string, readonly [good: string, bad: string]>> = {
    acct: ['', '--by shape'],
    autocomplete: ['bash', 'csh'],
    config: ['', 'no-such-key'],
    doctor: ['', '--dir /nonexistent'],
    fsck: ['', '--dir /nonexistent'],
    gc: ['', '--dir /nonexistent'],
    history: ['1', '99'],
    hold: ['3', '1'],
    init: ['--dir made', '--dir made'],
    kill: ['1', '99'],
    logs: ['1', '99'],
    nodes: ['', 'n99'],
    plugins: ['', '--nope'],
    release: ['3', '1'],
    requeue: ['1', '99'],
    resume: ['3', '1'],
    schedule: ['', '--nope'],
    share: ['', '--dir /nonexistent'],
    show: ['1', '99'],
    simulate: ['--live', 'missing.swf'],
    stat: ['', '99'],
    submit: ['-n x', '-m much x'],
    suspend: ['3', '1'],
    update: ['3 --time 1h', '1 --time 1h'],
    wait: ['1', '99'],
    watch: ['--once', '--nope'],
    whoami: ['', '--dir /nonexistent'],
    why: ['1', '99'],
  }

  const run = async (command: string, words: string) => {
    const {stdout, stderr, code} = await held.site.here([
      command,
      '--json',
      ...words.split(' ').filter(Boolean),
    ])
    assert.deepEqual(
      [stdout.endsWith('\n'), stdout.split('\n').length],
      [true, 2],
      `${command} ${words}: ${stderr}`,
    )
    return {document: JSON.parse(stdout), code}
  }

  it('8. every command that prints data has --json: one document, also of a failure, with the same exit code', async () => {
    const {site} = held
    // Those below `plugins` are npm's and print no data.
    const own = COMMANDS.filter(id => !id.startsWith('plugins '))
    assert.deepEqual(Object.keys(TRIALS), own)
    for (const [command, [good, bad]] of Object.entries(TRIALS)) {
      const fine = await run(command, good)
      assert.deepEqual([fine.document.schema, 'error' in fine.document, fine.code], [1, false, 0], command)
      const failed = await run(command, bad)
      assert.equal(failed.document.schema, 1, command)
      // The doctor's findings, and a refused job among several, are no failure of the command itself.
      const told = ['findings', 'jobs'].some(name => name in failed.document)
      if (!told) assert.deepEqual(Object.keys(failed.document.error), ['code', 'message', 'hint'], command)
      const plain = await site.here([command, ...bad.split(' ')])
      assert.deepEqual([plain.code, plain.code === 0], [failed.code, false], command)
    }
  })

  it('9. documents have a schema; times are RFC 3339 in UTC, sizes bytes, durations seconds, names those of the contract', async () => {
    const {site} = held
    const {schema, jobs} = await site.json<{schema: number; jobs: readonly Record<string, unknown>[]}>([
      'stat',
      '1',
    ])
    const [job = {}] = jobs
    assert.deepEqual(
      Object.keys(job).filter(name => !['labels', 'container', 'live'].includes(name)),
      [
        ...[
          'id',
          'name',
          'user',
          'uid',
          'project',
          'queue',
          'image',
          'imageId',
          'state',
          'desired',
          'reason',
          'resources',
        ],
        ...['walltime', 'submitted', 'started', 'ended', 'node', 'attempt', 'earlier', 'exit', 'usage'],
        ...['nice', 'priority', 'begin'],
      ],
    )
    assert.deepEqual(
      [schema, job.walltime, job.resources],
      [1, 7200, {cpus: 0.5, memory: 64 * 1024 ** 2, gpus: 0}],
    )
    for (const name of ['submitted', 'started', 'ended']) assert.match(String(job[name]), TIME)
  })

  it('10. -o picks columns, -o wide takes all, an unknown one is a usage error that lists them', async () => {
    const {site} = held
    assert.equal((await site.here(['stat', '1', '-o', 'name,state'])).stdout, 'first\tdone\n')
    assert.ok((await site.here(['stat', '1', '-o', 'wide'])).stdout.split('\t').length > 15)
    const {stderr, code} = await site.here(['stat', '-o', 'name,sate'])
    assert.equal(code, 2)
    assert.match(stderr, /no column 'sate'\. Did you mean state\? Columns: id, name, .*, wide\.$/m)
  })

  it('11. -Q prints ids alone and feeds xargs; submit --parsable prints the id alone', async () => {
    const {site} = held
    const script =
      'for i in 1 2; do $GOD submit -J fed --parsable x; done; $GOD stat -Q -n fed | xargs $GOD kill'
    const {stdout} = await site.shell(script)
    assert.match(stdout, /^(\d+)\n(\d+)\njob \1: kill requested\njob \2: kill requested\n$/)
  })

  it('12. --format renders a fixed template without logic', async () => {
    const {site} = held
    const {stdout} = await site.here(['stat', '1', '2', '--format', '{{id}} {{state}} {{exit}}'])
    assert.equal(stdout, '1 done 0\n2 failed 3\n')
    assert.equal((await site.here(['stat', '--format', '{{if id}}'])).code, 2)
  })
})

describe('checklist: machine output that goes on', () => {
  const held = siteForEach()

  it('13. watch --json prints a document a line', async () => {
    const {site} = held
    const service = site.start(['watch', '--json'])
    await service.seen(/watcher of/)
    assert.equal((await site.god(['submit', '-W', 'x'])).code, 0)
    service.child.kill('SIGTERM')
    const {stdout, stderr, code} = await service.done
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    assert.ok(documents.length > 0 && documents.every(({schema, at}) => schema === 1 && TIME.test(at)))
    assert.deepEqual([stderr, code], ['', 0])
  })
})
