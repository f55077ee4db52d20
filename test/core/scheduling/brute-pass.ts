/**
 * The pass as the paper tells it, with no groups, no memory of what was refused and no marks: each job by itself, in order,
 * tried against the whole time line of each node. Slow, and the measure for the one that is not.
 */
import type {Rules} from '../../../src/core/scheduling/rules.js'

export interface BruteJob {
  readonly id: number
  readonly need: readonly number[]
  /** Of what the site has as a whole. */
  readonly shared: readonly number[]
  readonly limit: number
  readonly user?: string
}

export interface BruteNode {
  readonly name: string
  readonly capacity: readonly number[]
  readonly closures?: readonly {
    readonly from: number
    readonly to: number
    readonly users: readonly string[]
  }[]
}

/** What a node, and the site, gives to one job, from when until when. Infinity: when nobody can tell. */
interface Lot {
  readonly node: string
  readonly need: readonly number[]
  readonly shared: readonly number[]
  readonly from: number
  readonly to: number
}

export interface BruteSite {
  readonly now: number
  readonly nodes: readonly BruteNode[]
  /** What it has as a whole. */
  readonly shared: readonly number[]
  /** `from` is before now. */
  readonly running: readonly Lot[]
  /** In the order of the policy. */
  readonly jobs: readonly BruteJob[]
}

export interface BrutePlan {
  readonly starts: readonly {readonly id: number; readonly node: string}[]
  readonly reservations: readonly {readonly id: number; readonly node: string; readonly at: number}[]
}

const freeAt = (node: BruteNode, lots: readonly Lot[], at: number): number[] =>
  node.capacity.map((all, i) =>
    lots.reduce(
      (left, lot) =>
        lot.node === node.name && lot.from <= at && at < lot.to ? left - (lot.need[i] ?? 0) : left,
      all,
    ),
  )

const sharedAt = (all: readonly number[], lots: readonly Lot[], at: number): number[] =>
  all.map((amount, i) =>
    lots.reduce((left, lot) => (lot.from <= at && at < lot.to ? left - (lot.shared[i] ?? 0) : left), amount),
  )

const has = (free: readonly number[], need: readonly number[]): boolean =>
  need.every((asked, i) => asked === 0 || asked <= (free[i] ?? 0))

/** At each moment of its time at which anything changes. */
const fitsFrom = (
  node: BruteNode,
  all: readonly number[],
  lots: readonly Lot[],
  job: BruteJob,
  at: number,
): boolean =>
  [at, ...lots.flatMap(({from, to}) => [from, to])]
    .filter(moment => moment >= at && moment < at + job.limit)
    .every(
      moment => has(freeAt(node, lots, moment), job.need) && has(sharedAt(all, lots, moment), job.shared),
    ) &&
  !(node.closures ?? []).some(
    ({from, to, users}) => from < at + job.limit && at < to && !users.includes(job.user ?? ''),
  )

const GPUS = 2

const score = (node: BruteNode, free: readonly number[], job: BruteJob, spread: boolean): number => {
  const over = node.capacity.reduce(
    (sum, all, i) => sum + (all > 0 ? ((free[i] ?? 0) - (job.need[i] ?? 0)) / all : 0),
    0,
  )
  const vain = node.capacity.filter((all, i) => i >= GPUS && all > 0 && (job.need[i] ?? 0) === 0).length
  const waste = vain * (node.capacity.length + 1)
  return waste + (spread ? -over : over)
}

const least = <T>(list: readonly T[], price: (each: T) => readonly number[]): T | undefined =>
  [...list].sort((a, b) => {
    const [one, other] = [price(a), price(b)]
    const i = one.findIndex((value, k) => value !== other[k])
    return i < 0 ? 0 : (one[i] ?? 0) - (other[i] ?? 0)
  })[0]

export const brutePass = ({now, nodes, shared, running, jobs}: BruteSite, rules: Rules): BrutePlan => {
  const most =
    rules.backfill === 'none' ? 0 : rules.backfill === 'easy' ? rules.depth : Number.POSITIVE_INFINITY
  // What should have ended is expected to do so in the next moment.
  const lots: Lot[] = running.map(lot => ({...lot, to: Math.max(lot.to, now + 1)}))
  const starts: {id: number; node: string}[] = []
  const reservations: {id: number; node: string; at: number}[] = []
  for (const job of jobs) {
    const able = nodes.filter(({capacity}) => has(capacity, job.need) && has(shared, job.shared))
    if (able.length === 0) continue
    const open = able.filter(node => fitsFrom(node, shared, lots, job, now))
    const node = least(open, each => [
      score(each, freeAt(each, lots, now), job, rules.placement === 'spread'),
    ])
    if (node !== undefined) {
      starts.push({id: job.id, node: node.name})
      lots.push({node: node.name, need: job.need, shared: job.shared, from: now, to: now + job.limit})
      continue
    }
    if (rules.backfill === 'none') break
    if (reservations.length >= most) continue
    const edges = [...lots, ...nodes.flatMap(({closures = []}) => closures)].flatMap(({from, to}) => [
      from,
      to,
    ])
    const times = [...new Set(edges.filter(time => time > now && time < Number.POSITIVE_INFINITY))]
    const gaps = able.flatMap(each =>
      times.filter(at => fitsFrom(each, shared, lots, job, at)).map(at => ({node: each, at})),
    )
    const gap = least(gaps, each => [each.at, score(each.node, freeAt(each.node, lots, each.at), job, false)])
    if (gap === undefined || gap.at > now + rules.horizon) continue
    reservations.push({id: job.id, node: gap.node.name, at: gap.at})
    const {need, limit} = job
    lots.push({node: gap.node.name, need, shared: job.shared, from: gap.at, to: gap.at + limit})
  }
  return {starts, reservations}
}
