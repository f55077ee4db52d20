/**
 * Where each user stands: the tree that the operator's sections make, of all that they name and all that used something
 * or have jobs, and the order in it. Pure.
 */
import type {Standing} from '@god-cli/api'
import {inClassicOrder} from './classic.js'
import {inShareOrder, type Rank} from './order.js'
import {type Placed, placedAmong, type Sharer} from './tree.js'

export type ShareMode = 'tree' | 'classic'

/** What the operator says; shares of whom he says nothing: one. */
export interface Shares {
  readonly groups: ReadonlyMap<string, {readonly shares: number; readonly users: readonly string[]}>
  /** `*`: each who is named nowhere. */
  readonly users: ReadonlyMap<string, {readonly shares: number}>
}

/** How a site shares. */
export interface ShareRules {
  /** Milliseconds; Infinity: nothing is forgotten. */
  readonly halfLife: number
  readonly mode: ShareMode
  readonly shares: Shares
}

export const NO_SHARES: Shares = {groups: new Map(), users: new Map()}

export const STRANGER = '*'

const INITIAL_SHARES = 1

/** `used`: by user, also of those who used nothing. */
export const shareTree = ({groups, users}: Shares, used: ReadonlyMap<string, number>): readonly Sharer[] => {
  const userNode = (name: string, shares: number): Sharer => ({name, shares, used: used.get(name) ?? 0})
  const named = (name: string): Sharer => userNode(name, users.get(name)?.shares ?? INITIAL_SHARES)
  const members = new Set([...groups.values()].flatMap(group => group.users))
  const alone = [...users.keys()].filter(name => name !== STRANGER && !members.has(name))
  const strangers = [...used.keys()].filter(name => !members.has(name) && !users.has(name))
  const strangersShares = users.get(STRANGER)?.shares ?? INITIAL_SHARES
  return [
    ...[...groups].map(([name, group]) => ({name, shares: group.shares, below: group.users.map(named)})),
    ...alone.sort().map(named),
    ...strangers.sort().map(name => userNode(name, strangersShares)),
  ]
}

export interface Standings {
  readonly top: readonly Placed[]
  /** First to last. */
  readonly order: readonly Rank[]
  /** Of one whom nobody has heard of: as if he had used nothing. */
  of(user: string): Standing
}

export const standingsOf = (
  rules: Pick<ShareRules, 'shares' | 'mode'>,
  used: ReadonlyMap<string, number>,
): Standings => {
  const {shares, mode} = rules
  const top = placedAmong(shareTree(shares, used))
  const order = mode === 'tree' ? inShareOrder(top) : inClassicOrder(top)
  const known = new Map(order.map(({user, ratio, factor}) => [user, {ratio, factor}]))
  const of = (user: string): Standing =>
    known.get(user) ?? standingsOf(rules, new Map([...used, [user, 0]])).of(user)
  return {top, order, of}
}
