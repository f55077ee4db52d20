/** Loading a provider: its module alone, only when it is used, with the services of its host. */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import type {HostServices} from '@god-cli/api'
import {GodError} from '../../src/core/errors.js'
import {loadProvider} from '../../src/plugin/loader.js'
import {packageRoot} from '../../src/plugin/package-root.js'
import {builtinProviders, pickProvider} from '../../src/plugin/resolver.js'
import {type PluginFolders, pluginFolders} from './folders.js'

const HOST: HostServices = {
  log: () => undefined,
  now: () => 0,
  delay: async () => undefined,
  options: {colour: 'blue'},
  cluster: '5f0a1c9e-2b1d-4f3a-9c77-0123456789ab',
  node: 'n1',
  stateDir: '/nowhere',
  signal: new AbortController().signal,
}

describe('loading a provider', () => {
  let place: PluginFolders
  beforeEach(() => {
    place = pluginFolders()
    place.write({'package.json': {type: 'module'}})
  })
  afterEach(() => place.remove())

  const load = (text: string | null, name = 'index.js') => {
    if (text !== null) place.write({[name]: text})
    return loadProvider(
      {
        kind: 'scheduler',
        id: 'x',
        plugin: '@x/plugin',
        entry: join(place.root, name),
      },
      HOST,
    )
  }

  it("gives what its factory makes of the host's services, at once or later", async () => {
    const made = await load('export default host => ({order() {}, seen: [host.options.colour, host.node]})')
    assert.deepEqual(Reflect.get(made, 'seen'), ['blue', 'n1'])
    const later = await load(
      'export default async host => ({order() {}, name: host.cluster.slice(0, 8)})',
      'later.js',
    )
    assert.equal(Reflect.get(later, 'name'), '5f0a1c9e')
  })

  for (const throws of ['host => {', 'async host => {']) {
    it(`whose factory (${throws}) refuses an option is a wrong configuration, not a bug of ours`, async () => {
      const text = `export default ${throws} throw new Error('colour: ' + host.options.colour + ' is no number') }`
      await assert.rejects(load(text, `refuses-${throws.length}.js`), (error: unknown) => {
        assert.ok(error instanceof GodError)
        assert.equal(error.code, 'E_CONFIG_BAD')
        assert.match(error.message, /the scheduler x refuses its options: colour: blue is no number/)
        return true
      })
    })
  }

  it('works from folders whose names are no URLs', async () => {
    const made = await load('export default () => ({order() {}, made: true})', 'a b#c?d%20/index.js')
    assert.equal(Reflect.get(made, 'made'), true)
  })

  const broken: readonly (readonly [string, string | null, RegExp])[] = [
    ['is not there', null, /@x\/plugin does not load/],
    ['is no program', 'export default {{{', /does not load/],
    ['fails while it is loaded', 'throw new Error("no licence")', /does not load: no licence/],
    ['fails with no error at all', 'throw "tantrum"', /does not load: tantrum/],
    ['needs what is not installed', 'import "not-installed-anywhere"', /does not load/],
    ['exports nothing', '', /exports no factory/],
    ['exports no function', 'export default {order: () => []}', /exports no factory/],
    ['makes nothing', 'export default () => undefined', /what it makes as scheduler 'x' has no order$/],
    ['makes something else', 'export default async () => ({order: 7})', /has no order$/],
    ['exports its factory by another name', 'export const create = () => ({})', /exports no factory/],
  ]
  for (const [what, text, why] of broken) {
    it(`names the plugin whose module ${what}`, async () => {
      await assert.rejects(
        load(text),
        error =>
          error instanceof GodError &&
          error.code === 'E_PROVIDER_BAD' &&
          error.exit === 1 &&
          why.test(error.message),
      )
    })
  }

  it('works for the schedulers and accounts that come with god', async () => {
    const all = builtinProviders(packageRoot())
    const policy = await loadProvider({...pickProvider(all, 'scheduler', 'fifo'), kind: 'scheduler'}, HOST)
    assert.equal(typeof policy, 'object')
    const accounts = await loadProvider({...pickProvider(all, 'auth', 'system'), kind: 'auth'}, HOST)
    assert.equal((await accounts.byUid(0))?.name, 'root')
  })
})
