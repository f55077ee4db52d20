/**
 * CRC-32 (ISO 3309, as in zip and PNG): tells damage, not forgery. For derived files that `stat` reads at each start:
 * node:crypto or node:zlib would cost it a tenth of that start.
 */

const TABLE = Uint32Array.from({length: 256}, (_, n) => {
  let value = n
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

export const crc32 = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0)
  return (crc ^ 0xffffffff) >>> 0
}
