/**
 * The order of users by their tree, and the factor that comes of it (scheduling.md 4): two users are compared where
 * their paths part, and the one on the side with the lower ratio is first. So nobody pays for idle colleagues, and "why
 * is she before me" has one comparison for an answer. Pure.
 *
 * Sides that are even are merged: their children are compared by the ratios that each has among its own siblings. A user
 * who is even with a group stands for a group of his own, where he used all or nothing of what was due.
 */
import {type Placed, ratioOf} from './tree.js'

/** A sharer as it is compared: without shares after all that have some. */
interface Side {
  readonly placed: Placed
  readonly ratio: number
  readonly entitled: boolean
  /** It, and each group above it, has shares. */
  readonly shares: boolean
}

const sideOf =
  (above: boolean) =>
  (placed: Placed): Side => {
    const entitled = placed.shares > 0
    return {placed, ratio: placed.ratio, entitled, shares: above && entitled}
  }

/** The users of one rank. */
type Tie = readonly Side[]

const isEven = (a: Side, b: Side): boolean => a.entitled === b.entitled && a.ratio === b.ratio

const compareSides = (a: Side, b: Side): number => {
  if (a.entitled !== b.entitled) return a.entitled ? -1 : 1
  return a.ratio === b.ratio ? 0 : a.ratio < b.ratio ? -1 : 1
}

const evenSides = (sides: readonly Side[]): readonly Tie[] => {
  const ties: Side[][] = []
  for (const side of [...sides].sort(compareSides)) {
    const last = ties.at(-1)
    if (last?.[0] !== undefined && isEven(last[0], side)) last.push(side)
    else ties.push([side])
  }
  return ties
}

const childrenOf = (side: Side): readonly Side[] => {
  const {placed, shares} = side
  if (placed.below !== null) return placed.below.map(sideOf(shares))
  return [{...side, entitled: true, ratio: ratioOf(placed.used > 0 ? 1 : 0, 1)}]
}

const tiesOf = (sides: readonly Side[]): readonly Tie[] =>
  evenSides(sides).flatMap(tie =>
    tie.every(({placed}) => placed.below === null) ? [tie] : tiesOf(tie.flatMap(childrenOf)),
  )

/** Where a user stands. */
export interface Rank {
  readonly user: string
  /** Among his siblings. */
  readonly ratio: number
  /** 0..1, 1 = first. */
  readonly factor: number
}

/**
 * First to last. Those of one rank share the better place and use up as many as they are; who has no shares, or whose
 * group has none, is behind all others, with factor 0.
 */
export const inShareOrder = (top: readonly Placed[]): readonly Rank[] => {
  const ties = tiesOf(top.map(sideOf(true)))
  const count = ties.flat().filter(({shares}) => shares).length
  const [entitled, others]: [Rank[], Rank[]] = [[], []]
  for (const tie of ties) {
    const before = entitled.length
    for (const {placed, shares} of tie) {
      const {name: user, ratio} = placed
      if (shares) entitled.push({user, ratio, factor: (count - before) / count})
      else others.push({user, ratio, factor: 0})
    }
  }
  return [...entitled, ...others]
}
