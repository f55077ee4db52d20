/**
 * A checksum that tells damage, not forgery, for derived files that `stat` reads at each start: node:crypto or node:zlib
 * would cost it a tenth of that start, and a CRC byte by byte, before V8 has compiled it, half as much.
 *
 * Four bytes a step, as MurmurHash3 mixes them. Each step is one to one, so damage within one word never goes unseen;
 * other damage does once in 2^32. The byte order is the machine's: another one takes the file for damaged.
 */

const WORD = 4
/** Odd, so that multiplying by it loses nothing. */
const FACTOR = 0x85ebca6b

/** 0 to 2^32 - 1. */
export const checksum = (bytes: Uint8Array): number => {
  // A copy: it begins where a word may begin, and zeros make its last word whole. The length tells them from real ones.
  const padded = new Uint8Array(Math.ceil(bytes.length / WORD) * WORD)
  padded.set(bytes)
  const words = new Uint32Array(padded.buffer)
  let sum = bytes.length
  // By number and without a call: until V8 has compiled it, iterating costs ten times as much.
  for (let i = 0; i < words.length; i++) {
    const product = Math.imul(sum ^ (words[i] ?? 0), FACTOR)
    sum = product ^ (product >>> 15)
  }
  return sum >>> 0
}
