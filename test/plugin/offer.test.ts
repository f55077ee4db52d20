/** All plugins that can be found, good and damaged, on three levels. */
import assert from 'node:assert/strict'
import {chmodSync, rmSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {offerOf, trustedNames} from '../../src/plugin/offer.js'
import {skip} from '../support/skip.js'
import {type PluginFolders, pluginFolders} from './folders.js'

const UID = process.getuid?.() ?? 0

const block = (id: string, api = 1) => ({
  api,
  providers: [{kind: 'scheduler', id, entry: './index.js', summary: id}],
})

describe('the plugins on offer', () => {
  let place: PluginFolders
  beforeEach(() => {
    place = pluginFolders()
    place.write({
      'god/package.json': {god: {api: 1, plugins: ['./fifo']}},
      'god/fifo/package.json': {name: 'fifo', version: '1', god: block('fifo')},
    })
  })
  afterEach(() => place.remove())

  /** A package in one of the places; null = listed, but not there. */
  const put = (level: 'system' | 'user', packages: Record<string, object | string | null>): void => {
    const plugins = Object.keys(packages).map(name => ({name, type: 'user'}))
    place.write({[`${level}/package.json`]: {oclif: {plugins}}})
    for (const [name, content] of Object.entries(packages))
      if (content !== null)
        place.write({
          [`${level}/node_modules/${name}/package.json`]: content,
          [`${level}/node_modules/${name}/index.js`]: '',
        })
  }
  const offer = (over: {user?: string} = {}) =>
    offerOf({
      root: join(place.root, 'god'),
      system: join(place.root, 'system'),
      user: join(place.root, 'user'),
      uid: UID,
      ...over,
    })
  const told = () => offer().providers.map(({level, plugin, id}) => `${level} ${plugin} ${id}`)

  it('are those built in, where nothing is installed', () => {
    assert.deepEqual(told(), ['builtin fifo fifo'])
    assert.deepEqual(offer().faults, [])
  })

  it("are preferred in this order: built in, the host's, the user's", () => {
    put('user', {a: {name: 'a', version: '1', god: block('fifo')}})
    put('system', {b: {name: 'b', version: '1', god: block('fifo')}})
    assert.deepEqual(told(), ['builtin fifo fifo', 'system b fifo', 'user a fifo'])
  })

  it('are listed with what is wrong, and no damaged one keeps a good one away', () => {
    put('user', {
      torn: '{"name":',
      gone: null,
      strange: {name: 'strange', version: '1', god: {api: 1, wishes: []}},
      future: {name: 'future', version: '2.0.0', god: block('far', 2)},
      plain: {name: 'plain', version: '1', oclif: {}},
      good: {name: 'good', version: '1', god: block('good')},
    })
    const faults = new Map(offer().plugins.map(({name, fault}) => [name, fault]))
    assert.match(faults.get('torn') ?? '', /package\.json cannot be read/)
    assert.match(faults.get('gone') ?? '', /package\.json cannot be read/)
    assert.match(faults.get('strange') ?? '', /"god" block is wrong: .*wishes/)
    assert.match(faults.get('future') ?? '', /future 2\.0\.0 was made for plugin api 2; this god offers 1/)
    assert.deepEqual([faults.get('plain'), faults.get('good')], [null, null])
    assert.ok(told().includes('user good good'))
  })

  it('of the host are root’s to choose: nobody else’s can serve', () => {
    put('system', {b: {name: 'b', version: '1', god: block('b')}})
    const distrust = () => offer().providers.find(({plugin}) => plugin === 'b')?.distrust ?? null
    if (UID !== 0) return assert.match(distrust() ?? '', /belongs to uid/)
    assert.equal(distrust(), null)
    chmodSync(join(place.root, 'system/package.json'), 0o666)
    assert.match(distrust() ?? '', /system\/package\.json can be written by others/)
  })

  it('of the host are not linked from elsewhere; those of a user may be', () => {
    place.write({'mine/package.json': {name: 'm', version: '1', god: block('m')}, 'mine/index.js': ''})
    const link = {oclif: {plugins: [{name: 'm', type: 'link', root: join(place.root, 'mine')}]}}
    place.write({'system/package.json': link, 'user/package.json': link})
    const [, system, user] = offer().providers
    assert.match(system?.distrust ?? '', UID === 0 ? /leads out of/ : /belongs to uid/)
    assert.deepEqual([user?.level, user?.distrust], ['user', null])
    assert.equal(offer().plugins.at(-1)?.linked, true)
  })

  it('are on one level where both places are one', () => {
    put('system', {b: {name: 'b', version: '1', god: block('b')}})
    assert.deepEqual(
      offer({user: join(place.root, 'system')}).providers.map(({level}) => level),
      ['builtin', 'system'],
    )
  })

  it('lend their commands to everybody only where nobody but root had a hand in them', function () {
    put('system', {
      b: {name: 'b', version: '1', oclif: {}},
      c: {name: 'c', version: '1', oclif: {}},
      gone: null,
    })
    const names = () => trustedNames(join(place.root, 'system'))
    if (UID !== 0) return skip(this, 'only root can own such a place')
    assert.deepEqual(names(), ['b', 'c'])
    chmodSync(join(place.root, 'system/node_modules/b'), 0o777)
    assert.deepEqual(names(), ['c'])
    rmSync(join(place.root, 'system/node_modules/c'), {recursive: true})
    symlinkSync('/tmp', join(place.root, 'system/node_modules/c'))
    assert.deepEqual(names(), [])
    chmodSync(join(place.root, 'system/node_modules/b'), 0o755)
    chmodSync(join(place.root, 'system'), 0o777)
    assert.deepEqual(names(), [])
    assert.deepEqual(trustedNames(join(place.root, 'missing')), [])
  })
})
