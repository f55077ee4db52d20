import assert from 'node:assert/strict'
import {readdirSync} from 'node:fs'
import {siteForAll, type TestSite} from '../support/site.js'

interface Case {
  readonly args: readonly string[]
  readonly code: string
  readonly exit: number
  /** The whole line after `god: `. */
  readonly says: string | RegExp
}

const bad = (args: readonly string[], code: string, exit: number, says: string | RegExp): Case => ({
  args,
  code,
  exit,
  says,
})

const submit = (words: readonly string[], code: string, exit: number, says: string | RegExp): Case =>
  bad(['submit', ...words], code, exit, says)

/** What the site knows of itself after its first pass: one node of 4 cpus and 8 GiB. */
const CASES: readonly Case[] = [
  bad(['sbumit', 'x'], 'E_USAGE', 2, "there is no command 'sbumit'. Did you mean 'god submit'?"),
  bad(['bogus'], 'E_USAGE', 2, "there is no command 'bogus'. See 'god help'."),
  bad(['qsub', 'x.sh'], 'E_USAGE', 2, "there is no command 'qsub'. Did you mean 'god submit'?"),
  bad(['stauts'], 'E_USAGE', 2, "there is no command 'stauts'. Did you mean 'god stat'?"),
  bad(['rm', '1'], 'E_USAGE', 2, "there is no command 'rm'. Did you mean 'god kill'?"),
  bad(['kubectl'], 'E_USAGE', 2, "there is no command 'kubectl'. See 'god help'."),
  bad(['\u001b[31m'], 'E_USAGE', 2, "there is no command '\\x1b[31m'. See 'god help'."),
  bad([''], 'E_USAGE', 2, "there is no command ''. See 'god help'."),
  bad(
    ['--dir', '/x', 'stat'],
    'E_USAGE',
    2,
    "'--dir' stands before the command. Write it after: god COMMAND [FLAGS].",
  ),
  bad(
    ['stat', '--usre', 'x'],
    'E_USAGE',
    2,
    "nonexistent flag: --usre. Did you mean --user? See 'god stat --help'.",
  ),
  bad(['stat', '-Z'], 'E_USAGE', 2, "nonexistent flag: -Z. See 'god stat --help'."),
  ...[
    ['stat', '-L', 'limit', 'many'],
    ['stat', '-L', 'limit', '-1'],
    ['logs', '--tail', 'tail', '1.5'],
    ['simulate', '--procs', 'procs', ''],
    ['simulate', '--seed', 'seed', '-7'],
    ['simulate', '--depth', 'depth', '1e3'],
  ].map(([command = '', flag = '', name = '', value = '']) =>
    bad(
      [command, flag, value, 'x'],
      'E_USAGE',
      2,
      `--${name}: '${value}' is no whole number of 0 or more. See 'god ${command} --help'.`,
    ),
  ),
  bad(
    ['stat', '-o', 'id,nmae'],
    'E_USAGE',
    2,
    /^there is no column 'nmae'\. Did you mean name\? Columns: id, /,
  ),
  bad(['stat', '-t', 'pendign'], 'E_SELECTOR_BAD', 2, "there is no state 'pendign'. Did you mean pending?"),
  bad(['stat', '--since', 'soon'], 'E_AMOUNT_BAD', 2, /^'soon' is no point in time\. Write 2026-01-31, /),
  bad(
    ['stat', 'job1'],
    'E_SELECTOR_BAD',
    2,
    "'job1' selects no jobs: it is no id, range or name. Write 12, 12-20, 12[3-9], last or @name.",
  ),
  bad(
    ['show'],
    'E_USAGE',
    2,
    /^missing 1 required arg: job - An id, a task \(12\[7\]\), 'last', '@name', or '-' for one from standard input\. See 'god show --help'\.$/,
  ),
  bad(['show', '1', '2'], 'E_USAGE', 2, "unexpected argument: 2. See 'god show --help'."),
  bad(
    ['wait', '1', '--timeout', 'x'],
    'E_AMOUNT_BAD',
    2,
    "'x' is no time. Write 30 (seconds), 90s, 10m or 1:30:00.",
  ),
  bad(
    ['kill'],
    'E_USAGE',
    2,
    "no job is named. Give ids, ranges, 'last', '@name', or a filter like -n NAME.",
  ),
  bad(['kill', '999'], 'E_NO_JOB', 3, "there is no job 999. See 'god stat'."),
  bad(['kill', '99999999999'], 'E_SELECTOR_BAD', 2, /^'99999999999' selects no jobs: /),
  bad(
    ['schedule', '--watch', '--cron', '* * * * *'],
    'E_USAGE',
    2,
    /cannot also be provided when using --watch\. See/,
  ),
  bad(['config', 'exectuor'], 'E_USAGE', 2, "there is no setting 'exectuor'. Did you mean executor?"),

  submit(
    [],
    'E_COMMAND_EMPTY',
    2,
    'there is no command to run. Write it last: god submit -i IMAGE -- COMMAND...',
  ),
  submit(['--'], 'E_COMMAND_EMPTY', 2, /^there is no command to run\./),
  submit(['--', ''], 'E_COMMAND_EMPTY', 2, 'the command is an empty word. Put a program after `--`.'),
  submit(
    ['-i', 'a b', 'x'],
    'E_IMAGE_BAD',
    2,
    "'a b' is not the name of an image. Write it as NAME[:TAG], like busybox:local.",
  ),
  submit(['-i', '', 'x'], 'E_IMAGE_BAD', 2, /^'' is not the name of an image\./),
  submit(
    ['-m', '12Q', 'x'],
    'E_AMOUNT_BAD',
    2,
    "'12Q' is no amount of memory. Write 512M, 2G, or a number of MiB.",
  ),
  submit(['-m', '0', 'x'], 'E_AMOUNT_BAD', 2, /^'0' is no amount of memory\./),
  submit(['-c', '-1', 'x'], 'E_AMOUNT_BAD', 2, "'-1' is no number of cpus. Write 1, 4 or 0.5."),
  submit(['-c', 'four', 'x'], 'E_AMOUNT_BAD', 2, /^'four' is no number of cpus\./),
  submit(['-t', '1w', 'x'], 'E_AMOUNT_BAD', 2, /^'1w' is no time\. Write 30 \(minutes\), 90s, /),
  submit(['-t', '99999999-00', 'x'], 'E_AMOUNT_BAD', 2, /^'99999999-00' is no time\. .*100 years at most/),
  submit(['-t', '-5', 'x'], 'E_AMOUNT_BAD', 2, /^'-5' is no time\./),
  submit(['-t', '99999999999999999999', 'x'], 'E_AMOUNT_BAD', 2, /^'99999999999999999999' is no time\./),
  submit(['-m', '-1G', 'x'], 'E_AMOUNT_BAD', 2, /^'-1G' is no amount of memory\./),
  submit(['-m', '999999999999999T', 'x'], 'E_AMOUNT_BAD', 2, /^'999999999999999T' is no amount of memory\./),
  submit(['-c', '1e9', 'x'], 'E_AMOUNT_BAD', 2, /^'1e9' is no number of cpus\./),
  submit(
    ['-c', '64', 'x'],
    'E_RESOURCES_NEVER',
    6,
    /^the job asks for 64 cpus, but no node has all it asks for; the largest \(\S+\) has 4 cpus\. Ask for less with -c, -m, -G or -r\.$/,
  ),
  submit(
    ['-m', '1T', 'x'],
    'E_RESOURCES_NEVER',
    6,
    /^the job asks for .* Ask for less with -c, -m, -G or -r\.$/,
  ),
  submit(
    ['-J', '\u001b]0;x\u0007', 'x'],
    'E_NAME_BAD',
    2,
    'the job name "\\u001b]0;x\\u0007" contains control characters. Use visible characters.',
  ),
  submit(['-J', '', 'x'], 'E_NAME_BAD', 2, /^the job name is empty\./),
  submit(
    ['-J', 'n'.repeat(65), 'x'],
    'E_NAME_BAD',
    2,
    /^the job name has 65 characters; at most 64 are taken\.$/,
  ),
  submit(['-E', '1A=x', 'x'], 'E_ENV_BAD', 2, /^"1A" is not the name of a variable\./),
  submit(['-E', '=x', 'x'], 'E_ENV_BAD', 2, "'=x' names nothing. Write NAME=VALUE."),
  submit(
    ['-E', 'GOD_OUT=x', 'x'],
    'E_ENV_BAD',
    2,
    /^variables named GOD_\.\.\. and GODOCKER_\.\.\. are set by god: 'GOD_OUT'\.$/,
  ),
  submit(
    ['-E', '__proto__=x', 'x'],
    'E_SPEC_BAD',
    2,
    /^the request would not be taken: the key '__proto__' is not allowed\.$/,
  ),
  submit(['-l', '=x', 'x'], 'E_SPEC_BAD', 2, "'=x' names nothing. Write NAME=VALUE."),
  submit(
    ['-l', `${'k'.repeat(65)}=x`, 'x'],
    'E_SPEC_BAD',
    2,
    /^the request would not be taken: wish\.labels\..*Expected <=64 but received 65\.$/,
  ),
  submit(
    ['-D', 'relative', 'x'],
    'E_SPEC_BAD',
    2,
    "workdir: 'relative' is not absolute. It is a path inside the container.",
  ),
  submit(['-o', 'a\nb', 'x'], 'E_SPEC_BAD', 2, /^output: a path without control characters is expected\.$/),
  submit(
    ['x', ...Array.from({length: 16}, () => 'y'.repeat(65_536))],
    'E_REQUEST_TOO_LARGE',
    2,
    /^the request has \d+ bytes; at most 262144 are taken\. Put long input into a file that the job reads\.$/,
  ),
]

const queued = (site: TestSite): number => {
  const {uid} = site.open()
  return readdirSync(site.layout.dropFolder(uid)).length + readdirSync(site.layout.ids).length
}

describe('bad input', () => {
  const held = siteForAll()

  before(async () => {
    await held.site.submit()
    await held.site.pass()
    assert.equal(queued(held.site), 0)
  })

  for (const {args, code, exit, says} of CASES) {
    const title = JSON.stringify(args.join(' ').slice(0, 60))
    it(`god ${title} is answered with ${code}`, async () => {
      const {site} = held
      const text = await site.here(args)
      assert.deepEqual([text.stdout, text.code], ['', exit], text.stderr)
      assert.match(text.stderr, /^god: [^\n]*\n$/)
      const line = text.stderr.slice(5, -1)
      if (typeof says === 'string') assert.equal(line, says)
      else assert.match(line, says)

      const [command = '', ...rest] = args
      const json = await site.here([command, '--json', ...rest])
      const {schema, error, ...more} = JSON.parse(json.stdout)
      assert.deepEqual([schema, error.code, json.code, json.stderr, more], [1, code, exit, '', {}])
      assert.ok(json.stdout.endsWith('}\n') && json.stdout.indexOf('\n') === json.stdout.length - 1)
      assert.equal(queued(site), 0)
    })
  }

  it('of one command stops no other', async () => {
    const {site} = held
    await site.submit()
    await site.pass()
    assert.equal((await site.json(['stat', 'last'])).jobs[0]?.state, 'done')
  })
})

describe('less memory than its engine takes', () => {
  const held = siteForAll({executor: 'docker'})

  it('is refused at once', async () => {
    const {site} = held
    for (const [amount, shown] of [
      ['1K', '1K'],
      ['5M', '5M'],
    ] as const) {
      const {stderr, code} = await site.here(['submit', '-m', amount, 'x'])
      assert.equal(
        stderr,
        `god: the job asks for ${shown} of memory; the executor starts none with less than 6M. Ask for more with -m.\n`,
      )
      assert.equal(code, 2)
    }
    assert.equal((await site.here(['submit', '-n', '-m', '6M', 'x'])).code, 0)
  })

  it('is as good as any where no engine minds', async () => {
    const {site} = held
    site.configure(['executor = fake', 'default_images = busybox:local'])
    assert.equal((await site.here(['submit', '-n', '-m', '1K', 'x'])).code, 0)
  })
})

describe('what a site does not allow', () => {
  const held = siteForAll({config: ['allow_user_images = no', 'max_time = 1h']})

  const rows: readonly Case[] = [
    submit(
      ['-t', '1m', '-i', 'alpine', 'x'],
      'E_IMAGE_NOT_ALLOWED',
      6,
      "image 'alpine' is not allowed here. Allowed: busybox:local.",
    ),
    submit(
      ['-t', '2h', 'x'],
      'E_SPEC_BAD',
      2,
      'the job asks for a walltime of 7200 s; the site allows 3600 s. Set --time TIME.',
    ),
    submit(['x'], 'E_SPEC_BAD', 2, 'the job asks for no walltime; the site allows 3600 s. Set --time TIME.'),
  ]
  for (const {args, exit, says} of rows) {
    it(`is refused at once: god ${args.join(' ')}`, async () => {
      const {stdout, stderr, code} = await held.site.here(args)
      assert.deepEqual([stdout, stderr, code], ['', `god: ${says}\n`, exit])
    })
  }

  it('leaves what it allows', async () => {
    const {code, stderr} = await held.site.here(['submit', '-t', '1h', '-i', 'busybox:local', 'x'])
    assert.equal(code, 0, stderr)
  })

  it('is no image, where neither job nor site names one', async () => {
    const {site} = held
    site.configure(['executor = fake'])
    const {stderr, code} = await site.here(['submit', 'x'])
    assert.deepEqual(
      [stderr, code],
      ['god: no image given, and this site has no default. Name one with -i IMAGE.\n', 2],
    )
  })
})
