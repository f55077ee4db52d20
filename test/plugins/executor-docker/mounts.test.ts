/** Which mounts may be handed to the engine: sources that only root could swap, targets that hide nothing. */
import assert from 'node:assert/strict'
import type {Mount} from '@god-cli/api'
import {type Look, mountFault, volumeFault} from '../../../plugins/executor-docker/src/mounts.js'
import {aSpec, UID} from './world.js'

interface Entry {
  readonly uid: number
  readonly mode: number
  readonly folder: boolean
}

const look =
  (entries: Readonly<Record<string, Partial<Entry>>>): Look =>
  path => {
    const entry = entries[path]
    if (entry === undefined) throw new Error('ENOENT')
    return {uid: entry.uid ?? 0, mode: entry.mode ?? 0o755, isDirectory: () => entry.folder ?? true}
  }

const ROOT = {'/': {}, '/home': {}, '/home/ann': {uid: UID, mode: 0o775}}

const faultOf = (
  mount: Partial<Mount>,
  entries: Readonly<Record<string, Partial<Entry>>> = ROOT,
  more: Mount[] = [],
) => {
  const mounts = [{source: '/home/ann', target: '/home/ann', readOnly: false, ...mount}, ...more]
  return mountFault(aSpec({mounts}), look(entries))
}

describe('a mount', () => {
  it("is the user's own folder below folders of root", () => assert.equal(faultOf({}), null))

  it('may be anybody’s folder below those of root: only root could put another in its place', () => {
    assert.equal(faultOf({source: '/home'}), null)
    assert.equal(faultOf({}, {...ROOT, '/home/ann': {uid: 9}}), null)
    assert.equal(faultOf({}, {...ROOT, '/home/ann': {mode: 0o1777}}), null)
  })

  it('T21: is not looked at itself: it may be a file system that never answers', () => {
    const {'/home/ann': _, ...above} = ROOT
    assert.equal(faultOf({}, above), null)
  })

  for (const [why, entries, text] of [
    ['a missing part', {'/': {}}, /cannot be looked at/],
    ['a link on the way', {...ROOT, '/home': {folder: false}}, /\/home is not a real directory/],
    ['a part of another user', {...ROOT, '/home': {uid: UID}}, /\/home belongs to uid/],
    ['a part that a group writes', {...ROOT, '/home': {mode: 0o775}}, /written by others/],
    ['a part that all write, sticky or not', {...ROOT, '/home': {mode: 0o1777}}, /written by others/],
  ] as const) {
    it(`is refused for ${why}`, () => assert.match(faultOf({}, entries) ?? '', text))
  }

  it('has a plain source', () => {
    for (const source of ['home', '/home/../home', '/home/ann/', '//home', '/home/./ann', '/home\n', ''])
      assert.notEqual(faultOf({source}), null, source)
  })

  it('has a target that is no path of the system', () => {
    for (const target of [
      '/',
      '/etc',
      '/etc/passwd',
      '/usr/share/x',
      '/lib64',
      '/proc/1',
      '/sys',
      '/dev/shm',
      '/god/bin',
      '/run/x',
      '/var/run/docker.sock',
      '/bin',
      '/sbin',
      'x',
      '/a/../b',
      '/a/',
      '/a//b',
      '/a\0',
    ])
      assert.match(faultOf({target}) ?? '', /nothing can be mounted/, target)
    for (const target of ['/mnt/home', '/home/ann', '/library', '/data', '/var/lib/x', '/root'])
      assert.equal(faultOf({target}), null, target)
  })

  it('does not lie inside another that users write, nor at the same place', () => {
    const inner = {source: '/home', target: '/home/ann/x', readOnly: true}
    assert.match(faultOf({}, ROOT, [inner]) ?? '', /inside \/home\/ann/)
    assert.equal(faultOf({readOnly: true}, ROOT, [inner]), null)
    assert.match(faultOf({target: '/mnt/go-docker/x'}) ?? '', /inside \/mnt\/go-docker/)
    assert.match(faultOf({target: '/mnt/go-docker'}) ?? '', /taken/)
    assert.match(faultOf({target: '/mnt'}) ?? '', /inside \/mnt/)
  })

  it('meets no volume of the image inside it', () => {
    const spec = aSpec({mounts: [{source: '/home/ann', target: '/home/ann', readOnly: false}]})
    assert.match(volumeFault(['/home/ann/x'], spec) ?? '', /volume at \/home\/ann\/x/)
    assert.match(volumeFault(['/tmp/../mnt/go-docker/x'], spec) ?? '', /inside \/mnt\/go-docker/)
    assert.equal(volumeFault(['/data', '/mnt', '/mnt/go-docker', '/home/annex'], spec), null)
  })
})
