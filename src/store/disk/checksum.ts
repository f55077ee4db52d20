/**
 * A checksum that tells damage, not forgery, for derived files that `stat` reads at each start: node:crypto or node:zlib
 * would cost it a tenth of that start, and a CRC byte by byte, before V8 has compiled it, half as much.
 *
 * Four bytes a step, as MurmurHash3 mixes them. Each step is one to one, so damage within one word never goes unseen;
 * other damage does once in 2^32. The byte order is the machine's: another one takes the file for damaged.
 */

const WORD = 4
const TURN = 4
const {imul} = Math
/** Odd, so that multiplying by it loses nothing. */
const FACTOR = 0x85ebca6b

/** 0 to 2^32 - 1. */
export const checksum = (bytes: Uint8Array): number => {
  // A copy: it begins where a word may begin, and zeros make its last word whole. The length tells them from real ones.
  const padded = new Uint8Array(Math.ceil(bytes.length / WORD) * WORD)
  padded.set(bytes)
  const words = new Uint32Array(padded.buffer)
  let sum = bytes.length
  // By number, and four a turn: until V8 has compiled it, each other step of the loop counts.
  const even = words.length - (words.length % TURN)
  for (let i = 0; i < even; i += TURN) {
    let product = imul(sum ^ (words[i] ?? 0), FACTOR)
    product = imul(product ^ (product >>> 15) ^ (words[i + 1] ?? 0), FACTOR)
    product = imul(product ^ (product >>> 15) ^ (words[i + 2] ?? 0), FACTOR)
    product = imul(product ^ (product >>> 15) ^ (words[i + 3] ?? 0), FACTOR)
    sum = product ^ (product >>> 15)
  }
  for (let i = even; i < words.length; i++) {
    const product = imul(sum ^ (words[i] ?? 0), FACTOR)
    sum = product ^ (product >>> 15)
  }
  return sum >>> 0
}
