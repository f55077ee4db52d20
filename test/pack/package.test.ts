/**
 * The package as it is published: packed from a clean copy, installed from the tarball into an empty place without
 * install scripts, and used there as its users do. What it needs must have come with it.
 */
import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type Installed, installPacked} from '../../scripts/install-packed.js'
import {packPlugin, SHORTEST, TARBALL} from '../support/fixture-plugin.js'
import {type Ran, ROOT, run} from '../support/god.js'
import {containersOf, ENGINE, hasEngine, IMAGE} from '../support/real-site.js'
import {NO_ENGINE, skip} from '../support/skip.js'

/** What npm says where there is no registry to be reached. */
const NO_REGISTRY = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH)\b/

describe('the package, installed from its tarball', function () {
  this.timeout(300_000)
  let folder = ''
  let installed: Installed

  before(function () {
    folder = mkdtempSync(join(tmpdir(), 'god-pack-'))
    // Jobs of root run as another account, which must get to its directory.
    chmodSync(folder, 0o711)
    try {
      installed = installPacked(folder)
    } catch (error) {
      if (!NO_REGISTRY.test(String(error))) throw error
      skip(this, 'needs a package registry, or the packages in the cache of npm')
    }
  })
  after(() => rmSync(folder, {recursive: true, force: true}))

  const god = (words: readonly string[], dir?: string): Promise<Ran> =>
    run(installed.bin, words, {
      cwd: folder,
      ...(dir === undefined ? {} : {dir}),
      env: {HOME: folder, DOCKER_HOST: ENGINE},
    }).done
  const ok = async (words: readonly string[], dir?: string): Promise<string> => {
    const {stdout, stderr, code} = await god(words, dir)
    assert.equal(code, 0, `${words.join(' ')}: ${stdout}${stderr}`)
    return stdout
  }

  it('holds programs, their manifest, licences, the example; no tests, no sources, no maps, no types', () => {
    const expected =
      /^(package\.json|README\.md|LICENSE|oclif\.manifest\.json|bin\/god\.cjs|dist\/([\w-]+\/)*[\w-]+\.c?js(\.[\w.-]+\.bin)?|dist\/package\.json|dist\/third-party-licenses\.txt|plugins\/[\w-]+\/(package\.json|options\.schema\.json|dist\/[\w-]+\.js)|plugins\/api\/skeletons\/.+|docs\/man\/god[a-z-]*\.1|shared-dir\.example\/[\w.-]+)$/
    assert.deepEqual(
      installed.files.filter(path => !expected.test(path)),
      [],
    )
    for (const path of ['bin/god.cjs', 'dist/src/cli/main.js', 'dist/commands/stat.js', 'LICENSE'])
      assert.ok(installed.files.includes(path), path)
  })

  it('names no path of the machine that packed it', () => {
    for (const path of installed.files) {
      const text = readFileSync(join(installed.root, path), 'utf8')
      for (const secret of [folder, ROOT, '/node_modules/.cache']) assert.ok(!text.includes(secret), path)
    }
  })

  it('brings dockerode, and nothing that is compiled in', () => {
    const has = (name: string): boolean => existsSync(join(installed.root, 'node_modules', name))
    assert.deepEqual(['dockerode', 'chalk', 'valibot', 'cron', 'typescript', 'esbuild'].filter(has), [
      'dockerode',
    ])
  })

  it('names the licence of each package that is compiled in', () => {
    const text = readFileSync(join(installed.root, 'dist/third-party-licenses.txt'), 'utf8')
    for (const name of ['@oclif/core', 'valibot', 'chalk', 'chokidar', 'cron', 'luxon', 'proper-lockfile'])
      assert.match(text, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|ISC|Apache-2\\.0)\\)$`, 'm'))
  })

  it('tells its version', async () => {
    const {version} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    assert.match(await ok(['--version']), new RegExp(`^@god-cli/god/${version} `))
  })

  it('tells its commands, and the same by every way to ask', async () => {
    const text = await ok(['help'])
    for (const command of ['submit', 'stat', 'watch']) assert.match(text, new RegExp(`^  ${command} `, 'm'))
    assert.equal(await ok(['--help']), text)
    assert.equal(await ok(['help', 'submit']), await ok(['submit', '-h']))
  })

  it('brings each page of the manual to where man looks for it (package.json has the list)', () => {
    const pages = readdirSync(join(ROOT, 'docs/man')).filter(name => name.endsWith('.1'))
    const placed = readdirSync(join(folder, 'prefix/share/man/man1'))
    assert.ok(pages.length > 0)
    assert.deepEqual(placed.sort(), pages.sort())
  })

  it('is found through a link', async () => {
    const link = join(folder, 'linked')
    symlinkSync(installed.bin, link)
    assert.match((await run(link, ['--version']).done).stdout, /^@god-cli\/god\//)
  })

  it('tells what is wrong with the words', async () => {
    for (const words of [['sumbit'], ['stat', '--colour']]) {
      const {stdout, stderr, code} = await god(words)
      assert.deepEqual([stdout, code], ['', 2])
      assert.match(stderr, /^god: .* Did you mean .*\n$/)
    }
  })

  it('says so where a file of it is gone', async () => {
    for (const [path, command] of [
      ['dist/src/cli/main.js', 'show'],
      ['dist/fast/stat.cjs', 'stat'],
    ] as const) {
      const file = join(installed.root, path)
      const text = readFileSync(file)
      rmSync(file)
      const {stderr, code} = await god([command])
      writeFileSync(file, text)
      assert.equal(code, 70)
      assert.match(stderr, /^god: this installation is damaged: .*Install it again\.\n$/s)
    }
  })

  it('finds its own plugins by the door that all others come through', async () => {
    const shown = await ok(['plugins'])
    for (const id of ['fifo', 'docker', 'process', 'fake', 'system'])
      assert.match(shown, new RegExp(`\\b${id}\\b`))
  })

  it('takes in the plugin of somebody else, and writes one to begin with', async () => {
    packPlugin(folder)
    assert.match(await ok(['plugins', 'install', `./${TARBALL}`]), /: scheduler shortest\n$/)
    const dir = join(folder, 'site-plugin')
    await ok(['init', dir, '--executor', 'fake'])
    writeFileSync(
      join(dir, 'go-d.ini'),
      'executor = fake\nscheduler_policy = shortest\n[plugin.shortest]\nunlimited = 5\n',
    )
    assert.equal(await ok(['schedule'], dir), '')
    await ok(['plugins', 'uninstall', SHORTEST])
    assert.equal((await god(['schedule'], dir)).code, 1)
    for (const kind of ['scheduler', 'executor', 'auth']) {
      const made = (await ok(['plugins', 'create', kind, 'packed'])).trim()
      assert.match(await ok(['plugins', 'check', made]), /^ok {3}contract /m)
    }
  })

  /** One pass of each kind after another until job 1 is over. */
  const runFirst = async (dir: string): Promise<void> => {
    const over = async (): Promise<boolean> => {
      assert.equal(await ok(['schedule'], dir), '')
      assert.equal(await ok(['watch', '--once'], dir), '')
      return (await ok(['stat', '-t', 'over'], dir)) !== ''
    }
    const deadline = Date.now() + 60_000
    while (!(await over())) assert.ok(Date.now() < deadline, await ok(['history', '1'], dir))
  }

  for (const [executor, exit, output] of [
    ['fake', 0, 'this job ran on the fake executor\n'],
    ['process', 3, 'a  b\n'],
    ['docker', 3, 'a  b\n'],
  ] as const) {
    it(`makes a shared directory, and runs a job by the passes of cron (${executor})`, async function () {
      if (executor === 'docker' && !hasEngine) skip(this, NO_ENGINE)
      const dir = join(folder, `site-${executor}`)
      await ok(['init', dir, '--executor', executor, '--image', IMAGE])
      const words = ['submit', '-J', 'first', '--parsable', '--', 'sh', '-c', 'echo "a  b"; exit 3']
      assert.equal(await ok(words, dir), '1\n')
      assert.match(await ok(['stat'], dir), /^1\tfirst\tdefault\t\S+\tpending\t/)

      const waited = god(['wait', '1', '--timeout', '60s'], dir)
      await runFirst(dir)
      assert.equal((await waited).code, exit)
      assert.equal(await ok(['logs', '1'], dir), output)
      assert.equal(JSON.parse(await ok(['show', '1', '--json'], dir)).name, 'first')
      assert.match(await ok(['config', 'executor'], dir), new RegExp(executor))
      const {cluster} = JSON.parse(readFileSync(join(dir, 'FORMAT'), 'utf8'))
      if (executor === 'docker') assert.deepEqual(containersOf(cluster), [])
    })
  }

  it('queues, holds, releases and kills', async () => {
    const dir = join(folder, 'site-verbs')
    await ok(['init', dir, '--executor', 'fake'])
    await ok(['submit', '-J', 'long', '--', 'true'], dir)
    for (const verb of ['hold', 'release', 'kill']) assert.match(await ok([verb, '1'], dir), /^job 1: /)
    await ok(['schedule'], dir)
    assert.match(await ok(['stat', '1'], dir), /\tkilled\t/)
    assert.equal((await god(['kill', '7'], dir)).code, 3)
  })
})
