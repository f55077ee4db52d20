/** The checksum of derived files: the one that zip and PNG have. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {crc32} from '../../src/store/crc32.js'

describe('CRC-32', () => {
  it('is that of the standard', () => {
    assert.equal(crc32(Buffer.from('123456789')), 0xcbf43926)
    assert.equal(crc32(new Uint8Array()), 0)
  })

  it('is another one for the same bytes with any bit flipped', () => {
    fc.assert(
      fc.property(fc.uint8Array({minLength: 1, maxLength: 200}), fc.nat(), fc.nat(7), (bytes, place, bit) => {
        const flipped = Uint8Array.from(bytes)
        const at = place % bytes.length
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit)
        assert.notEqual(crc32(flipped), crc32(bytes))
      }),
    )
  })
})
