/** The copy of each manifest: damage of one of the two stops nobody, and is never a reason to forget what is packed. */
import assert from 'node:assert/strict'
import {jobId} from '../../../src/core/brand.js'
import {GodError} from '../../../src/core/errors.js'
import {encode} from '../../../src/store/jobs/record-codec.js'
import {createManifestReader} from '../../../src/store/packs/manifest.js'
import {mendManifest} from '../../../src/store/packs/mend-manifest.js'
import {publishManifest, secureNewest} from '../../../src/store/packs/publish-manifest.js'
import type {DiskProcess} from '../../support/disk-process.js'
import {attempt} from '../../support/dying.js'
import {StallingProcess} from '../../support/stalling-process.js'
import {tokens} from '../disk/disk-world.js'
import {PackWorld, someJobs} from './some-packed.js'

const path = (n: number): string => `/god/jobs/done/MANIFEST.${n}`
const copy = (n: number): string => `${path(n)}.copy`

describe('the copy of a manifest', () => {
  let world: PackWorld
  beforeEach(() => {
    world = new PackWorld()
    world.pack({jobs: someJobs([1])})
    world.pack({jobs: someJobs([2])})
  })
  const flip = (at: string): void =>
    world.spoil(at, bytes => {
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 4
      return bytes
    })
  const secure = (fs = world.process()): void => {
    const {durable, layout, manifest} = world.context(fs)
    secureNewest(durable, layout, manifest)
  }
  const failsAsDamaged = (fs?: DiskProcess): void =>
    assert.throws(
      () => world.manifest(fs).newest(),
      error => error instanceof GodError && error.code === 'E_DIR_BAD' && /MANIFEST\.2 /.test(error.message),
    )
  const same = (n: number): boolean => Buffer.compare(world.bytes(path(n)), world.bytes(copy(n))) === 0

  it('has the same bytes, for all to read, and is on the disk when packing returns', () => {
    world.disk.powerLoss()
    for (const n of [1, 2]) assert.ok(same(n))
    assert.equal(world.disk.lookup(copy(2))?.mode, 0o644)
  })

  it('is taken where the manifest is damaged at any byte, and packing goes on', () => {
    const whole = Buffer.from(world.bytes(path(2)))
    for (let at = 0; at < whole.length; at += 7) {
      world.spoil(path(2), () => {
        const bytes = Buffer.from(whole)
        bytes[at] = (bytes[at] ?? 0) ^ 1
        return bytes
      })
      assert.deepEqual(world.ids(), [1, 2], `byte ${at}`)
    }
    assert.ok(world.pack({jobs: someJobs([3])}))
    assert.deepEqual(world.ids(), [1, 2, 3])
    assert.equal(world.manifest().newest().n, 3)
  })

  describe('for who only looks', () => {
    const looking = (fs = world.process()) => createManifestReader(fs, world.layout, 'copy')

    it('stands for the sum where it has the same bytes', () => {
      for (const at of [path(2), copy(2)])
        world.spoil(at, bytes => Buffer.from(bytes.toString().replace(/"sum":"./, '"sum":"x')))
      assert.throws(() => looking().newest())
      for (const at of [path(2), copy(2)])
        world.spoil(at, bytes => Buffer.from(bytes.toString().replace(/"sum":"./, '"sum":"0')))
      assert.equal(looking().newest().n, 2)
      failsAsDamaged()
    })

    it('does not where the two differ, or both are cut off', () => {
      flip(path(2))
      assert.equal(looking().newest().origin, 'copy')
      flip(copy(2))
      for (const at of [path(2), copy(2)]) world.write(at, Buffer.from('{"v":3'))
      assert.throws(() => looking().newest(), {code: 'E_DIR_BAD'})
    })

    it('is not missed where it is gone or cannot be read: then the sum is made', () => {
      for (const call of ['read', 'open']) {
        const fs = world.process().plan({call, path: 'MANIFEST.2.copy', n: 1, effect: {error: 'EIO'}})
        assert.equal(looking(fs).newest().origin, 'own')
        assert.equal(fs.fired, 1, call)
      }
      world.process().unlink(copy(2))
      assert.equal(looking().newest().origin, 'own')
      flip(path(2))
      assert.throws(() => looking().newest(), {code: 'E_DIR_BAD'})
    })
  })

  it('is taken where the disk does not give the manifest, also for the packer', () => {
    for (const call of ['read', 'open']) {
      const fs = world.process().plan({call, path: 'MANIFEST.2', n: 1, effect: {error: 'EIO'}})
      assert.equal(world.manifest(fs).newest().n, 2, call)
      assert.equal(fs.fired, 1)
    }
    const known = world.process()
    const reader = world.manifest(known)
    assert.equal(reader.newest().n, 2)
    known.plan({call: 'open', path: 'MANIFEST.2', n: 1, effect: {error: 'EIO'}})
    assert.equal(reader.newest().n, 2)
    const fs = world.process().plan({call: 'read', path: 'MANIFEST.2', n: 1, effect: {error: 'EIO'}})
    assert.ok(world.pack({jobs: someJobs([3])}, fs))
    assert.deepEqual(world.ids(), [1, 2, 3])
  })

  it('is found where the manifest is gone, by who comes fresh', () => {
    world.process().unlink(path(2))
    assert.deepEqual(world.ids(), [1, 2])
    assert.ok(world.pack({jobs: someJobs([3])}))
    assert.deepEqual(world.ids(), [1, 2, 3])
  })

  it('keeps its number from a packer who does not know that it was published', () => {
    const {durable, layout, manifest} = world.context()
    const old = {...manifest.newest(), n: 1, sha256: () => ''}
    world.process().unlink(path(2))
    assert.equal(publishManifest(durable, layout, old, old.manifest), false)
    assert.deepEqual(world.ids(), [1, 2])
  })

  it('that is damaged too leaves nothing to go by', () => {
    flip(path(2))
    flip(copy(2))
    failsAsDamaged()
  })

  it('of another number, or that tells none, is not taken for it', () => {
    flip(path(2))
    const second = world.bytes(copy(2))
    for (const bytes of [world.bytes(copy(1)), encode({v: 1, segments: [], dropped: []})]) {
      world.write(copy(2), bytes)
      failsAsDamaged()
    }
    world.write(copy(2), second)
    assert.equal(world.manifest().newest().n, 2)
  })

  it('is not needed by a manifest that says another number than its name: that one is damaged', () => {
    world.write(path(2), world.bytes(path(1)))
    assert.deepEqual(world.ids(), [1, 2])
  })

  it('is made by the next packing, when a packer was killed between the two', async () => {
    const fs = world.process().plan({call: 'link', path: 'MANIFEST.3.copy', n: 1, effect: 'crash-before'})
    await attempt(fs, async () => world.pack({jobs: someJobs([3])}, fs))
    assert.deepEqual([world.exists(path(3)), world.exists(copy(3))], [true, false])
    assert.deepEqual(world.ids(), [1, 2, 3])
    secure()
    assert.ok(same(3))
    const idle = world.process()
    secure(idle)
    assert.equal(idle.mutations, 0, 'and once is enough')
  })

  it('that the full disk has no room for is no reason to give up: it is made later', () => {
    const fs = world.process()
    fs.plan({call: 'write', path: '/done/.t.', n: 2, effect: {error: 'ENOSPC'}})
    assert.ok(world.pack({jobs: someJobs([3])}, fs))
    assert.equal(world.exists(copy(3)), false)
    secure()
    assert.ok(same(3))
  })

  it('is made by one of two packers who find that it is missing', () => {
    world.process().unlink(copy(2))
    const fs = world.process()
    fs.on({call: 'link', path: 'MANIFEST.2.copy', when: 'before', act: () => secure()})
    secure(fs)
    assert.ok(same(2))
    assert.deepEqual(world.temporaries(), [])
  })

  it('comes with a manifest of the next number, where the newest one is damaged or of an older god', () => {
    flip(path(2))
    secure()
    assert.equal(world.manifest().newest().n, 3)
    assert.ok(same(3))
    world.publishManifest(4, {segments: [], dropped: [[7, 7]]})
    secure()
    assert.equal(world.manifest().newest().n, 5)
    assert.ok(same(5))
    assert.ok(world.manifest().contains(jobId(7)))
  })

  it('goes with its manifest', () => {
    for (let id = 3; id <= 70; id++) world.pack({jobs: someJobs([id])})
    const names = world.process().readdir('/god/jobs/done')
    assert.deepEqual(names.filter(name => name.startsWith('MANIFEST')).length, 128)
    for (const n of [6, 7]) assert.deepEqual([world.exists(path(n)), world.exists(copy(n))], [n > 6, n > 6])
  })

  for (const at of ['MANIFEST.3', 'MANIFEST.3.copy']) {
    it(`is not left behind by a packer who stops before he links ${at}, and comes when all that is pruned`, async () => {
      const fs = new StallingProcess(world.disk, {call: 'link', path: at, n: 1})
      const late = async () => world.pack({jobs: someJobs([500])}, fs, tokens('a'))
      await attempt(fs, late)
      for (let id = 3; id <= 73; id++) world.pack({jobs: someJobs([id])})
      fs.resume()
      assert.ok(await late())
      assert.deepEqual([world.exists(path(3)), world.exists(copy(3))], [false, false])
      assert.equal(world.ids().length, 74)
      assert.ok(world.ids().includes(500))
    })
  }

  it('that a packer left far below the newest makes nobody win who built on it', () => {
    const base = world.manifest().newest()
    const left = world.bytes(copy(2))
    for (let id = 3; id <= 73; id++) world.pack({jobs: someJobs([id])})
    world.write(copy(2), left)
    const {durable, layout} = world.context()
    assert.equal(publishManifest(durable, layout, base, base.manifest), false)
    world.pack({jobs: someJobs([99])})
    assert.deepEqual(
      [world.exists(path(2)), world.exists(copy(2)), world.exists(path(3))],
      [false, false, false],
    )
  })

  it('mends its manifest, and is mended by it, at no moment without the name', () => {
    const {durable, layout} = world.context()
    for (const [bad, good] of [
      [path(2), copy(2)],
      [copy(2), path(2)],
    ] as const) {
      for (const harm of [() => flip(bad), () => world.process().unlink(bad)]) {
        const whole = Buffer.from(world.bytes(good))
        harm()
        assert.equal(mendManifest(durable, layout, 2), null)
        assert.deepEqual(Buffer.from(world.bytes(bad)), whole)
        assert.ok(same(2))
      }
    }
    flip(path(2))
    flip(copy(2))
    assert.throws(() => mendManifest(durable, layout, 2), /MANIFEST\.2 is damaged/)
  })
})
