/**
 * The older formula of Slurm ("classic" fair share), for sites that are used to it: F = 2^(-UE / S). Pure.
 *
 * S is the product of the shares' parts along the path; UE the user's part of all usage, with what his group used beyond
 * it laid on him by his part of the group: so here one does pay for colleagues, idle ones among them.
 */
import type {Rank} from './order.js'
import type {Placed} from './tree.js'

interface Above {
  readonly due: number
  /** Null: there is nobody above. */
  readonly effective: number | null
}

/** By user, the effective usage and what is due of the whole. */
export const effectiveUsage = (top: readonly Placed[]): ReadonlyMap<string, Above & {effective: number}> => {
  const total = top.reduce((sum, {used}) => sum + used, 0)
  const found = new Map<string, Above & {effective: number}>()
  const visit = (placed: Placed, above: Above): void => {
    const own = total === 0 ? 0 : placed.used / total
    const effective = above.effective === null ? own : own + (above.effective - own) * placed.due
    const here = {due: above.due * placed.due, effective}
    if (placed.below === null) found.set(placed.name, here)
    for (const child of placed.below ?? []) visit(child, here)
  }
  for (const placed of top) visit(placed, {due: 1, effective: null})
  return found
}

const usersOf = (placed: Placed): readonly Placed[] => placed.below?.flatMap(usersOf) ?? [placed]

/** First to last, as `inShareOrder`; users without shares have factor 0. */
export const inClassicOrder = (top: readonly Placed[]): readonly Rank[] => {
  const usage = effectiveUsage(top)
  return top
    .flatMap(usersOf)
    .map(({name: user, ratio}) => {
      const {due, effective} = usage.get(user) ?? {due: 0, effective: 0}
      return {user, ratio, factor: due === 0 ? 0 : 2 ** (-effective / due)}
    })
    .sort((a, b) => b.factor - a.factor)
}
