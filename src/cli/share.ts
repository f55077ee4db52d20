/**
 * `god share`: the tree of fair share, with what each used of what is due to him. By the configuration, the segments and
 * the records, which everybody may read: so each user comes to the numbers that the scheduler goes by.
 */
import {type ShareRules, standingsOf} from '../core/fair-share/standings.js'
import type {Placed} from '../core/fair-share/tree.js'
import {shareRules} from '../core/settings/settings.js'
import {shareUsage} from '../store/share-usage.js'
import {SCHEMA} from './jobs/job-json.js'
import {ownName} from './own-account.js'
import type {Column} from './screen/table.js'
import type {Site} from './site.js'

export interface ShareRow {
  /** Null: a user beside the groups. */
  readonly group: string | null
  /** Null: the group itself. */
  readonly user: string | null
  readonly placed: Placed
  /** Null: of a group. */
  readonly factor: number | null
  readonly me: boolean
}

export interface Share {
  readonly at: number
  readonly rules: ShareRules
  /** What decides who is next. */
  readonly policy: string
  readonly me: string
  /** Groups with their users behind them, the first to start first. */
  readonly rows: readonly ShareRow[]
}

type FactorOf = (user: string) => number

/** Of a group: its best user's. */
const bestIn = ({name, below}: Placed, factorOf: FactorOf): number =>
  below === null ? factorOf(name) : Math.max(0, ...below.map(one => bestIn(one, factorOf)))

const inOrder = (siblings: readonly Placed[], factorOf: FactorOf): readonly Placed[] =>
  siblings
    .map(placed => ({placed, best: bestIn(placed, factorOf)}))
    .sort(
      (a, b) =>
        b.best - a.best || a.placed.ratio - b.placed.ratio || (a.placed.name < b.placed.name ? -1 : 1),
    )
    .map(({placed}) => placed)

/** With the caller among them, though he has no job. */
export const shareOf = (site: Site): Share => {
  const rules = shareRules(site.configuration)
  const [at, me] = [site.now(), ownName(site)]
  const {used} = shareUsage(site, site.jobs.live(), {
    halfLife: rules.halfLife,
    now: at,
    most: Number.POSITIVE_INFINITY,
  })
  const {top, order} = standingsOf(rules, new Map([[me, 0], ...used]))
  const factors = new Map(order.map(({user, factor}) => [user, factor]))
  const factorOf = (user: string): number => factors.get(user) ?? 0
  const userRow = (group: string | null, placed: Placed): ShareRow => ({
    ...{group, user: placed.name, placed, factor: factorOf(placed.name)},
    me: placed.name === me,
  })
  const rows = inOrder(top, factorOf).flatMap((placed): readonly ShareRow[] => {
    const {name, below} = placed
    if (below === null) return [userRow(null, placed)]
    const group = {group: name, user: null, placed, factor: null, me: false}
    return [group, ...inOrder(below, factorOf).map(user => userRow(name, user))]
  })
  return {at, rules, policy: site.configuration.settings.scheduler_policy, me, rows}
}

/** Infinity is null: used, and nothing is due. */
const finite = (ratio: number): number | null => (Number.isFinite(ratio) ? ratio : null)

const placedJson = ({shares, due, part, ratio, used}: Placed): object => ({
  ...{shares, due, part, ratio: finite(ratio)},
  cpuSeconds: Number(used.toFixed(3)),
})

export const shareJson = ({at, rules, policy, me, rows}: Share): object => ({
  schema: SCHEMA,
  at: new Date(at).toISOString(),
  policy,
  mode: rules.mode,
  halfLife: Number.isFinite(rules.halfLife) ? rules.halfLife / 1000 : null,
  me,
  shares: rows.map(({group, user, placed, factor, me: mine}) => ({
    ...{group, user},
    ...placedJson(placed),
    ...(factor === null ? {} : {factor}),
    ...(mine ? {me: true} : {}),
  })),
})

const percent = (part: number): string => `${(100 * part).toFixed(1)}%`

const ratioText = (ratio: number): string => (Number.isFinite(ratio) ? ratio.toFixed(2) : 'inf')

export const SHARE_COLUMNS: readonly Column<ShareRow>[] = [
  {title: 'GROUP', value: ({group}) => group ?? '-', shrink: true},
  {title: 'USER', value: ({user}) => user ?? '-', shrink: true},
  {title: 'SHARES', value: ({placed}) => String(placed.shares), align: 'right', yields: 2},
  {title: 'DUE', value: ({placed}) => percent(placed.due), align: 'right'},
  {title: 'CPU-HOURS', value: ({placed}) => (placed.used / 3600).toFixed(2), align: 'right', yields: 3},
  {title: 'USED', value: ({placed}) => percent(placed.part), align: 'right'},
  {title: 'RATIO', value: ({placed}) => ratioText(placed.ratio), align: 'right'},
  {title: 'FACTOR', value: ({factor}) => (factor === null ? '-' : factor.toFixed(3)), align: 'right'},
  {title: 'ME', value: ({me}) => (me ? '*' : '')},
]

const usedOf = (ratio: number, whose: string): string =>
  Number.isFinite(ratio) ? `used ${ratio.toFixed(2)} times ${whose} share` : `used what is not ${whose} share`

/** What the table says of the caller. */
export const shareWords = ({rows}: Share): string | null => {
  const mine = rows.find(({me}) => me)
  if (mine === undefined) return null
  const group = rows.find(({user, group: name}) => user === null && name === mine.group)
  const own = `you ${usedOf(mine.placed.ratio, 'your')}`
  return group === undefined
    ? own
    : `your group ${group.group} ${usedOf(group.placed.ratio, 'its')}, ${own} of it`
}

/** Null: it does. */
export const policyRemark = ({policy}: Share): string | null =>
  policy === 'fifo' ? 'the policy here is fifo: nobody is next by his share' : null
