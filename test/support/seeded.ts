/** Randomness that a seed repeats (mulberry32). */

export interface Dice {
  /** 0 <= n < sides. */
  roll(sides: number): number
  pick<T>(from: readonly T[]): T
  chance(probability: number): boolean
}

export const dice = (seed: number): Dice => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const roll = (sides: number): number => Math.floor(next() * sides)
  return {
    roll,
    chance: probability => next() < probability,
    pick: from => {
      const chosen = from[roll(from.length)]
      if (chosen === undefined) throw new Error('nothing to pick from')
      return chosen
    },
  }
}
