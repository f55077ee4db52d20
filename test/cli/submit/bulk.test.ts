/** `god submit --from`: many jobs from a file, all of it judged before anything is queued. */
import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {submitMany} from '../../../src/cli/submit/bulk.js'
import {judgingNames} from '../../../src/cli/submit/name-lines.js'
import {judgeOf} from '../../../src/cli/submit/submit.js'
import type {Wish} from '../../../src/core/job.js'
import {aWish} from '../../core/builders.js'
import {siteForAll, siteForEach, type TestSite} from '../../support/site.js'
import {onTerminal} from '../../support/terminal.js'

const TRUE = '{"argv":["true"]}'
const lines = (...of: readonly string[]): string => of.map(line => `${line}\n`).join('')
const many = (n: number, over: object = {}): string =>
  lines(...Array.from({length: n}, (_, i) => JSON.stringify({name: `job-${i}`, argv: ['true'], ...over})))

const put = ({work}: TestSite, content: string | Uint8Array, name = 'jobs.ndjson'): string => {
  writeFileSync(join(work, name), content)
  return name
}

const requests = (site: TestSite): readonly string[] => {
  const folder = site.layout.dropFolder(site.open().uid)
  return existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith('.req')) : []
}

interface Listed {
  readonly jobs: readonly {
    readonly id: number
    readonly name: string
    readonly state: string
    readonly labels: object
    readonly reason: {readonly code: string; readonly text: string} | null
    readonly resources: {readonly cpus: number}
  }[]
}

describe('submit --from', () => {
  const held = siteForEach()

  it('queues a job a line, and tells their ids', async () => {
    const {site} = held
    put(site, lines(TRUE, '', '{"name":"b","argv":["x"],"cpus":2,"hold":true}'))
    assert.deepEqual(await site.here(['submit', '--from', 'jobs.ndjson']), {
      stdout: 'Submitted 2 jobs: 1-2\n',
      stderr: '',
      code: 0,
    })
    assert.equal(requests(site).length, 1)
    await site.pass()
    const {jobs} = await site.json<Listed>(['stat', '1-2'])
    assert.deepEqual(
      jobs.map(({name, state, resources}) => [name, state, resources.cpus]),
      [
        ['true', 'done', 1],
        ['b', 'held', 2],
      ],
    )
  })

  it('lets a line depend on lines above it by their names', async () => {
    const {site} = held
    const line = (name: string, depend?: string): string =>
      JSON.stringify({name, argv: ['x'], hold: true, ...(depend === undefined ? {} : {depend})})
    put(
      site,
      lines(
        line('prep'),
        line('prep'),
        line('run', 'afterok:@prep,singleton'),
        line('end', 'afterany:@run?after:@prep'),
      ),
    )
    assert.equal((await site.here(['submit', '--from', 'jobs.ndjson'])).stdout, 'Submitted 4 jobs: 1-4\n')
    await site.pass()
    const depend = async (id: number) =>
      (await site.json<{depend: {on: string}}>(['show', String(id)])).depend.on
    assert.deepEqual([await depend(3), await depend(4)], ['afterok:1:2,singleton', 'afterany:3?after:1:2'])
  })

  it('refuses a name that no line above has, and a name on the command line', async () => {
    const {site} = held
    put(site, lines('{"name":"a","argv":["x"],"depend":"afterok:@b"}', '{"name":"b","argv":["x"]}'))
    const {stderr, code} = await site.here(['submit', '--from', 'jobs.ndjson'])
    assert.match(stderr, /line 1: 'afterok:@b' cannot be depended on: no line above is named 'b'/)
    assert.equal(code, 2)
    assert.deepEqual(requests(site), [])
    assert.match((await site.here(['submit', '-d', 'afterok:@b', 'x'])).stderr, /'@b' is no id of a job/)
  })

  it('claims other ids where somebody gave up some that are below those of lines above', async () => {
    const {site} = held
    const claim = (id: number): string => join(site.layout.ids, String(id))
    for (let id = 1; id <= 40; id++) writeFileSync(claim(id), '')
    const open = site.open()
    const judge = judgingNames(judgeOf(open))
    const line = (wish: Partial<Wish>, i: number) => {
      const whole = aWish({hold: true, ...wish})
      return {number: i + 1, wish: whole, settled: judge(whole)}
    }
    const prep = {name: 'prep'}
    // A key comes by itself, so there are two requests.
    const wishes = [{...prep, key: 'k'}, prep, {depend: 'afterok:@prep'}]
    const givenUp = {
      ...open,
      delay: async () => {
        for (let id = 5; id <= 40; id++) rmSync(claim(id), {force: true})
      },
    }
    const watching = {signal: new AbortController().signal, told: () => undefined}
    assert.deepEqual((await submitMany(givenUp, wishes.map(line), watching)).ids, [41, 42, 43])
    await site.pass()
    assert.equal((await site.json<{depend: {on: string}}>(['show', '43'])).depend.on, 'afterok:41:42')
  })

  it('refuses names that stand for more than a line may depend on, with --dry-run too', async () => {
    const {site} = held
    const preps = many(1001, {name: 'prep'})
    const said = /line 1002: 'after:@prep' cannot be depended on: it names 1001 jobs; at most 1000 are taken/
    put(site, `${preps}${JSON.stringify({argv: ['x'], depend: 'after:@prep'})}\n`)
    for (const flags of [[], ['-n']]) {
      const {stdout, stderr, code} = await site.here(['submit', ...flags, '--from', 'jobs.ndjson'])
      assert.deepEqual([stdout, code], ['', 2])
      assert.match(stderr, said)
    }
    const twice = 'after:@prep,afterok:@prep'
    put(site, `${many(501, {name: 'prep'})}${JSON.stringify({argv: ['x'], depend: twice})}\n`)
    assert.match((await site.here(['submit', '-f', 'jobs.ndjson'])).stderr, /it names 1002 jobs/)
    const long = `after:@prep${',singleton'.repeat(2400)}`
    put(site, `${many(500, {name: 'prep'})}${JSON.stringify({argv: ['x'], depend: long})}\n`)
    assert.match((await site.here(['submit', '-f', 'jobs.ndjson'])).stderr, /it is longer than 24576/)
    put(site, lines('{"name":"a","argv":["x"]}', '{"argv":["x"],"depend":"aftr:@a"}'))
    assert.match((await site.here(['submit', '-f', 'jobs.ndjson'])).stderr, /no condition 'aftr'/)
    assert.deepEqual(requests(site), [])
  })

  it('splits by the size that it has with the ids that names become', async () => {
    const {site} = held
    const long = {argv: ['true', '#'.repeat(36_000)]}
    put(site, many(1000, {name: 'prep'}) + many(90, {...long, depend: 'afterok:@prep'}))
    const {stdout, stderr} = await site.here(['submit', '-f', 'jobs.ndjson'])
    assert.equal(stdout, 'Submitted 1090 jobs: 1-1090\n', stderr)
    assert.equal(requests(site).length, 3)
  })

  it('refuses lines that depend on more jobs together than may be, with what waits, before any is queued', async () => {
    const {site} = held
    const submit = (...flags: readonly string[]) => site.here(['submit', ...flags, '-f', 'jobs.ndjson'])
    put(site, many(500, {name: 'prep', hold: true}) + many(100, {depend: 'afterok:@prep', hold: true}))
    assert.equal((await submit()).code, 0)
    await site.pass()
    const preps = Array.from({length: 500}, (_, i) => i + 1).join(':')
    put(site, many(90, {depend: `afterok:${preps}`}))
    assert.equal((await submit()).code, 0)
    const before = requests(site)
    put(site, many(51, {name: 'more'}) + many(100, {depend: 'after:@more'}))
    for (const flags of [[], ['-n']]) {
      const {stdout, stderr, code} = await submit(...flags)
      assert.deepEqual([stdout, code], ['', 6])
      assert.match(stderr, /line 150: your waiting jobs would depend on 100049 jobs together; 100000 is the/)
      assert.match(stderr, /2 of 151 jobs in jobs.ndjson are bad; nothing was queued/)
    }
    assert.deepEqual(requests(site), before)
    const keyed = Array.from({length: 8}, (_, i) =>
      JSON.stringify({name: 'k', argv: ['true'], key: `k${i}`, depend: `afterok:${preps}`}),
    )
    put(site, lines(...keyed))
    for (const told of ['', '8 of them are there already\n']) assert.equal((await submit()).stderr, told)
  })

  it('tells one job as submit does', async () => {
    put(held.site, TRUE)
    assert.equal((await held.site.here(['submit', '-f', 'jobs.ndjson'])).stdout, 'Submitted job 1\n')
  })

  it('tells ids in the order of the lines, one a line', async () => {
    put(held.site, many(3))
    assert.equal((await held.site.here(['submit', '-f', 'jobs.ndjson', '--parsable'])).stdout, '1\n2\n3\n')
  })

  it('tells ids and names as one document', async () => {
    put(held.site, many(2))
    assert.deepEqual(await held.site.json(['submit', '-f', 'jobs.ndjson']), {
      schema: 1,
      jobs: [
        {id: 1, name: 'job-0'},
        {id: 2, name: 'job-1'},
      ],
    })
  })

  it('reads standard input, also through a pipe and as <(...)', async () => {
    const {site} = held
    const {stdout} = await site.god(['submit', '-f', '-', '--parsable'], {stdin: many(2)})
    assert.equal(stdout, '1\n2\n')
    const piped = await site.shell(`printf '%s\\n' '${TRUE}' '${TRUE}' | $GOD submit --from - --parsable`)
    assert.equal(piped.stdout, '3\n4\n', piped.stderr)
    const substituted = await site.shell(`$GOD submit --from <(printf '%s\\n' '${TRUE}') --parsable`)
    assert.equal(substituted.stdout, '5\n', substituted.stderr)
  })

  it('takes the flags beside it for every line that says nothing else', async () => {
    const {site} = held
    put(site, lines(TRUE, '{"argv":["true"],"cpus":3,"name":"own","labels":{"l":"line"},"hold":false}'))
    await site.here([
      'submit',
      '-f',
      'jobs.ndjson',
      '-c',
      '2',
      '-J',
      'all',
      '-H',
      '-l',
      'l=flag',
      '-l',
      'k=1',
    ])
    const {jobs} = await site.json<Listed>(['stat', '1-2'])
    assert.deepEqual(
      jobs.map(({name, resources, labels}) => [name, resources.cpus, labels]),
      [
        ['all', 2, {l: 'flag', k: '1'}],
        ['own', 3, {l: 'line', k: '1'}],
      ],
    )
  })

  it('waits for all, and exits as the worst', async () => {
    const {site} = held
    put(site, lines('{"argv":["a"],"env":{"FAKE_EXIT":"3"}}', TRUE))
    const running = site.start(['submit', '-W', '-f', 'jobs.ndjson'])
    await running.seen(/Submitted 2 jobs/)
    await site.pass()
    await site.pass()
    const {stdout, stderr, code} = await running.done
    assert.deepEqual([stdout, code], ['Submitted 2 jobs: 1-2\n', 3])
    assert.match(stderr, /^job 1 \(a\): failed, exit code 3\n$/)
  })

  it('with --dry-run judges all and queues nothing', async () => {
    const {site} = held
    put(site, many(3))
    assert.deepEqual(await site.here(['submit', '-n', '-f', 'jobs.ndjson']), {
      stdout: 'would submit 3 jobs\n',
      stderr: '',
      code: 0,
    })
    const {jobs} = await site.json<Listed>(['submit', '-n', '-f', 'jobs.ndjson'])
    assert.deepEqual([jobs[2]?.name, jobs[2]?.resources.cpus], ['job-2', 1])
    assert.deepEqual(requests(site), [])
  })

  it('makes requests of a thousand jobs at most', async () => {
    const {site} = held
    put(site, many(2001))
    assert.equal((await site.here(['submit', '-f', 'jobs.ndjson'])).stdout, 'Submitted 2001 jobs: 1-2001\n')
    assert.equal(requests(site).length, 3)
  })

  it('splits by size too: each request can be taken', async () => {
    const {site} = held
    put(site, many(40, {env: {X: 'x'.repeat(130_000)}}))
    assert.equal((await site.here(['submit', '-f', 'jobs.ndjson'])).code, 0)
    assert.equal(requests(site).length, 2)
    await site.pass()
    assert.deepEqual(requests(site), [])
  })

  it('shows jobs that nobody has admitted yet, and kills them', async () => {
    const {site} = held
    put(site, many(3))
    await site.here(['submit', '-f', 'jobs.ndjson', '-H'])
    const {jobs} = await site.json<Listed>(['stat'])
    assert.deepEqual(
      jobs.map(({id, state, reason}) => [id, state, reason?.code]),
      [
        [1, 'pending', 'new'],
        [2, 'pending', 'new'],
        [3, 'pending', 'new'],
      ],
    )
    const shown = await site.json<{spec: {argv: string[]}; name: string}>(['show', '2'])
    assert.deepEqual([shown.name, shown.spec.argv], ['job-1', ['true']])
    assert.equal((await site.here(['kill', '2-3'])).code, 0)
    await site.pass()
    const after = await site.json<Listed>(['stat', '1-3', '-t', 'all'])
    assert.deepEqual(
      after.jobs.map(({state}) => state),
      ['held', 'killed', 'killed'],
    )
  })

  it('shows jobs that were refused together, each with the reason', async () => {
    const {site} = held
    put(site, lines(TRUE, '{"argv":["x"],"image":"other"}', TRUE))
    await site.here(['submit', '-f', 'jobs.ndjson'])
    site.configure([
      'executor = fake',
      'default_images = busybox:local',
      'allow_user_images = false',
      'node_name = n1',
    ])
    await site.pass()
    const {jobs} = await site.json<Listed>(['stat', '1-3', '-t', 'all'])
    assert.deepEqual(
      jobs.map(({id, state, reason}) => [id, state, reason?.text]),
      [
        [1, 'refused', "refused with job 2: image 'other' is not allowed here"],
        [2, 'refused', "image 'other' is not allowed here"],
        [3, 'refused', "refused with job 2: image 'other' is not allowed here"],
      ],
    )
  })

  it('stopped in the middle, tells what is queued, and where to go on', async () => {
    const {site} = held
    put(site, many(20_000))
    const running = site.start(['submit', '-f', 'jobs.ndjson'])
    await running.listening()
    running.child.kill('SIGINT')
    const {stdout, stderr, code} = await running.done
    assert.equal(code, 130, stderr)
    const queued = Number(/^Submitted (\d+) jobs: 1-\1\n$/.exec(stdout)?.[1])
    assert.ok(queued >= 1000 && queued < 20_000 && queued % 1000 === 0, stdout)
    assert.equal(
      stderr,
      `god: interrupted; ${queued} of 20000 jobs are queued: 1-${queued}. Of line ${queued + 1} and those after it nothing is queued.\n`,
    )
    assert.equal(requests(site).length, queued / 1000)
  }).timeout(60_000)

  it('shows a bar on a terminal where there are many, and leaves nothing of it', async () => {
    const {site} = held
    put(site, many(6000))
    const {screen, code} = await onTerminal('$GOD submit -f jobs.ndjson', site.options()).done
    assert.equal(code, 0)
    // It is drawn by the clock: on a slow disk some of the steps between are left out, on a fast one others.
    assert.match(screen, /#+\.+ (16|33|50|66|83)% {2}[1-5]000 of 6000 jobs/)
    assert.match(screen, /\nSubmitted 6000 jobs: 1-6000\n$|\u001b\[[0-9]*[GKJ]Submitted 6000 jobs: 1-6000\n$/)
  })
})

describe('a bad file of jobs', () => {
  const held = siteForAll()
  /** `says`: standard error, line by line. */
  const cases: readonly (readonly [string, string | Uint8Array, number, readonly RegExp[]])[] = [
    ['that is empty', '', 2, [/^god: there is no job in jobs.ndjson; nothing was queued\. Give a file/]],
    ['of nothing but line ends', '\n\r\n  \n', 2, [/^god: there is no job/]],
    [
      'with an unknown key',
      lines(TRUE, '{"argv":["x"],"cpu":1}'),
      2,
      [
        /^god: line 2: there is no key 'cpu'\. Did you mean cpus\?$/,
        /^god: 1 of 2 jobs in jobs.ndjson is bad; nothing was queued\. Correct /,
      ],
    ],
    [
      'with half a line at its end',
      `${TRUE}\n{"argv":["a`,
      2,
      [/^god: line 2: it is not JSON/, /1 of 2 jobs/],
    ],
    ['with a NUL', `${TRUE}\n\0\n`, 2, [/^god: line 2: it is not JSON/, /1 of 2/]],
    [
      'that is not UTF-8',
      Buffer.concat([Buffer.from(`${TRUE}\n{"argv":["`), Buffer.from([0xff, 0xfe]), Buffer.from('"]}\n')]),
      2,
      [/^god: line 2: it is not UTF-8 text/, /1 of 2/],
    ],
    [
      'in UTF-16',
      Buffer.from(`${TRUE}\n`, 'utf16le'),
      2,
      [/^god: line 1: it is not JSON/, /line 2/, /2 of 2/],
    ],
    [
      'with a line of a megabyte',
      lines(JSON.stringify({argv: ['x'.repeat(1 << 20)]})),
      2,
      [/^god: line 1: it has more than 262144 bytes/, /1 of 1/],
    ],
    [
      'with a line that only just does not fit',
      lines(JSON.stringify({argv: ['x'.repeat(262_100)]})),
      2,
      [/^god: line 1: the request has \d+ bytes; at most 262144/, /1 of 1/],
    ],
    ['with a key twice', '{"argv":["a"],"argv":["b"]}', 2, [/the key "argv" stands twice/, /1 of 1/]],
    [
      'with a bad image',
      '{"argv":["a"],"image":"A B"}',
      2,
      [/line 1: 'A B' is not the name of an image/, /1 of 1/],
    ],
    ['with a bad variable', '{"argv":["a"],"env":{"A=B":"1"}}', 2, [/line 1: .*A=B/, /1 of 1/]],
    ['that a terminal would obey', '{"argv":["a"],"\\u001b[31m":1}', 2, [/no key '\\x1b\[31m'/, /1 of 1/]],
  ]
  for (const [what, content, exit, says] of cases) {
    it(`${what} queues nothing`, async () => {
      const {site} = held
      put(site, content)
      const {stdout, stderr, code} = await site.here(['submit', '-f', 'jobs.ndjson'])
      const told = stderr.trimEnd().split('\n')
      assert.deepEqual([stdout, code], ['', exit], stderr)
      assert.equal(told.length, says.length, stderr)
      for (const [i, pattern] of says.entries()) assert.match(told[i] ?? '', pattern)
      assert.deepEqual(requests(site), [])
    })
  }

  it('tells twenty bad lines, and how many there are', async () => {
    const {site} = held
    put(site, lines(...Array.from({length: 100_000}, () => 'x')))
    const {stderr, code} = await site.here(['submit', '-f', 'jobs.ndjson'])
    const told = stderr.trimEnd().split('\n')
    assert.deepEqual([told.length, code], [21, 2])
    assert.match(
      told[20] ?? '',
      /^god: 100000 of 100000 jobs in jobs.ndjson are bad, the first 20 are told; nothing/,
    )
  })

  it('is one document with --json', async () => {
    const {site} = held
    put(site, lines('x', TRUE, '{"argv":["a"],"mem":"5Q"}'))
    const {stdout, stderr, code} = await site.here(['submit', '--json', '-f', 'jobs.ndjson'])
    const {schema, error, errors} = JSON.parse(stdout)
    assert.deepEqual([schema, error.code, code, stderr], [1, 'E_JOBS_BAD', 2, ''])
    assert.deepEqual(
      errors.map((each: {line: number; code: string}) => [each.line, each.code]),
      [
        [1, 'E_SPEC_BAD'],
        [3, 'E_AMOUNT_BAD'],
      ],
    )
  })

  it('has the exit code of its lines where they agree', async () => {
    const {site} = held
    await site.pass()
    put(site, lines('{"argv":["a"],"cpus":10000}', TRUE))
    assert.equal((await site.here(['submit', '-f', 'jobs.ndjson'])).code, 6)
  })

  const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['that is not there', ['-f', 'none'], /^god: none is not there\. Give a file/],
    ['that is a folder', ['-f', '.'], /^god: \. is a folder\. Give a file/],
    ['of no name', ['-f', ''], /^god: .* is not there/],
    [
      'beside a command',
      ['-f', 'jobs.ndjson', '--', 'echo'],
      /^god: with --from each line has its own command, so 'echo'/,
    ],
    ['beside a bad flag', ['-f', 'jobs.ndjson', '-m', '5Q'], /^god: '5Q' is no amount of memory/],
  ]
  for (const [what, words, says] of refused) {
    it(`${what} is told in one line`, async () => {
      const {site} = held
      put(site, TRUE)
      const {stdout, stderr, code} = await site.here(['submit', ...words])
      assert.deepEqual([stdout, code], ['', 2])
      assert.match(stderr, says)
      assert.equal(stderr.trimEnd().split('\n').length, 1)
      assert.deepEqual(requests(site), [])
    })
  }

  it('that is closed, or a folder, on standard input is told', async () => {
    const {site} = held
    mkdirSync(join(site.work, 'folder'), {recursive: true})
    const closed = await site.shell('$GOD submit -f - <&-')
    assert.deepEqual([closed.stdout, closed.code], ['', 2])
    assert.match(closed.stderr, /^god: there is no job in standard input/)
    const folder = await site.shell('$GOD submit -f - < folder')
    assert.deepEqual([folder.stdout, folder.code], ['', 2])
    assert.match(folder.stderr, /^god: (there is no job in standard input|standard input is a folder)/)
  })

  it('with a mark of its byte order, or the line ends of Windows, is a good one', async () => {
    const {site} = held
    put(site, `\ufeff${TRUE}\r\n${TRUE}\r\n`)
    const {stdout, stderr} = await site.here(['submit', '-n', '-f', 'jobs.ndjson'])
    assert.deepEqual([stdout, stderr], ['would submit 2 jobs\n', ''])
  })
})
