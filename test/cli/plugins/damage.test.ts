/** Plugins of others that are damaged or mean harm: they are told of, and stand in nobody's way. */
import assert from 'node:assert/strict'
import {chmodSync, cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {ROOT} from '../../support/god.js'
import {siteForEach, type TestSite} from '../../support/site.js'

const place = (site: TestSite): string => join(site.folder, '.local/share/god')

const put = (site: TestSite, files: Readonly<Record<string, string | object>>): void => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(place(site), path)), {recursive: true})
    writeFileSync(join(place(site), path), typeof content === 'string' ? content : JSON.stringify(content))
  }
}

const listed = (site: TestSite, ...names: readonly string[]): void =>
  put(site, {'package.json': {oclif: {plugins: names.map(name => ({name, type: 'user'}))}}})

const COMMAND = (text: string): string =>
  `export default class { static id = 'x'; static async run() { console.log('${text}') } }`

const plugin = (name: string, oclif: object, files: Readonly<Record<string, string>> = {}) => ({
  [`node_modules/${name}/package.json`]: {name, version: '1.0.0', type: 'module', oclif},
  ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`node_modules/${name}/${path}`, text])),
})

/** One of each kind of harm. */
const HARMFUL = ['torn', 'gone', 'throws', 'nonsense', 'hooked', 'greedy']

const putHarm = (site: TestSite): void => {
  listed(site, ...HARMFUL)
  put(site, {
    'node_modules/torn/package.json': '{"name": "torn",',
    ...plugin(
      'throws',
      {commands: './commands'},
      {'commands/burst.js': 'throw new Error("burst at import")'},
    ),
    ...plugin(
      'nonsense',
      {commands: './commands'},
      {'oclif.manifest.json': '{"version": "1.0.0", "commands": {"x": null}}'},
    ),
    ...plugin(
      'hooked',
      {hooks: {init: './init.js', prerun: './init.js', finally: './init.js'}},
      {'init.js': "export default function () { console.log('hooked'); this.exit(42) }"},
    ),
    ...plugin(
      'greedy',
      {commands: './commands'},
      {'commands/stat.js': COMMAND('not ours'), 'commands/plugins/install.js': COMMAND('not ours')},
    ),
  })
}

describe('plugins that are damaged or mean harm', () => {
  const held = siteForEach()

  it('do not show in what our own commands say', async () => {
    const {site} = held
    const words = [
      ['stat'],
      ['schedule'],
      ['watch', '--once'],
      ['doctor', '--json'],
      ['help', 'stat'],
      ['--version'],
    ]
    const before = await Promise.all(words.slice(0, 3).map(args => site.god(args)))
    putHarm(site)
    for (const [i, args] of words.entries()) {
      const {stdout, stderr, code} = await site.god(args)
      assert.deepEqual([stderr, code], ['', 0], args.join(' '))
      assert.doesNotMatch(stdout, /hooked|not ours/)
      if (i < before.length) assert.equal(stdout, before[i]?.stdout)
    }
  })

  it('leave the help whole, and are told of in a line each, without a stack', async () => {
    const {site} = held
    const {stdout: before} = await site.god(['help'])
    putHarm(site)
    const {stdout, stderr, code} = await site.god(['help'])
    assert.equal(code, 0)
    assert.equal(stdout, before)
    assert.ok(stderr.split('\n').length > 1)
    for (const line of stderr.trim().split('\n')) assert.match(line, /^god: .* See 'god plugins'\.$/)
  })

  it('are listed with what is wrong', async () => {
    const {site} = held
    putHarm(site)
    const {stdout, stderr, code} = await site.god(['plugins'])
    assert.equal(code, 0)
    for (const name of HARMFUL) assert.match(stdout, new RegExp(`^${name}\t`, 'm'))
    assert.match(stderr, /^warning: torn: .*package\.json cannot be read/m)
    assert.match(stderr, /^warning: gone: .*package\.json cannot be read/m)
    const {plugins, faults} = JSON.parse((await site.here(['plugins', '--json'])).stdout)
    assert.equal(faults.length, 2)
    assert.equal(plugins.find(({name}: {name: string}) => name === 'hooked').fault, null)
  })

  it('keep nobody from another word that is no command', async () => {
    const {site} = held
    putHarm(site)
    const {stdout, stderr, code} = await site.god(['frobnicate'])
    assert.deepEqual([stdout, code], ['', 2])
    assert.match(stderr, /^god: there is no command 'frobnicate'\./m)
  })

  it('can be a list that is nonsense as a whole', async () => {
    const {site} = held
    for (const text of [
      '{',
      '[]',
      '{"oclif": {"plugins": 7}}',
      '{"oclif": {"plugins": [null, {"name": 5}]}}',
    ]) {
      put(site, {'package.json': text})
      for (const args of [['stat'], ['schedule'], ['help'], ['plugins'], ['plugins', 'providers']])
        assert.equal((await site.here(args)).code, 0, `${args} with ${text}`)
      assert.equal((await site.here(['frobnicate'])).code, 2)
    }
    put(site, {'package.json': '{'})
    assert.match(
      (await site.here(['doctor'])).stdout,
      /^warn +plugins +the list of plugins in .* cannot be read/m,
    )
  })

  it('can be a provider that does not load: the pass names it', async () => {
    const {site} = held
    listed(site, 'burst')
    const god = {api: 1, providers: [{kind: 'scheduler', id: 'burst', entry: './index.js', summary: ''}]}
    put(site, {
      'node_modules/burst/package.json': {name: 'burst', version: '1.0.0', type: 'module', oclif: {}, god},
      'node_modules/burst/index.js': "throw new Error('no licence')",
    })
    assert.equal((await site.here(['schedule'])).code, 0)
    site.configure(['executor = fake', 'scheduler_policy = burst'])
    assert.deepEqual(await site.god(['schedule']), {
      stdout: '',
      stderr: 'god: burst does not load: no licence. Install it again.\n',
      code: 1,
    })
  })

  it('can be a policy that fails: nothing starts, and what else the service does goes on', async () => {
    const {site} = held
    listed(site, 'moody')
    const god = {api: 1, providers: [{kind: 'scheduler', id: 'moody', entry: './index.js', summary: ''}]}
    put(site, {
      'node_modules/moody/package.json': {name: 'moody', version: '1.0.0', type: 'module', oclif: {}, god},
      'node_modules/moody/index.js': "export default () => ({order() { throw new Error('no moon') }})",
    })
    const running = await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    site.configure([
      'executor = fake',
      'default_images = busybox:local',
      'node_name = n1',
      'scheduler_policy = moody',
    ])
    const waiting = await site.submit()
    const said = "the scheduler 'moody' cannot order the queue, so nothing starts: no moon"
    assert.deepEqual(await site.god(['schedule']), {
      stdout: '',
      stderr: `god: ${said}. Update its plugin, or name another in scheduler_policy.\n`,
      code: 1,
    })
    const service = site.start(['watch'])
    await service.seen(new RegExp(`warning: ${said}`))
    assert.equal((await site.god(['kill', String(running)])).code, 0)
    assert.equal((await site.god(['wait', String(running)])).code, 143)
    assert.equal((await site.json(['stat', String(waiting)])).jobs[0]?.state, 'pending')
    service.child.kill('SIGTERM')
    assert.equal((await service.done).code, 0)
  })

  it('can claim a name of ours: the first serves, and that is said', async () => {
    const {site} = held
    listed(site, 'usurper')
    const god = {api: 1, providers: [{kind: 'scheduler', id: 'fifo', entry: './index.js', summary: ''}]}
    put(site, {
      'node_modules/usurper/package.json': {
        name: 'usurper',
        version: '1.0.0',
        type: 'module',
        oclif: {},
        god,
      },
      'node_modules/usurper/index.js': "throw new Error('loaded')",
    })
    assert.deepEqual(await site.god(['schedule']), {stdout: '', stderr: '', code: 0})
    const said = "usurper: its scheduler 'fifo' never serves: @god-cli/scheduler-fifo (builtin) comes first"
    assert.equal((await site.here(['plugins'])).stderr, `warning: ${said}\n`)
    const {stdout, code} = await site.here(['doctor'])
    assert.equal(code, 0)
    assert.ok(stdout.includes(`warn  plugins      ${said}`))
    const {providers} = await site.json<{providers: {plugin: string; used: boolean; fault: string | null}[]}>(
      ['plugins', 'providers'],
    )
    const rows = providers.filter(({plugin}) => ['usurper', '@god-cli/scheduler-fifo'].includes(plugin))
    assert.deepEqual(
      rows.map(({plugin, used, fault}) => [plugin, used, fault === null]),
      [
        ['@god-cli/scheduler-fifo', true, true],
        ['usurper', false, false],
      ],
    )
  })
})

describe('a plugin that brings commands', () => {
  const held = siteForEach()

  /** A folder in which packages are found, with an own copy of oclif's core and links to all that it needs. */
  const ownModules = (folder: string): void => {
    const from = join(ROOT, 'node_modules')
    mkdirSync(join(folder, '@oclif'), {recursive: true})
    cpSync(join(from, '@oclif/core'), join(folder, '@oclif/core'), {recursive: true})
    for (const name of readdirSync(from))
      if (!name.startsWith('.') && name !== '@oclif') symlinkSync(join(from, name), join(folder, name))
  }

  it('has them beside ours, also with a copy of oclif of its own', async () => {
    const {site} = held
    listed(site, 'greeter')
    put(
      site,
      plugin(
        'greeter',
        {commands: './commands', hooks: {prerun: './prerun.js'}},
        {
          'commands/greet.js': `import {Command, Args} from '@oclif/core'
            export default class Greet extends Command {
              static summary = 'Greet somebody.'
              static args = {name: Args.string({required: true})}
              async run() {
                const {args} = await this.parse(Greet)
                this.log('hello ' + args.name)
              }
            }`,
          'prerun.js': "export default function () { console.log('before') }",
        },
      ),
    )
    ownModules(join(place(site), 'node_modules/greeter/node_modules'))
    assert.deepEqual(await site.god(['greet', 'ann']), {stdout: 'before\nhello ann\n', stderr: '', code: 0})
    assert.match((await site.god(['help'])).stdout, /^ +greet +Greet somebody\.$/m)
    chmodSync(place(site), 0o777)
    const foreign = await site.god(['greet', 'ann'])
    assert.equal(foreign.code, 2)
    assert.match(
      foreign.stderr,
      /^god: the plugins in .* are left alone: .* can be written by others\. See 'god plugins'\.$/m,
    )
    assert.match(foreign.stderr, /^god: there is no command 'greet'/m)
    chmodSync(place(site), 0o755)
    const missing = await site.god(['greet'])
    assert.equal(missing.code, 2)
    assert.match(missing.stderr, /^god: missing 1 required arg: name/)
    assert.deepEqual(await site.god(['stat']), {stdout: '', stderr: '', code: 0})
  })
})
