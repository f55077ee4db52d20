/** The checksum of derived files: what damage it tells. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {checksum} from '../../../src/store/disk/checksum.js'

const bytesOf = fc.uint8Array({minLength: 1, maxLength: 200})

const flippedAt = (bytes: Uint8Array, ...bits: readonly number[]): Uint8Array => {
  const flipped = Uint8Array.from(bytes)
  for (const bit of bits) {
    const at = (bit >> 3) % bytes.length
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit & 7))
  }
  return flipped
}

describe('the checksum of derived files', () => {
  it('is the same for the same bytes, wherever they lie', () => {
    fc.assert(
      fc.property(bytesOf, fc.nat(7), (bytes, offset) => {
        const moved = new Uint8Array(bytes.length + offset)
        moved.set(bytes, offset)
        assert.equal(checksum(moved.subarray(offset)), checksum(bytes))
      }),
    )
  })

  it('is another one with any bit flipped', () => {
    fc.assert(
      fc.property(bytesOf, fc.nat(), (bytes, bit) => {
        assert.notEqual(checksum(flippedAt(bytes, bit)), checksum(bytes))
      }),
    )
  })

  it('is another one with the highest bits of two words flipped', () => {
    const bytes = new Uint8Array(64)
    for (let one = 0; one < 16; one++)
      for (let other = 0; other < one; other++)
        assert.notEqual(checksum(flippedAt(bytes, one * 32 + 31, other * 32 + 31)), checksum(bytes))
  })

  it('is another one with two words exchanged, with a zero more, and with the end cut off', () => {
    const bytes = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8])
    const others = [[5, 6, 7, 8, 1, 2, 3, 4], [...bytes, 0], [...bytes.subarray(0, 7)], []]
    for (const other of others) assert.notEqual(checksum(Uint8Array.from(other)), checksum(bytes))
  })

  it('fits into 32 bits', () => {
    fc.assert(
      fc.property(bytesOf, bytes => {
        const sum = checksum(bytes)
        assert.ok(Number.isInteger(sum) && sum >= 0 && sum < 2 ** 32)
      }),
    )
  })
})
