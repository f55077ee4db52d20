/** Whose files a service runs: the owner and the mode of every folder on the way, on the real disk. */
import assert from 'node:assert/strict'
import {chmodSync, chownSync, lchownSync, rmSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {distrustOf, type TrustRule, userRule} from '../../src/plugin/trust.js'
import {skip} from '../support/skip.js'
import {type PluginFolders, pluginFolders} from './folders.js'

const UID = process.getuid?.() ?? 0
const ANN = 64_101

describe('a plugin is run by a service', () => {
  let place: PluginFolders
  let folder: string
  let entry: string
  /** As of the host's place, but for the owner: tests need not be root. */
  const rule: TrustRule = {owners: [UID], closed: 0o022}

  beforeEach(() => {
    place = pluginFolders()
    place.write({
      'place/package.json': {},
      'place/node_modules/p/package.json': {},
      'place/node_modules/p/dist/index.js': '',
      'outside/index.js': '',
    })
    folder = join(place.root, 'place/node_modules/p')
    entry = join(folder, 'dist/index.js')
  })
  afterEach(() => place.remove())

  const distrust = (by: TrustRule = rule, files = [entry]) =>
    distrustOf(join(place.root, 'place'), folder, files, by)

  const ON_THE_WAY = [
    'place',
    'place/node_modules',
    'place/node_modules/p',
    'place/node_modules/p/package.json',
    'place/node_modules/p/dist',
    'place/node_modules/p/dist/index.js',
  ]

  it('that belongs to who is trusted, from its place down to its entry', () => {
    assert.equal(distrust(), null)
  })

  for (const path of ON_THE_WAY) {
    it(`not if others can write ${path}`, () => {
      for (const mode of [0o775, 0o757]) {
        chmodSync(join(place.root, path), mode)
        assert.match(distrust() ?? '', new RegExp(`${path} can be written by others$`))
      }
      chmodSync(join(place.root, path), 0o755)
      assert.equal(distrust(), null)
    })

    it(`not if ${path} belongs to somebody else`, function () {
      if (UID !== 0) return skip(this, 'only root can give a file away')
      chownSync(join(place.root, path), ANN, ANN)
      assert.match(distrust() ?? '', new RegExp(`${path} belongs to uid ${ANN}$`))
    })
  }

  it('not through a link that leads out of its place, whoever made it', () => {
    rmSync(entry)
    symlinkSync(join(place.root, 'outside/index.js'), entry)
    assert.match(distrust() ?? '', /leads out of/)
    rmSync(folder, {recursive: true})
    symlinkSync(join(place.root, 'outside'), folder)
    place.write({'outside/package.json': {}, 'outside/dist/index.js': ''})
    assert.match(distrust() ?? '', /leads out of/)
  })

  it('not if a file is missing', () => {
    rmSync(entry)
    assert.match(distrust() ?? '', /ENOENT/)
  })

  it("of a user's own also from a folder that his group may write, but no stranger", () => {
    chmodSync(folder, 0o775)
    assert.equal(distrust({...userRule(ANN), owners: [UID]}), null)
    assert.notEqual(distrust(userRule(0)), null)
    chmodSync(folder, 0o757)
    assert.match(distrust({...userRule(ANN), owners: [UID]}) ?? '', /written by others/)
  })

  it("of a user's own, or of root's, never of a third one's", function () {
    if (UID !== 0) return skip(this, 'only root can give a file away')
    for (const path of ON_THE_WAY) lchownSync(join(place.root, path), ANN, ANN)
    assert.equal(distrust(userRule(ANN)), null)
    assert.match(distrust(userRule(ANN + 1)) ?? '', /belongs to uid/)
    chownSync(entry, 0, 0)
    assert.equal(distrust(userRule(ANN)), null)
    assert.match(distrust(userRule(0)) ?? '', /belongs to uid/)
  })
})
