import assert from 'node:assert/strict'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {siteForEach, type TestSite} from '../../support/site.js'

interface Shown {
  readonly id: number
  readonly name: string
  readonly spec: {readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>>}
}

const shown = (site: TestSite, id: number): Promise<Shown> => site.json<Shown>(['show', String(id)])

/** Requests in the drop folder: what is promised and not taken yet. */
const requests = (site: TestSite): readonly string[] => {
  try {
    return readdirSync(site.layout.dropFolder(site.open().uid)).filter(name => name.endsWith('.req'))
  } catch {
    return []
  }
}

describe('god submit', () => {
  const held = siteForEach()

  it('promises an id on stdout, and nothing else', async () => {
    const {site} = held
    assert.deepEqual(await site.god(['submit', '--', 'echo', 'hello']), {
      stdout: 'Submitted job 1\n',
      stderr: '',
      code: 0,
    })
    assert.equal(requests(site).length, 1)
  })

  it('counts up, and prints the id alone for programs', async () => {
    const {site} = held
    await site.here(['submit', 'true'])
    assert.deepEqual(await site.here(['submit', '--parsable', 'true']), {stdout: '2\n', stderr: '', code: 0})
  })

  it('prints the job as one document', async () => {
    const {site} = held
    const args = [
      'submit',
      '-J',
      'trial',
      '-c',
      '0.5',
      '-m',
      '64M',
      '-t',
      '90s',
      '-l',
      'a=b',
      '--json',
      'true',
    ]
    const {stdout} = await site.here(args)
    const {schema, id, name, state, reason, resources, walltime, labels} = JSON.parse(stdout)
    assert.deepEqual(
      {schema, id, name, state, reason: reason.code, resources, walltime, labels},
      {
        schema: 1,
        id: 1,
        name: 'trial',
        state: 'pending',
        reason: 'new',
        resources: {cpus: 0.5, memory: 64 * 1024 ** 2, gpus: 0},
        walltime: 90,
        labels: {a: 'b'},
      },
    )
  })

  it('with -n checks and queues nothing', async () => {
    const {site} = held
    const {stdout, code} = await site.here(['submit', '-n', '-t', '1h', '--', 'sort'])
    assert.deepEqual(
      [stdout, code],
      ['would submit sort in busybox:local: 1 cpu, 512M memory, at most 1:00:00\n', 0],
    )
    assert.equal((await site.here(['submit', '-n', '-c', 'x', 'sort'])).code, 2)
    assert.deepEqual(requests(site), [])
    assert.deepEqual(readdirSync(site.layout.ids), [])
  })

  it('with -W exits as the job', async () => {
    const {site} = held
    const watching = site.god(['submit', '-W', '-E', 'FAKE_EXIT=7', '-J', 'trial', 'x'])
    await site.untilPromised(1)
    await site.pass()
    assert.deepEqual(await watching, {
      stdout: 'Submitted job 1\n',
      stderr: 'job 1 (trial): failed, exit code 7\n',
      code: 7,
    })
  })

  it('with -W --json prints the job that has ended, as one document', async () => {
    const {site} = held
    const watching = site.god(['submit', '-W', '--json', '-E', 'FAKE_EXIT=7', 'x'])
    await site.untilPromised(1)
    await site.pass()
    const {stdout, stderr, code} = await watching
    const {id, state, exit} = JSON.parse(stdout)
    assert.deepEqual([id, state, exit.code, stderr, code], [1, 'failed', 7, '', 7])
  })

  it('with -H keeps it from starting', async () => {
    const {site} = held
    await site.here(['submit', '-H', 'true'])
    await site.pass()
    assert.equal((await site.json(['stat', '1'])).jobs[0]?.state, 'held')
  })

  for (const form of [['--cpus=4'], ['--cpus', '4'], ['-c4'], ['-c', '4'], ['-Hc4'], ['-Hc', '4']]) {
    it(`takes ${form.join(' ')} as four cpus`, async () => {
      const {site} = held
      assert.match((await site.here(['submit', '-n', ...form, 'x'])).stdout, /: 4 cpus/)
    })
  }
})

describe('the words of a job', () => {
  const held = siteForEach()

  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['options of the program', ['ls', '-l', '--json', '-c', '9'], ['ls', '-l', '--json', '-c', '9']],
    [
      'a help flag of the program',
      ['ls', '-h', '--help', '--version', '-V'],
      ['ls', '-h', '--help', '--version', '-V'],
    ],
    ['words that repeat, in their order', ['a', 'b', 'a', 'a', 'b'], ['a', 'b', 'a', 'a', 'b']],
    ['a command that looks like our flags', ['--', '-h'], ['-h']],
    ['a second pair of dashes', ['--', 'x', '--', 'y'], ['x', '--', 'y']],
    ['dashes behind the program', ['x', '--', '-y'], ['x', '--', '-y']],
    ['only dashes', ['--', '--'], ['--']],
    ['a single dash', ['-', 'x'], ['-', 'x']],
    ['empty words', ['x', '', '', 'y', ''], ['x', '', '', 'y', '']],
    ['the names of our commands', ['submit', 'help', 'stat'], ['submit', 'help', 'stat']],
    ['colons and topics', ['plugins:install', 'a:b'], ['plugins:install', 'a:b']],
    ['lines, tabs and escapes', ['x', 'a\nb', '\t', '\u001b[31m'], ['x', 'a\nb', '\t', '\u001b[31m']],
    ['all quotes', ['x', `'"\`\\`, '$HOME', '*'], ['x', `'"\`\\`, '$HOME', '*']],
    ['all letters', ['größe', '訓練', '🧪', 'e\u0301'], ['größe', '訓練', '🧪', 'e\u0301']],
    ['keys of objects', ['__proto__', 'constructor'], ['__proto__', 'constructor']],
  ]
  for (const [title, words, argv] of rows) {
    it(`may be ${title}`, async () => {
      const {site} = held
      assert.equal((await site.here(['submit', '-J', 'x', ...words])).code, 0)
      assert.deepEqual((await shown(site, 1)).spec.argv, argv)
    })
  }

  it('reach the engine byte for byte', async () => {
    const {site} = held
    const argv = ['a b', 'a', '', 'a', "it's", '"', '\n', '$(id)', 'größe', '--', '-x', '\\']
    await site.god(['submit', '-E', 'FAKE_SECONDS=forever', '-E', 'ODD= "=\n$', '--', ...argv])
    await site.pass()
    const state = readFileSync(join(site.layout.engines, 'fake-n1', 'engine.json'), 'utf8')
    const [container] = JSON.parse(state).containers
    assert.deepEqual(container.spec.argv, argv)
    assert.equal(container.spec.env.ODD, ' "=\n$')
  })

  it('are kept as they are, whatever they are', async () => {
    const {site} = held
    const word = fc.string({unit: 'grapheme'}).filter(text => !text.includes('\0'))
    let id = 0
    await fc.assert(
      fc.asyncProperty(fc.array(word), async words => {
        id = Number((await site.here(['submit', '-J', 'x', '--parsable', '--', 'x', ...words])).stdout)
        assert.deepEqual((await shown(site, id)).spec.argv, ['x', ...words])
      }),
      {numRuns: 40},
    )
  })

  it('that are no text are refused: they would arrive changed', async () => {
    const {site} = held
    const {stdout, stderr, code} = await site.shell("$GOD submit -- x $'a\\xffb'")
    assert.deepEqual([stdout, code], ['', 2])
    assert.match(stderr, /^god: an argument is not UTF-8 text/)
    assert.deepEqual(requests(site), [])
  })
})

describe('the variables of a job', () => {
  const held = siteForEach()

  const env = async (site: TestSite, args: readonly string[], mine: Record<string, string> = {}) => {
    const {stderr, code} = await site.here(['submit', ...args, '--', 'x'], {env: mine})
    assert.equal(code, 0, stderr)
    return (await shown(site, 1)).spec.env
  }

  it('have the value that is given, with all its equals signs', async () => {
    const {site} = held
    assert.deepEqual(await env(site, ['-E', 'A=b=c', '--env', 'EMPTY=', '-E', 'S= x ']), {
      A: 'b=c',
      EMPTY: '',
      S: ' x ',
    })
  })

  it("have the caller's value where none is given, also an empty one", async () => {
    const {site} = held
    assert.deepEqual(await env(site, ['-E', 'MINE', '-E', 'EMPTY'], {MINE: 'x=y', EMPTY: ''}), {
      MINE: 'x=y',
      EMPTY: '',
    })
  })

  it('are not there where the caller has none', async () => {
    const {site} = held
    assert.deepEqual(await env(site, ['-E', 'NONE', '-E', 'A=1']), {A: '1'})
    const {stderr, code} = await site.here(['submit', '-E', 'NONE', '-E', 'A=1', 'x'])
    assert.deepEqual([stderr, code], ['NONE is not set here, so the job has no such variable\n', 0])
  })

  it('may have the names of object keys', async () => {
    const {site} = held
    assert.deepEqual(await env(site, ['-E', 'hasOwnProperty=1', '-E', 'toString=2']), {
      hasOwnProperty: '1',
      toString: '2',
    })
  })

  it('are the last one given, of several', async () => {
    const {site} = held
    assert.deepEqual(await env(site, ['-E', 'A=1', '-E', 'A=2']), {A: '2'})
  })
})

describe('god submit: its place in the queue', () => {
  const held = siteForEach()

  interface Ordered {
    readonly nice: number
    readonly priority: number
    readonly begin: string | null
    readonly state: string
    readonly reason: {readonly code: string; readonly numbers?: object} | null
  }

  it('is told before and after admission: nice, priority and the begin time', async () => {
    const {site} = held
    await site.here(['submit', '-b', '2035-06-01T08:00', '--nice', '7', '--priority=-3', 'x'], {
      env: {TZ: 'UTC'},
    })
    const wanted = {nice: 7, priority: -3, begin: '2035-06-01T08:00:00.000Z'}
    const first = await site.json<Ordered>(['show', '1'])
    assert.deepEqual([first.nice, first.priority, first.begin], Object.values(wanted))
    await site.pass()
    const {nice, priority, begin, state, reason} = await site.json<Ordered>(['show', '1'])
    assert.deepEqual([nice, priority, begin, state], [...Object.values(wanted), 'pending'])
    assert.deepEqual([reason?.code, reason?.numbers], ['begin-time', {at: Date.UTC(2035, 5, 1, 8)}])
    const {stdout} = await site.here(['stat', '1', '-o', 'nice,priority,begin,reason'])
    assert.equal(stdout, '7\t-3\t2035-06-01T08:00:00.000Z\tbegins at 2035-06-01T08:00:00Z at the earliest\n')
    assert.match((await site.here(['show', '1'])).stdout, /^order +nice 7, priority -3$/m)
    assert.match(
      (await site.here(['why', '1'])).stdout,
      /^needs that time to come, or 'god update 1 --begin now'$/m,
    )
  })

  it('is that of each line of a file of jobs, or of the flags beside it', async () => {
    const {site} = held
    await site.god(['submit', '--from', '-', '--nice', '4', '-p', '2'], {
      stdin: '{"argv":["x"]}\n{"argv":["x"],"nice":9,"priority":"-1","begin":"now+1h"}\n',
    })
    const [first, second] = [await site.json<Ordered>(['show', '1']), await site.json<Ordered>(['show', '2'])]
    assert.deepEqual([first.nice, first.priority, first.begin], [4, 2, null])
    assert.deepEqual([second.nice, second.priority, second.begin === null], [9, -1, false])
  })

  it('says so where the time is past, and starts it at once', async () => {
    const {site} = held
    const {stderr, code} = await site.here(['submit', '-b', '2020-01-01', 'x'], {env: {TZ: 'UTC'}})
    assert.equal(code, 0)
    assert.match(stderr, /the begin time 2020-01-01T00:00:00Z is past: the job may start at once/)
    assert.equal((await site.here(['submit', '-b', 'now', 'x'])).stderr, '')
    await site.pass()
    assert.notEqual((await site.json<Ordered>(['show', '1'])).state, 'pending')
  })

  it('puts a job before those of others for an operator, as the help says', async () => {
    const {site} = held
    await site.here(['submit', '-H', 'x'])
    const {stderr, code} = await site.here(['submit', '-H', '--nice', '-1', 'x'])
    assert.deepEqual([stderr, code], ['', 0])
    await site.pass()
    await site.here(['update', '1', '--nice', '-2'])
    await site.pass()
    assert.equal((await site.json<Ordered>(['show', '1'])).nice, -2)
    assert.equal((await site.json<Ordered>(['show', '2'])).nice, -1)
    for (const verb of ['submit', 'update'])
      assert.match(
        (await site.god([verb, '--help'])).stdout.replace(/\s+/g, ' '),
        /operators also -1000 to -1/,
      )
  })

  it('refuses what is no time and no number, and queues nothing', async () => {
    const {site} = held
    for (const [words, message] of [
      [['-b', 'tomorrow'], /'tomorrow' is no time to begin at/],
      [['--nice', 'much'], /'much' is no nice value/],
      [['-p', '1001'], /'1001' is no priority/],
    ] as const) {
      const {stderr, code} = await site.here(['submit', ...words, 'x'])
      assert.equal(code, 2)
      assert.match(stderr, message)
    }
    assert.deepEqual(requests(site), [])
  })
})
