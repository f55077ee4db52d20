/**
 * A trace shaken a little: each submission moved by a random time, so that several replays tell how much of a figure
 * is chance. Pure: the same seed gives the same trace, on every machine.
 */
import type {TraceRow} from './workload.js'

/** 32 bits of state, mixed by multiplication and shifts ("mulberry32"): 0 <= n < 1. */
const numbersOf = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** By whole seconds up to `most` to either side, and never to before the start of the trace. */
export function* shaken(rows: Iterable<TraceRow>, most: number, seed: number): Generator<TraceRow> {
  const next = numbersOf(seed)
  for (const row of rows) {
    const moved = row.submit + Math.floor(next() * (2 * most + 1)) - most
    yield most === 0 || row.submit < 0 ? row : {...row, submit: Math.max(0, moved)}
  }
}
