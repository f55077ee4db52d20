/**
 * Where each user stands if all are beside each other and share alike, as in a replay of a trace: worked out for those who
 * are asked about, and not for all. Pure; the same to the last digit as the order of the tree (`order.ts`) tells.
 */
import type {Standing} from '@god-cli/api'
import {ratioOf} from './tree.js'

/** Ratios keep twelve digits, so of amounts that differ by so much the lower has the lower ratio. */
const CLEARLY = 1 + 1e-9

/** Below it amounts have fewer digits than others, and their parts may be none. */
const LEAST = 1e-250

/** `used`: by all users, in the order of their names. The answer is by place in it. */
export const standingsAlike = (used: readonly number[]): ((place: number) => Standing) => {
  const total = used.reduce((sum, amount) => sum + amount, 0)
  const due = 1 / used.length
  const ratio = (amount: number): number => (total === 0 ? 0 : ratioOf(amount / total, due))
  return place => {
    const mine = used[place] ?? 0
    const own = ratio(mine)
    const isLower = (amount: number): boolean =>
      mine > LEAST && (amount * CLEARLY < mine || amount > mine * CLEARLY)
        ? amount < mine
        : ratio(amount) < own
    let lower = 0
    for (const amount of used) if (isLower(amount)) lower++
    return {ratio: own, factor: (used.length - lower) / used.length}
  }
}
