/** Which providers there are: by the packages' own words, before anything of them is imported. */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {API_VERSION, type ProviderKind} from '@god-cli/api'
import {GodError} from '../../src/core/errors.js'
import {readManifest} from '../../src/plugin/manifest.js'
import {packageRoot} from '../../src/plugin/package-root.js'
import {
  builtinProviders,
  duplicatesOf,
  executorNeeds,
  executorRunsImages,
  type Provider,
  pickForService,
  pickProvider,
  providersIn,
} from '../../src/plugin/resolver.js'
import {type PluginFolders, pluginFolders} from './folders.js'

const providersOf = (folder: string) => providersIn(readManifest(folder), 'builtin', () => null)

const FIFO = {kind: 'scheduler', id: 'fifo', entry: './dist/index.js', summary: 'first in, first out'}

describe('the providers', () => {
  let place: PluginFolders
  beforeEach(() => {
    place = pluginFolders()
  })
  afterEach(() => place.remove())

  const plugin = (god: unknown, name = 'plugin'): string => {
    place.write({[`${name}/package.json`]: {name: `@x/${name}`, version: '1.2.3', god}})
    return join(place.root, name)
  }
  const bad = (why: RegExp, act: () => unknown): void => {
    assert.throws(
      act,
      error => error instanceof GodError && error.code === 'E_PROVIDER_BAD' && why.test(error.message),
    )
  }

  it('of a plugin are told with its name, version and the place of their code', () => {
    const folder = plugin({
      api: 1,
      providers: [FIFO, {...FIFO, kind: 'executor', id: 'p', images: false, options: './o'}],
    })
    const common = {
      plugin: '@x/plugin',
      version: '1.2.3',
      api: 1,
      level: 'builtin',
      distrust: null,
      entry: join(folder, 'dist/index.js'),
    }
    assert.deepEqual(providersOf(folder), [
      {...common, kind: 'scheduler', id: 'fifo', summary: 'first in, first out', images: true, options: null},
      {
        ...common,
        kind: 'executor',
        id: 'p',
        summary: 'first in, first out',
        images: false,
        options: join(folder, 'o'),
      },
    ])
  })

  it('are none of a package that speaks of none', () => {
    assert.deepEqual(providersOf(plugin(undefined)), [])
    assert.deepEqual(providersOf(plugin({api: 1})), [])
    place.write({'odd/package.json': '[]', 'odder/package.json': 'null', 'oddest/package.json': '{"name":7}'})
    for (const name of ['odd', 'odder', 'oddest']) assert.deepEqual(providersOf(join(place.root, name)), [])
  })

  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['is no object', 'yes', /"god" block is wrong/],
    ['has no api', {providers: []}, /api/],
    ['has a strange word in it', {api: 1, provider: []}, /provider/],
    ['offers a kind that is none', {api: 1, providers: [{...FIFO, kind: 'oracle'}]}, /providers\.0\.kind/],
    ['offers a name that is none', {api: 1, providers: [{...FIFO, id: '../etc'}]}, /providers\.0\.id/],
    [
      'keeps its code elsewhere',
      {api: 1, providers: [{...FIFO, entry: '/etc/passwd'}]},
      /providers\.0\.entry/,
    ],
    [
      'keeps the schema of its options elsewhere',
      {api: 1, providers: [{...FIFO, options: './../o.json'}]},
      /leads out of it/,
    ],
    [
      'leads out of its folder',
      {api: 1, providers: [{...FIFO, entry: './../other/index.js'}]},
      /leads out of it/,
    ],
    ['is its own folder', {api: 1, providers: [{...FIFO, entry: './'}]}, /leads out of it/],
    ['brings a plugin from outside', {api: 1, plugins: ['./../../x']}, /leads out of it/],
  ]
  for (const [what, god, why] of wrong) {
    it(`are refused of a package whose block ${what}`, () => {
      const folder = plugin(god)
      bad(why, () => [...providersOf(folder), ...builtinProviders(folder)])
    })
  }

  it('are refused of a folder without a readable package.json', () => {
    bad(/cannot be read/, () => providersOf(join(place.root, 'missing')))
    place.write({'torn/package.json': '{"god":'})
    bad(/cannot be read/, () => providersOf(join(place.root, 'torn')))
  })

  it('that are built in are those of the folders that the root package names, in its order', () => {
    const block = (id: string) => ({name: id, version: '1', god: {api: 1, providers: [{...FIFO, id}]}})
    place.write({
      'package.json': {name: 'root', god: {api: 1, plugins: ['./b', './a']}},
      'a/package.json': block('one'),
      'b/package.json': block('two'),
      'c/package.json': block('three'),
    })
    assert.deepEqual(
      builtinProviders(place.root).map(({id}) => id),
      ['two', 'one'],
    )
    place.write({'package.json': {name: 'root'}})
    assert.deepEqual(builtinProviders(place.root), [])
  })

  it('of god itself are all there, of the api that it offers', () => {
    const all = builtinProviders(packageRoot())
    assert.deepEqual(all.map(({kind, id}) => `${kind} ${id}`).sort(), [
      'auth fake-accounts',
      'auth ldap',
      'auth system',
      'executor docker',
      'executor fake',
      'executor process',
      'scheduler fairshare',
      'scheduler fifo',
    ])
    for (const {kind, id} of all) assert.equal(pickProvider(all, kind, id).api, API_VERSION)
  })
})

describe('picking a provider', () => {
  const one: Provider = {
    kind: 'executor',
    id: 'docker',
    summary: '',
    plugin: 'first',
    version: '1',
    api: API_VERSION,
    images: true,
    entry: '/x',
    options: null,
    level: 'builtin',
    distrust: null,
  }

  it('takes the first of that kind and name', () => {
    const all = [{...one, kind: 'auth' as const}, one, {...one, plugin: 'second'}]
    assert.equal(pickProvider(all, 'executor', 'docker'), one)
  })

  it('names those that there are when there is none of that name', () => {
    const all = [one, {...one, id: 'process'}, {...one, kind: 'auth' as const, id: 'ldap'}]
    const refused = (kind: Provider['kind'], id: string, why: RegExp): void => {
      assert.throws(
        () => pickProvider(all, kind, id),
        error => error instanceof GodError && error.code === 'E_PROVIDER_UNKNOWN' && why.test(error.message),
      )
    }
    refused('executor', 'podman', /'podman'; there are: docker, process/)
    refused('scheduler', 'fifo', /there are: none/)
  })

  it('says how to get one that is missing, which setting names it, and what was perhaps meant', () => {
    const hint = (kind: ProviderKind, id: string): string => {
      try {
        pickProvider([one], kind, id)
      } catch (error) {
        if (error instanceof GodError) return error.hint
      }
      return assert.fail()
    }
    assert.equal(
      hint('scheduler', 'topology'),
      'Install it (god plugins install god-scheduler-topology, by custom) or correct scheduler_policy.',
    )
    assert.match(hint('auth', 'ldap'), /correct auth_policy\.$/)
    assert.match(hint('executor', 'dokcer'), /^Did you mean docker\?/)
  })

  it('refuses one of another api, older or newer, by name and version', () => {
    for (const api of [API_VERSION - 1, API_VERSION + 1])
      assert.throws(
        () => pickProvider([{...one, api, version: '9.9'}], 'executor', 'docker'),
        error =>
          error instanceof GodError &&
          error.code === 'E_PROVIDER_BAD' &&
          error.message.includes(`first 9.9 was made for plugin api ${api}`),
      )
  })

  it('of another api is known by its version, also where its block speaks of things unheard of', () => {
    const place = pluginFolders()
    try {
      const providers = [{...FIFO, weight: 3}, {kind: 'oracle', id: 'x'}, FIFO]
      place.write({'package.json': {name: 'new', version: '9', god: {api: 2, moods: [], providers}}})
      const found = providersOf(place.root)
      assert.deepEqual(
        found.map(({id, api}) => [id, api]),
        [['fifo', 2]],
      )
      assert.throws(
        () => pickProvider(found, 'scheduler', 'fifo'),
        /new 9 was made for plugin api 2; this god offers 1/,
      )
    } finally {
      place.remove()
    }
  })

  it("for a service takes root's and, where service and user are one, the user's; never what is distrusted", () => {
    const of = (level: Provider['level'], distrust: string | null = null) => [{...one, level, distrust}]
    const pick = (providers: readonly Provider[], singleUser: boolean) =>
      pickForService(providers, 'executor', 'docker', singleUser)
    for (const singleUser of [true, false]) {
      for (const level of ['builtin', 'system'] as const)
        assert.equal(pick(of(level), singleUser).level, level)
      for (const level of ['system', 'user'] as const)
        assert.throws(
          () => pick(of(level, '/x can be written by others'), singleUser),
          error => error instanceof GodError && error.code === 'E_PROVIDER_BAD',
        )
    }
    assert.equal(pick(of('user'), true).level, 'user')
    assert.throws(
      () => pick(of('user'), false),
      error =>
        error instanceof GodError &&
        /installed for one user, and this directory is of many/.test(error.message) &&
        error.hint === 'As root: god plugins install --system first',
    )
    // A good one behind a bad one does not take its place unseen.
    assert.throws(() => pick([...of('system', 'x'), ...of('user')], true))
  })

  it('tells which never serve, for another of their kind and name comes first', () => {
    const second = {...one, plugin: 'second'}
    const third = {...one, plugin: 'third'}
    assert.deepEqual(duplicatesOf([one, {...one, kind: 'auth'}, second, {...one, id: 'x'}, third]), [
      {used: one, shadowed: second},
      {used: one, shadowed: third},
    ])
  })

  it('knows whether an executor runs images, and expects it of one it does not know', () => {
    assert.equal(executorRunsImages('process'), false)
    assert.equal(executorRunsImages('docker'), true)
    assert.equal(executorNeeds('docker').leastMemory, 6 * 1024 ** 2)
    assert.equal(executorNeeds('fake').leastMemory, undefined)
    assert.equal(executorRunsImages('podman'), true)
    assert.equal(executorRunsImages('docker', [{...one, images: false}]), false)
    assert.equal(executorRunsImages('docker', [{...one, kind: 'auth', images: false}]), true)
  })
})

describe('the folder of the package', () => {
  it("is the nearest one above that bears god's name", () => {
    const place = pluginFolders()
    try {
      const ours = '{\n  "name": "@god-cli/god"\n}'
      place.write({'package.json': ours, 'a/package.json': '{"name": "other"}', 'a/b/c.js': ''})
      assert.equal(packageRoot(join(place.root, 'a/b/c.js')), place.root)
      assert.throws(() => packageRoot('/c.js'), /no package of god above/)
    } finally {
      place.remove()
    }
  })
})
