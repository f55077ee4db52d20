/**
 * Who shares with whom: users, in groups or beside them, each with the usage below it, held against what it is due
 * among its siblings (scheduling.md 4). Pure.
 */

/** A user, or a group with those below it. */
export interface Sharer {
  readonly name: string
  readonly shares: number
  /** Of a user; a group's is that of all below it. */
  readonly used?: number
  /** There: it is a group. */
  readonly below?: readonly Sharer[]
}

/** A sharer among its siblings. */
export interface Placed {
  readonly name: string
  readonly shares: number
  readonly used: number
  /** Its part of the shares, and of the usage. */
  readonly due: number
  readonly part: number
  /** Used part over due part; 0 = used nothing, Infinity = used, and nothing is due. */
  readonly ratio: number
  /** Null: a user. */
  readonly below: readonly Placed[] | null
}

const usedOf = ({used = 0, below}: Sharer): number =>
  below === undefined ? used : below.reduce((sum, one) => sum + usedOf(one), 0)

/** Two that used the same by other sums differ in the last of sixteen digits; they are to be equal. */
const rounded = (ratio: number): number => Number(ratio.toPrecision(12))

export const ratioOf = (part: number, due: number): number => {
  if (part === 0) return 0
  return due === 0 ? Number.POSITIVE_INFINITY : rounded(part / due)
}

const partOf = (amount: number, total: number): number => (total === 0 ? 0 : amount / total)

export const placedAmong = (siblings: readonly Sharer[]): readonly Placed[] => {
  const all = siblings.map(sharer => ({sharer, used: usedOf(sharer)}))
  const shares = siblings.reduce((sum, one) => sum + one.shares, 0)
  const total = all.reduce((sum, {used}) => sum + used, 0)
  return all.map(({sharer: {name, shares: own, below}, used}) => {
    const [due, part] = [partOf(own, shares), partOf(used, total)]
    const ratio = ratioOf(part, due)
    return {
      ...{name, shares: own, used, due, part, ratio},
      below: below === undefined ? null : placedAmong(below),
    }
  })
}
