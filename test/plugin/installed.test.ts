/** What a folder of plugins says is in it: oclif's list, read without trust in it. */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {installedIn} from '../../src/plugin/installed.js'
import {type PluginFolders, pluginFolders} from './folders.js'

describe('the plugins in a folder', () => {
  let place: PluginFolders
  beforeEach(() => {
    place = pluginFolders()
  })
  afterEach(() => place.remove())

  const listed = (plugins: unknown) => {
    place.write({'package.json': {oclif: {plugins}}})
    return installedIn(place.root)
  }

  it('are those that oclif lists: installed, linked, or named alone', () => {
    const {plugins, faults} = listed([
      {name: 'a', type: 'user', tag: 'latest'},
      {name: '@x/b', type: 'user', url: 'file:/b.tgz'},
      {name: 'c', type: 'link', root: '/home/ann/c'},
      'd',
    ])
    const modules = join(place.root, 'node_modules')
    assert.deepEqual(plugins, [
      {name: 'a', folder: join(modules, 'a'), linked: false, url: null},
      {name: '@x/b', folder: join(modules, '@x/b'), linked: false, url: 'file:/b.tgz'},
      {name: 'c', folder: '/home/ann/c', linked: true, url: null},
      {name: 'd', folder: join(modules, 'd'), linked: false, url: null},
    ])
    assert.deepEqual(faults, [])
  })

  it('are none where there is no folder or no list', () => {
    assert.deepEqual(installedIn(join(place.root, 'missing')), {plugins: [], faults: []})
    assert.deepEqual(installedIn('/dev/null'), {plugins: [], faults: []})
    for (const project of [{}, {oclif: {}}]) {
      place.write({'package.json': project})
      assert.deepEqual(installedIn(place.root), {plugins: [], faults: []})
    }
  })

  it('are the good ones of a list that is partly wrong; the others are told of', () => {
    for (const wrong of [
      {name: '../../etc', type: 'user'},
      {name: 'x', type: 'link', root: 'relative'},
      {name: 'x', type: 'jit'},
      {name: '.hidden', type: 'user'},
      7,
      null,
    ]) {
      const {plugins, faults} = listed([wrong, 'good'])
      assert.deepEqual(
        plugins.map(({name}) => name),
        ['good'],
        JSON.stringify(wrong),
      )
      assert.equal(faults.length, 1)
      assert.match(faults[0] ?? '', /an entry in .*package\.json is wrong/)
    }
  })

  it('are none of a list that cannot be read, and that is told', () => {
    for (const text of ['{"oclif":', 'null', '{"oclif":{"plugins":{}}}', '{"oclif":7}']) {
      place.write({'package.json': text})
      const {plugins, faults} = installedIn(place.root)
      assert.deepEqual([plugins, faults.length], [[], 1], text)
      assert.match(faults[0] ?? '', /the list of plugins in .* (cannot be read|is wrong)/)
    }
  })
})
