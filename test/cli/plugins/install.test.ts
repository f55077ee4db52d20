/** What `god plugins install` refuses, and what it says; with the real npm, and no network. */
import assert from 'node:assert/strict'
import {chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {specOf} from '../../../src/cli/plugins/install.js'
import {copyPlugin, packPlugin, SHORTEST, TARBALL} from '../../support/fixture-plugin.js'
import {siteForEach, type TestSite} from '../../support/site.js'
import {skip} from '../../support/skip.js'

const OFFLINE = {npm_config_offline: 'true', npm_config_registry: 'http://127.0.0.1:9/'}
const isRoot = process.getuid?.() === 0

const god = (site: TestSite, ...args: readonly string[]) => site.god(args, {env: OFFLINE})

/** A folder with a package of that content, and an entry. */
const write = (
  site: TestSite,
  name: string,
  content: object,
  entry = 'export default () => ({})',
): string => {
  const folder = join(site.work, name)
  mkdirSync(folder, {recursive: true})
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({name, version: '1.0.0', type: 'module', ...content}),
  )
  writeFileSync(join(folder, 'index.js'), entry)
  return folder
}

const dependencies = (site: TestSite): unknown =>
  JSON.parse(readFileSync(join(site.folder, '.local/share/god/package.json'), 'utf8')).dependencies

const provides = (id: string, api = 1) => ({
  oclif: {},
  god: {api, providers: [{kind: 'scheduler', id, entry: './index.js', summary: id}]},
})

describe('god plugins install', function () {
  this.timeout(240_000)
  const held = siteForEach()

  it('says in JSON what was installed, and what it provides', async () => {
    const {site} = held
    packPlugin(site.work)
    const {stdout, code} = await god(site, 'plugins', 'install', '--json', `./${TARBALL}`)
    assert.equal(code, 0)
    const [plugin] = JSON.parse(stdout).plugins
    assert.deepEqual(
      [plugin.name, plugin.version, plugin.level, plugin.linked, plugin.fault],
      [SHORTEST, '1.0.0', 'user', false, null],
    )
    assert.deepEqual(plugin.providers, [
      {kind: 'scheduler', id: 'shortest', summary: 'the shortest walltime first', fault: null},
    ])
  })

  it('tries each of several, tells what became of all, and fails as the worst', async () => {
    const {site} = held
    packPlugin(site.work)
    const words = ['./nowhere.tgz', `./${TARBALL}`, '']
    const {stdout, stderr, code} = await god(site, 'plugins', 'install', ...words)
    assert.deepEqual([stdout, code], [`Installed ${SHORTEST} 1.0.0: scheduler shortest\n`, 1])
    assert.deepEqual(stderr.split('\n'), [
      'god: there is no file or folder ./nowhere.tgz. Name a package, tarball or folder.',
      'god: an empty word names no plugin. Name a package, tarball or folder.',
      '',
    ])
    const gone = await god(site, 'plugins', 'uninstall', '--json', 'nope', SHORTEST)
    const {uninstalled, errors} = JSON.parse(gone.stdout)
    assert.deepEqual([uninstalled, errors.length, gone.code], [[SHORTEST], 1, 1])
    assert.match(errors[0].message, /^cannot uninstall nope: it is not installed/)
  })

  it('without a word points at its own help', async () => {
    const {stderr, code} = await god(held.site, 'plugins', 'install')
    assert.deepEqual([stderr.endsWith("See 'god plugins install --help'.\n"), code], [true, 2], stderr)
  })

  it('links no folder without a package.json, and says so', async () => {
    const {site} = held
    const {stderr, code} = await god(site, 'plugins', 'link', site.folder)
    assert.equal(code, 1)
    assert.match(
      stderr,
      /^god: cannot link .*: that folder has no package\.json\. Name the folder of a package\.\n$/,
    )
  })

  it('has no command of another word, and guesses which was meant', async () => {
    const {site} = held
    for (const [word, hint] of [
      ['instal', "Did you mean 'god plugins install'?"],
      ['bogus', "See 'god help'."],
      ['inspect', ''],
      ['reset', ''],
    ] as const) {
      const {stderr, code} = await god(site, 'plugins', word)
      assert.equal(code, 2)
      assert.ok(stderr.startsWith(`god: there is no command 'plugins ${word}'. `), stderr)
      assert.ok(stderr.includes(hint), stderr)
    }
  })

  it('copies a folder, by a relative path or an absolute one', async () => {
    const {site} = held
    const folder = copyPlugin(site.work)
    assert.equal((await god(site, 'plugins', 'install', `./${SHORTEST}`)).code, 0)
    rmSync(folder, {recursive: true})
    const installed = join(site.folder, '.local/share/god/node_modules', SHORTEST)
    assert.ok(existsSync(join(installed, 'index.js')))
  })

  it('refuses a package that is no plugin, and keeps nothing of it in its list', async () => {
    const {site} = held
    write(site, 'plain', {})
    assert.deepEqual(await god(site, 'plugins', 'install', './plain'), {
      stdout: '',
      stderr:
        `god: cannot install ./plain: it is no plugin of god: its package.json has no ` +
        '"oclif" key. Its author adds "oclif": {}.\n',
      code: 1,
    })
    assert.deepEqual(dependencies(site), {})
    rmSync(join(site.work, 'plain'), {recursive: true})
    packPlugin(site.work)
    assert.equal((await god(site, 'plugins', 'install', `./${TARBALL}`)).code, 0)
  })

  it('takes each for itself, also two of one name in two folders, and the same again when it has changed', async () => {
    const {site} = held
    for (const id of ['one', 'two']) {
      const folder = write(site, `${id}/plugin`, {name: `god-${id}`, ...provides(id)})
      const {stdout, code} = await god(site, 'plugins', 'install', folder)
      assert.deepEqual([stdout, code], [`Installed god-${id} 1.0.0: scheduler ${id}\n`, 0])
    }
    write(site, 'one/plugin', {name: 'god-one', ...provides('uno')})
    const {stdout} = await god(site, 'plugins', 'install', './one/plugin')
    assert.equal(stdout, 'Installed god-one 1.0.0: scheduler uno\n')
    rmSync(join(site.work, 'two'), {recursive: true})
    assert.equal((await god(site, 'plugins', 'uninstall', 'god-one')).code, 0)
    assert.match((await god(site, 'plugins')).stdout, /^god-two\t1\.0\.0\tuser\tscheduler two\t/m)
  })

  it('says at once that what it put there cannot be used', async () => {
    const {site} = held
    write(site, 'future', provides('far', 2))
    write(site, 'strange', {oclif: {}, god: {api: 1, wishes: []}})
    const future = await god(site, 'plugins', 'install', './future')
    assert.equal(future.code, 1)
    assert.equal(
      future.stderr,
      'god: future is installed but cannot be used: future 1.0.0 was made for plugin api 2; this god offers 1. ' +
        'Install another version, or remove it: god plugins uninstall future.\n'.replace(
          'future.\n',
          'future\n',
        ),
    )
    const strange = await god(site, 'plugins', 'install', './strange')
    assert.equal(strange.code, 1)
    assert.match(strange.stderr, /strange is installed but cannot be used: .*"god" block is wrong/)
    site.configure(['executor = fake', 'scheduler_policy = far'])
    const {stderr, code} = await god(site, 'schedule')
    assert.equal(code, 1)
    assert.equal(
      stderr,
      'god: future 1.0.0 was made for plugin api 2; this god offers 1. Update the plugin.\n',
    )
  })

  it('runs no install script unless it is allowed', async () => {
    const {site} = held
    const mark = join(site.folder, 'mark')
    const scripts = {postinstall: `node -e "require('fs').writeFileSync('${mark}', '')"`}
    write(site, 'eager', {...provides('eager'), scripts})
    assert.equal((await god(site, 'plugins', 'install', './eager')).code, 0)
    assert.equal(existsSync(mark), false)
    assert.equal((await god(site, 'plugins', 'uninstall', 'eager')).code, 0)
    assert.equal((await god(site, 'plugins', 'install', '--allow-scripts', './eager')).code, 0)
    assert.ok(existsSync(mark))
  })

  it('tells what npm said when npm fails, and a file that is not there at once', async () => {
    const {site} = held
    writeFileSync(join(site.work, 'torn.tgz'), 'no tarball')
    const torn = await god(site, 'plugins', 'install', './torn.tgz')
    assert.equal(torn.code, 1)
    assert.match(torn.stderr, /^npm error /m)
    assert.match(torn.stderr, /\ngod: cannot install \.\/torn\.tgz: npm failed\. See its words above\.\n$/)
    const json = await god(site, 'plugins', 'install', '--json', './torn.tgz')
    assert.equal(JSON.parse(json.stdout).error.code, 'E_PLUGIN_FAILED')
    assert.equal(json.stderr, '')
    const none = await site.here(['plugins', 'install', './none.tgz'])
    assert.deepEqual(
      [none.code, none.stderr.split('. ')[0]],
      [1, 'god: there is no file or folder ./none.tgz'],
    )
  })

  it('needs no second word from a registry that does not answer', async () => {
    const {stderr, code} = await god(held.site, 'plugins', 'install', 'no-such-plugin-anywhere')
    assert.equal(code, 1)
    assert.equal(
      stderr,
      'god: cannot install no-such-plugin-anywhere: the registry has no such package, or does not answer. ' +
        'Check the name.\n',
    )
  })

  it('for the whole host is root’s, and serves everybody as long as it is his alone', async function () {
    const {site} = held
    packPlugin(site.work)
    if (!isRoot) {
      const {code} = await god(site, 'plugins', 'install', '--system', `./${TARBALL}`)
      assert.equal(code, 4)
      return skip(this, 'only root may; that others may not was seen')
    }
    const {stdout, code} = await god(site, 'plugins', 'install', '--system', `./${TARBALL}`)
    assert.deepEqual([stdout, code], [`Installed ${SHORTEST} 1.0.0: scheduler shortest\n`, 0])
    site.configure(['executor = fake', 'scheduler_policy = shortest', 'node_name = n1'])
    // Of another home, as another user's.
    const elsewhere = {env: {HOME: '/nonexistent'}}
    assert.deepEqual(await site.god(['schedule'], elsewhere), {stdout: '', stderr: '', code: 0})

    const entry = join(site.folder, 'system/node_modules', SHORTEST, 'index.js')
    assert.equal(statSync(entry).mode & 0o022, 0)
    chmodSync(entry, 0o666)
    const refused = await site.god(['schedule'], elsewhere)
    assert.equal(refused.code, 1)
    assert.equal(
      refused.stderr,
      `god: a service does not run ${SHORTEST}, which provides the scheduler 'shortest': ${entry} can be written ` +
        'by others. Let root alone own and write it, or install it again.\n',
    )
    assert.match(
      (await site.here(['plugins'], elsewhere)).stderr,
      /its scheduler 'shortest' never serves: .*index\.js can be/,
    )
    assert.equal((await god(site, 'plugins', 'uninstall', '--system', SHORTEST)).code, 0)
  })
})

describe('a word that names a plugin', () => {
  const held = siteForEach()
  const here = (act: () => void): void => {
    const before = process.cwd()
    process.chdir(held.site.work)
    try {
      act()
    } finally {
      process.chdir(before)
    }
  }

  it('is a file or a folder where there is one, so that npm takes it for no repository', () => {
    const {work} = held.site
    mkdirSync(join(work, 'a b/p'), {recursive: true})
    writeFileSync(join(work, 'p.tgz'), '')
    here(() => {
      assert.equal(specOf('p.tgz'), `pack:${work}/p.tgz`)
      assert.equal(specOf('./p.tgz'), `pack:${work}/p.tgz`)
      assert.equal(specOf('a b/p'), `pack:${work}/a b/p`)
      assert.equal(specOf(join(work, 'p.tgz')), `pack:${work}/p.tgz`)
    })
  })

  it('is left as it is where it is a name, a version or an address', () => {
    mkdirSync(join(held.site.work, 'topology'))
    here(() => {
      for (const word of [
        'topology',
        '@acme/topology',
        'topology@2',
        'file:/x.tgz',
        'https://x/y.git',
        'acme/topology',
      ])
        assert.equal(specOf(word), word)
    })
  })
})
