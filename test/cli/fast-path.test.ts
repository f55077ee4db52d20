/**
 * The short way of `stat` and `submit` against the long one: some hundred lines of words, good and bad, each either
 * declined or answered alike: the same output, the same messages, the same exit code, the same request in the inbox.
 * They run in one process whose output is a file; a sample runs as its users run it.
 */
import assert from 'node:assert/strict'
import {type ChildProcess, fork} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, cpSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {amount, tellCases} from '../support/amount.js'
import {type GodOptions, type Ran, ROOT, shell} from '../support/god.js'
import {type Dice, dice} from '../support/seeded.js'
import {TestSite, temporaryFolder} from '../support/site.js'

type Env = Readonly<Record<string, string>>

interface Answer {
  readonly short: Ran | null
  readonly long: Ran | null
}

/** In the folder that both ways run in. */
const SCRIPTS: Readonly<Record<string, string>> = {
  'plain.sh': '# nothing to read here',
  'god.sh': '#GOD -t 2h -E HOME -E A=1 --label k=v\n#GOD --mem=64M -a 0-3',
  'foreign.sh': '#SBATCH --mail-type=END --mem-per-cpu=1G -c 2\n#$ -N named -cwd\n#PBS -l walltime=90',
  'bad.sh': '#GOD --tiem 2h',
}

/** Two sites with the same jobs, one for each way: what one submits must not be seen by the other. */
class Twins {
  readonly folder = temporaryFolder()
  readonly sites: readonly [TestSite, TestSite] = [new TestSite(), new TestSite()]
  readonly #child: ChildProcess

  constructor() {
    for (const [name, lines] of Object.entries(SCRIPTS))
      writeFileSync(join(this.folder, name), `#!/bin/sh\n${lines}\necho\n`)
    const [out, err] = ['out', 'err'].map(name => join(this.folder, name)) as [string, string]
    const fds = [out, err].map(path => openSync(path, 'a'))
    this.#child = fork(join(ROOT, 'test/support/two-ways.cjs'), {
      cwd: this.folder,
      execArgv: [],
      env: {PATH: process.env.PATH ?? '', OUT_FILE: out, ERR_FILE: err},
      stdio: ['ignore', ...fds, 'ipc'],
    })
    for (const fd of fds) closeSync(fd)
  }

  /** The same in both, to the byte: jobs that are over, running, waiting and held, and one that nobody has taken. */
  async fill(): Promise<void> {
    const [site, twin] = this.sites
    await site.here(['submit', '-J', 'over', '-l', 'kind=a', 'x'])
    await site.here(['submit', '-J', 'long', '-E', 'FAKE_SECONDS=forever', '-t', '2h', 'x'])
    await site.here(['submit', '-J', 'wide', '-c', '4', 'x'])
    await site.here(['submit', '-J', 'rest', '-H', '-m', '1G', 'x'])
    await site.pass()
    await site.here(['submit', '-J', 'new', '-l', 'kind=b', 'x'])
    rmSync(twin.dir, {recursive: true})
    cpSync(site.dir, twin.dir, {recursive: true})
  }

  async both(words: readonly string[], env: Env): Promise<Answer> {
    const envs = this.sites.map(({dir}) => ({HOME: this.folder, GOD_SHARED_DIR: dir, ...env}))
    this.#child.send([words, envs])
    const [answer]: Answer[] = await once(this.#child, 'message')
    assert.ok(answer)
    return answer
  }

  async remove(): Promise<void> {
    this.#child.disconnect()
    await once(this.#child, 'exit')
    for (const site of this.sites) site.remove()
    rmSync(this.folder, {recursive: true})
  }
}

/** What cannot be the same: the folder, the moment, and where in the code an error was thrown. */
const plain = (text: string, site: TestSite): string =>
  text
    .replaceAll(site.folder, 'HERE')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'THEN')
    .replace(/\t\d:\d\d\/|"elapsed":\d+/g, 'SPENT')
    .replace(/^ {4}at .*\n/gm, '')

/** What came into the inbox since the last look, without what is of chance. */
const createInbox = (site: TestSite): (() => readonly object[]) => {
  const folder = site.layout.dropFolder(site.open().uid)
  const seen = new Set<string>()
  return () => {
    const fresh = readdirSync(folder).filter(name => name.endsWith('.req') && !seen.has(name))
    for (const name of fresh) seen.add(name)
    return fresh.map(name => {
      const {tok, sum, ...rest} = JSON.parse(readFileSync(join(folder, name), 'utf8'))
      assert.deepEqual([name, typeof sum], [`${tok}.req`, 'string'])
      return rest
    })
  }
}

/** Between bars what may stand together, as a shell would read it. */
const parts = (text: string): readonly (readonly string[])[] =>
  text
    .split('|')
    .map(part => [...part.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ''))

const STAT_WORDS = parts(`
  -a | --all | -l | --long | -Q | --quiet | --header | --json | --no-color
  | -u root | -u root,ann | --user=ann | -uroot | -u 'a b' | -u '"root"' | -u a, | -u 'a\\,b' | -u ' a'
  | -n long | -n long,over | --name rest | -n '' | -n | --name= | -n=long
  | -t running | -t all | -t over,held | -trunning | -t runing | -t running -t held
  | --label kind | --label kind=a | --label=kind=b | --label =x | -j 1 | -j 1,2 | --job 3-5 | -j last
  | -o id,state | -o wide | --columns=id | -o idd | -o id -o name | -o 'id, name'
  | -S name | -S -id | --sort=-name | --sort memory | -S nothing
  | --color always | --color=never | --color sometimes | --colour never | --color auto
  | --since 2h | --since 2026-01-31 | --since yesterday | --since 1h --since 2h
  | -L 2 | -L x | --limit=1 | --format '{{id}}' | '--format={{id}} {{state}}'
  | -al | -Qa | -- | -h | --help | -V | --version | -x | --usre x | -1 | ---a | -ä
  | 1 | 2 3 | 1-3 | last | @long | @nobody | 99 | 1 99 | 0 | x | - | '' | 1 1 | constructor | --constructor | --__proto__=1
  | --dir /nonexistent | --dir '' | --dir= | --dir .`)

const SUBMIT_WORDS = parts(`
  -J a | --name train-7 | -Jx | --name=ß | -J '' | -J -x | -J=x | -J a -J b | '--name==' | -J 'a b'
  | -i busybox:local | --image=busybox:local | -i 'Bad Image' | -ibusybox:local
  | -c 1 | -c4 | -c 0.5 | -c x | --cpus=2 | -c 99 | -c 1 -c 2 | -m 64M | -m 1g | --mem 9999G | --mem=12 | -m lots
  | -t 30 | -t 1:30:00 | --time=2-12 | -t 1d | -t soon | -o /tmp/o | -e x.err | -D /work | -D work | --workdir=/
  | -E A=1 | -E A=1 -E B=2 | --env=A | -E SHELL | -E HOME | -E GOD_X=1 | -E = | -E 'A=b c' | -E A=
  | -l k | -l k=v -l w= | --label k=v,w | -l =v | -H | --hold | -n | --dry-run | --parsable | --json | -Hn | -nH
  | --no-color | --color always | --color x | -h | --help | --version | --bogus | --time | --dir /nonexistent
  | --key k | --key=k | --key ''
  | -f jobs.ndjson | --from=x | -W | --wait`)

const PROGRAMS = parts(`
  true | -- true | echo 'a b' '' | -- sh -c 'exit 3' | sh -c x --json | x -h | -- -- x | -- | - | '' | -- '' | -- -x
  | x -- -n | ./none.sh -J z | /etc/hostname | x $HOME * " \\ | größe 訓練 | 'a\nb\tc' | x --help | env A=1 x
  | plain.sh a -h | god.sh | ./foreign.sh x | bad.sh | -- god.sh
  | bash -lc 'for i in 1 2; do echo $i; done' | python3 -m train --lr=0.1 -v`)

const ENVS: readonly Env[] = [
  ...[
    {},
    {},
    {},
    {},
    {SHELL: '/bin/sh'},
    {NO_COLOR: '1'},
    {FORCE_COLOR: '1'},
    {TERM: 'dumb'},
    {GOD_DEBUG: '1'},
  ],
  ...[
    {GOD_EXECUTOR: 'process'},
    {GOD_EXECUTOR: '?'},
    {GOD_DEFAULT_IMAGES: ''},
    {GOD_ALLOW_USER_IMAGES: 'no'},
  ],
  ...[
    {GOD_MAX_TIME: '1h'},
    {GOD_SHARED_DIR: '/nonexistent'},
    {GOD_CONFIG: '/nonexistent', GOD_SHARED_DIR: ''},
  ],
  ...[{HOME: ''}, {DEBUG: '*'}, {GOD_NO_FAST: '1'}, {NODE_ENV: 'development'}, {GOD_CONTENT_TYPE: 'json'}],
  {LANG: 'C', TZ: 'Asia/Tokyo'},
]

const line = ({pick, roll, chance}: Dice): readonly string[] => {
  const some = (list: readonly (readonly string[])[], most: number) =>
    Array.from({length: roll(most + 1)}, () => pick(list)).flat()
  if (chance(0.5)) return ['stat', ...some(STAT_WORDS, 4)]
  return ['submit', ...some(SUBMIT_WORDS, 3), ...(chance(0.1) ? [] : pick(PROGRAMS))]
}

/** Each word of the lists alone, so that none is left to chance. */
const single: readonly (readonly string[])[] = [
  ...STAT_WORDS.map(words => ['stat', ...words]),
  ...SUBMIT_WORDS.map(words => ['submit', ...words, '--', 'true']),
  ...PROGRAMS.map(words => ['submit', '-i', 'busybox:local', ...words]),
]

describe('the short way of stat and submit', function () {
  this.timeout(300_000)
  let twins: Twins
  let inboxes: readonly (() => readonly object[])[] = []
  before(async () => {
    twins = new Twins()
    await twins.fill()
    inboxes = twins.sites.map(createInbox)
    for (const look of inboxes) look()
  })
  after(() => twins.remove())

  const compare = async (words: readonly string[], env: Env): Promise<boolean> => {
    const [mine, other] = twins.sites
    const {short, long} = await twins.both(words, env)
    if (short === null || long === null) return false
    const told = (ran: Ran, site: TestSite): Ran => ({
      stdout: plain(ran.stdout, site),
      stderr: plain(ran.stderr, site),
      code: ran.code,
    })
    assert.deepEqual(told(short, mine), told(long, other), JSON.stringify({words, env}))
    const [submitted, expected] = inboxes.map(look => look())
    assert.deepEqual(submitted, expected, JSON.stringify({words, env}))
    return true
  }

  it('answers as the long one does, or declines', async () => {
    const seeded = dice(7)
    const lines = [
      ...single.map(words => [words, {}] as const),
      ...Array.from({length: amount(350, 10_000)}, () => {
        return [line(seeded), seeded.pick(ENVS)] as const
      }),
    ]
    let answered = 0
    for (const [words, env] of lines) if (await compare(words, env)) answered++
    tellCases('short way: answered', answered)
    tellCases('short way: declined', lines.length - answered)
  })

  it('reads the directives of a script as the long one does', async () => {
    for (const name of Object.keys(SCRIPTS))
      assert.ok(await compare(['submit', '-i', 'busybox:local', name], {}), `${name} was declined`)
  })

  const DECLINED: readonly (readonly [string, readonly string[], Env])[] = [
    ['help', ['stat', '-h'], {}],
    ['help after flags', ['submit', '-n', '--help'], {}],
    ['a version', ['stat', '--version'], {}],
    ['the end of options of stat', ['stat', '--', '1'], {}],
    ['an unknown flag', ['submit', '--bogus', 'x'], {}],
    ['a value given twice', ['submit', '-c', '1', '-c', '2', 'x'], {}],
    ['short flags in one word', ['stat', '-al'], {}],
    ['an empty value', ['submit', '-J', '', 'x'], {}],
    ['a value that looks like a flag', ['stat', '-S', '-id'], {}],
    ['a flag with a parser of its own', ['stat', '-L', '1'], {}],
    ['a flag that excludes another', ['stat', '--format', '{{id}}'], {}],
    ['a value that is none of the options', ['stat', '--color', 'pink'], {}],
    ['ids from standard input', ['stat', '-'], {}],
    ['what the command does by itself', ['submit', '--from', 'jobs'], {}],
    ['what goes on for long', ['stat', '-w'], {}],
    ['waiting', ['submit', '-W', 'true'], {}],
    ['GOD_NO_FAST', ['stat'], {GOD_NO_FAST: '1'}],
    ['the log of oclif', ['stat'], {DEBUG: '*'}],
    ['no home', ['stat'], {HOME: ''}],
  ]
  for (const [what, words, env] of DECLINED)
    it(`declines ${what}`, async () => assert.equal((await twins.both(words, env)).short, null))

  const ANSWERED: readonly (readonly string[])[] = [
    ['stat'],
    ['stat', '-a'],
    ['stat', '--json'],
    ['stat', '-u', 'ann,bob', '-t', 'running', '--sort=name'],
    ['stat', '12', '13-15', 'last', '@name'],
    ['submit', '-i', 'busybox:local', '--', 'true'],
    ['submit', '-J', 'a', '-c4', '-m', '2G', '-t', '1h', '-E', 'A=1', '-E', 'B', './x.sh', '--help'],
  ]
  for (const words of ANSWERED)
    it(`answers god ${words.join(' ')}`, async () => assert.ok(await compare(words, {})))
})

describe('the short way in a process of its own', function () {
  this.timeout(240_000)
  let site: TestSite
  before(async () => {
    site = new TestSite()
    for (let job = 0; job < 3; job++) await site.here(['submit', '-H', 'x'])
    await site.pass()
  })
  after(() => site.remove())

  const both = (script: string, options: GodOptions = {}): Promise<readonly [Ran, Ran]> =>
    Promise.all([
      shell(script, site.options(options)),
      shell(script, site.options({...options, env: {...options.env, GOD_NO_FAST: '1'}})),
    ])

  const SCRIPTS: Readonly<Record<string, string>> = {
    'a pipe': '$GOD stat -a | cat',
    'a reader that goes away': '$GOD stat -a -l | head -c 0; echo "$PIPESTATUS"',
    'a full disk': '$GOD stat -a >/dev/full',
    'closed output': '$GOD stat -a >&-',
    'closed output of a dry run': '$GOD submit -n x >&-',
    'nothing open at all': '$GOD stat -a <&- >&- 2>&-',
    'messages that nobody reads': '$GOD stat 99 2>&-',
    'an error with --json': '$GOD stat --json 99',
    'a mode mask': 'umask 077; $GOD submit -n x',
    'a folder that is gone': 'gone=$(mktemp -d); cd $gone; rmdir $gone; $GOD stat 1; $GOD submit -n ./x',
  }
  for (const [what, script] of Object.entries(SCRIPTS))
    it(`is the same with ${what}`, async () => {
      const [short, long] = await both(script)
      assert.deepEqual(short, long)
    })

  it('is the same where the engine is not the one of the build, or was told otherwise', async () => {
    const copy = join(site.folder, 'copy')
    const copied = `for f in bin dist/fast package.json dist/package.json; do
        mkdir -p $(dirname ${copy}/$f); cp -r ${ROOT}$f ${copy}/$f; done; rm ${copy}/dist/fast/*.bin`
    const [, long] = await both('$GOD stat -a')
    for (const god of [`node ${copy}/bin/god.cjs`, `node --jitless ${ROOT}bin/god.cjs`]) {
      const {stdout, code} = await shell(`${copied}; ${god} stat -a`, site.options())
      assert.deepEqual({stdout, code}, {stdout: long.stdout, code: 0})
    }
  })

  it('gives a slow reader all that there is', async () => {
    const script = '$GOD stat -a --json | (sleep 0.2; cat)'
    const [short, long] = await both(script)
    assert.equal(short.stdout.length, long.stdout.length)
  })

  it('writes no more of its own than the long one, and as privately', async () => {
    const {stdout} = await shell(
      'umask 077; $GOD submit --parsable x >/dev/null; stat -c %a "$GOD_SHARED_DIR"/inbox/u*/*.req | sort -u',
      site.options(),
    )
    assert.equal(stdout, '640\n')
  })
})
