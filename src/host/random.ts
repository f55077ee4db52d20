/** The only source of randomness. */
import {randomBytes, randomUUID} from 'node:crypto'

const TOKEN_BYTES = 12
/** Tokens drawn at once: each drawing costs as much as all of these. */
const DRAWN = 64

let drawn = Buffer.alloc(0)
let at = 0

/** 24 lower-case hex digits. */
export const randomToken = (): string => {
  if (at >= drawn.length) {
    drawn = randomBytes(TOKEN_BYTES * DRAWN)
    at = 0
  }
  at += TOKEN_BYTES
  return drawn.toString('hex', at - TOKEN_BYTES, at)
}

export const randomCluster = (): string => randomUUID()
