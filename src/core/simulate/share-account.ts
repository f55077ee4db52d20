/**
 * Fair share in a replay: each user is charged while his jobs run, as on a site, by the same formulas; so a policy that
 * goes by it finds at each moment what it would find there. Exact at any moment, without ticks. Pure but for its own state.
 */
import type {Resources, Standing} from '@god-cli/api'
import {standingsAlike} from '../fair-share/alike.js'
import {chargeOf, type Weights} from '../fair-share/charge.js'
import {type ShareRules, standingsOf} from '../fair-share/standings.js'
import {NO_USAGE, type Usage, usageAt, withRate} from '../fair-share/usage.js'
import {NO_FACTORS, type RankFactors} from '../rank-factors.js'
import type {Standings} from './dispatch.js'
import type {Witness} from './replay.js'
import type {SimulatedJob} from './workload.js'

export interface ShareAccount {
  readonly witness: Witness
  /** Of all who had a job until then. */
  standings(now: number): Standings
}

export interface ShareStart {
  readonly at: number
  /** What each user had used by then. */
  readonly used: ReadonlyMap<string, number>
  readonly weights?: Weights
  /** Left out: no queue and no project is before another. */
  readonly factors?: RankFactors
}

const FROM_NOTHING: ShareStart = {at: 0, used: new Map()}

interface Sharer {
  readonly name: string
  usage: Usage
  /** Thousandths, and whole ones: so what was added is taken away to the last of it. */
  rate: number
}

/** In the order of their names, in which their sums are made. */
class Sharers {
  readonly all: Sharer[]

  constructor({at, used}: ShareStart) {
    this.all = [...used]
      .map(([name, sum]) => ({name, usage: {used: sum, at, rate: 0}, rate: 0}))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Where he stands, or would come to stand. */
  private slotOf(name: string): number {
    let [low, high] = [0, this.all.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.all[middle]?.name ?? '') < name) low = middle + 1
      else high = middle
    }
    return low
  }

  /** -1: nobody has heard of him. */
  placeOf(name: string): number {
    const place = this.slotOf(name)
    return this.all[place]?.name === name ? place : -1
  }

  of(name: string): Sharer {
    const place = this.slotOf(name)
    const known = this.all[place]
    if (known?.name === name) return known
    const sharer = {name, usage: NO_USAGE, rate: 0}
    this.all.splice(place, 0, sharer)
    return sharer
  }
}

const isAlike = ({mode, shares: {groups, users}}: ShareRules): boolean =>
  mode === 'tree' && groups.size === 0 && users.size === 0

/** `capacity`: of the site. */
export const createShareAccount = (
  rules: ShareRules,
  capacity: Resources,
  from: ShareStart = FROM_NOTHING,
): ShareAccount => {
  const {halfLife} = rules
  const sharers = new Sharers(from)

  const change = ({user, resources}: SimulatedJob, sign: 1 | -1, now: number): void => {
    const sharer = sharers.of(user)
    sharer.rate += sign * chargeOf(resources, capacity, from.weights)
    const {used, at} = withRate(sharer.usage, 0, now, halfLife)
    sharer.usage = {used, at, rate: sharer.rate / 1000}
  }

  const usedBy = (now: number): readonly number[] =>
    sharers.all.map(({usage}) => usageAt(usage, now, halfLife))

  const alike = (now: number): Standings['standing'] => {
    const of = standingsAlike(usedBy(now))
    return user => of(sharers.placeOf(user))
  }

  const inTree = (now: number): Standings['standing'] => {
    const used = usedBy(now)
    return standingsOf(rules, new Map(sharers.all.map(({name}, i) => [name, used[i] ?? 0]))).of
  }

  return {
    witness: {
      submitted: ({user}) => void sharers.of(user),
      started: (job, now) => change(job, 1, now),
      ended: (job, now) => change(job, -1, now),
    },
    standings: now => {
      // Made when it is asked for: where one job waits nobody needs to know.
      let made: Standings['standing'] | null = null
      const known = new Map<string, Standing>()
      return {
        standing: user => {
          made ??= isAlike(rules) ? alike(now) : inTree(now)
          const standing = known.get(user) ?? made(user)
          known.set(user, standing)
          return standing
        },
        ...(from.factors ?? NO_FACTORS),
      }
    },
  }
}
