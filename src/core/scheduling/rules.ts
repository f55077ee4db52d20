/** How a pass goes, by the operator's word; each by itself and whatever the policy (scheduling.md 1). Pure. */

export const BACKFILLS = ['none', 'easy', 'conservative'] as const
export type Backfill = (typeof BACKFILLS)[number]

/** `pack` fills one node up before it begins another, `spread` takes the emptiest. */
export const PLACEMENTS = ['pack', 'spread'] as const
export type Placement = (typeof PLACEMENTS)[number]

export interface Rules {
  /**
   * `none`: nobody starts before the first that does not fit. `easy`: who delays none of the first `depth` that do not
   * fit. `conservative`: who delays nobody that is before him.
   */
  readonly backfill: Backfill
  readonly depth: number
  readonly placement: Placement
  /** Milliseconds; who can start only after that has no room reserved: he would hold it for too long. */
  readonly horizon: number
}

export const DEFAULT_RULES: Rules = {
  backfill: 'easy',
  depth: 1,
  placement: 'pack',
  horizon: 30 * 86_400_000,
}
