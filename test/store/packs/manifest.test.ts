/** The manifest of packed jobs, by hand: packing itself is not there yet. */
import assert from 'node:assert/strict'
import {jobId} from '../../../src/core/brand.js'
import {GodError} from '../../../src/core/errors.js'
import {encode} from '../../../src/store/jobs/record-codec.js'
import {createManifestReader} from '../../../src/store/packs/manifest.js'
import {DiskWorld} from '../disk/disk-world.js'

describe('the manifest', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
  })
  const reader = (fs = world.process()) => createManifestReader(fs, world.layout)
  const held = (ids: readonly number[], from = reader()): number[] =>
    ids.filter(id => from.contains(jobId(id)))

  it('that is not there holds nobody', () => {
    assert.deepEqual(held([1, 2, 3]), [])
  })

  it('holds the ids of its segments and those that retention dropped, and no other', () => {
    world.publishManifest(1, {
      segments: [
        {
          name: 'a',
          ids: [
            [3, 5],
            [9, 9],
          ],
        },
        {name: 'b', ids: [[20, 30]]},
      ],
      dropped: [[7, 7]],
    })
    const numbers = Array.from({length: 32}, (_, i) => i + 1)
    assert.deepEqual(held(numbers), [3, 4, 5, 7, 9, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30])
  })

  it('tells the buckets of which every id has left, packed or dropped, and no other', () => {
    const over = (...ids: readonly (readonly [number, number])[]): readonly number[] => {
      world = new DiskWorld()
      world.publishManifest(1, {segments: [{name: 'a', ids: ids.slice(1)}], dropped: ids.slice(0, 1)})
      return [...reader().overBuckets()]
    }
    assert.deepEqual([...reader().overBuckets()], [])
    assert.deepEqual(over([1, 998]), [])
    assert.deepEqual(over([1, 999]), [0])
    assert.deepEqual(over([2, 1999]), [1])
    assert.deepEqual(over([1, 400], [401, 1998]), [0])
    assert.deepEqual(over([1, 500], [501, 2999], [4000, 4999]), [0, 1, 2, 4])
  })

  it('is the one of the highest number, also if that appeared after our first look', () => {
    world.packed(1, 1)
    const one = reader()
    assert.deepEqual(held([1, 2], one), [1])
    world.packed(2, 2)
    assert.deepEqual(held([1, 2], one), [2])
    world.packed(10, 3)
    assert.deepEqual(held([1, 2, 3]), [3], 'by number, not by name')
  })

  it('is found by open, where a listing does not show it yet', () => {
    world.packed(1, 1)
    const fs = world.process()
    const one = reader(fs)
    assert.deepEqual(held([1], one), [1])
    fs.plan({call: 'readdir', n: 1, effect: {error: 'EIO', from: true}})
    world.packed(2, 2)
    world.packed(3, 3)
    assert.deepEqual(held([1, 2, 3], one), [3])
  })

  it('is found after a long stall, when the last one we knew was pruned', () => {
    world.packed(1, 1)
    const one = reader()
    assert.deepEqual(held([1], one), [1])
    for (let n = 70; n <= 72; n++) world.packed(n, n)
    world.process().unlink('/god/jobs/done/MANIFEST.1')
    assert.deepEqual(held([1, 72], one), [72])
  })

  it('once read stays known: a lower one never counts again', () => {
    world.packed(5, 5)
    const one = reader()
    assert.deepEqual(held([5], one), [5])
    world.process().unlink('/god/jobs/done/MANIFEST.5')
    world.packed(4, 4)
    assert.deepEqual(held([4, 5], one), [5])
  })

  it('answers many questions by one look', () => {
    world.packed(1, 1)
    const fs = world.process()
    const isPacked = reader(fs).now()
    world.packed(2, 2)
    for (const call of ['open', 'readdir']) {
      fs.plan({call, n: 1, effect: {error: 'EIO', from: true}})
      assert.deepEqual([1, 2].map(jobId).filter(isPacked), [1])
    }
  })

  const damages: readonly (readonly [string, Uint8Array | string])[] = [
    ['torn', Buffer.from(encode({v: 1, segments: [], dropped: []})).subarray(0, 20)],
    ['empty', ''],
    ['of another version', encode({v: 2, segments: [], dropped: []})],
    ['with half a range', encode({v: 1, segments: [], dropped: [[1]]})],
  ]
  for (const [what, bytes] of damages) {
    it(`that is ${what} stops all, before any job is touched`, () => {
      world.packed(1, 1)
      world.write('/god/jobs/done/MANIFEST.2', bytes)
      assert.throws(
        () => reader().contains(jobId(1)),
        error => error instanceof GodError && error.code === 'E_DIR_BAD' && /MANIFEST\.2/.test(error.message),
      )
    })
  }

  it('that vanishes between look and read stops all, too', () => {
    world.packed(1, 1)
    const fs = world.process()
    fs.on({
      call: 'open',
      path: 'MANIFEST.1',
      when: 'before',
      act: () => world.process().unlink('/god/jobs/done/MANIFEST.1'),
    })
    assert.throws(() => reader(fs).contains(jobId(1)), /gone/)
  })

  it('is not confused by other names', () => {
    for (const name of ['MANIFEST', 'MANIFEST.', 'MANIFEST.01', 'MANIFEST.x', '.t.000', '2026'])
      world.write(`/god/jobs/done/${name}`, 'x')
    assert.deepEqual(held([1]), [])
  })
})
