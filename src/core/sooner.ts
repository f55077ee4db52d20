/** When to look again: the first of two moments. Null: no need to. Pure. */
import type {Instant} from './brand.js'

export const sooner = (a: Instant | null, b: Instant | null): Instant | null => {
  if (a === null || b === null) return a ?? b
  return a < b ? a : b
}
