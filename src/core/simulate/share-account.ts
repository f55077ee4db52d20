/**
 * Fair share in a replay: each user is charged while his jobs run, as on a site, by the same formulas; so a policy that
 * goes by it finds at each moment what it would find there. Exact at any moment, without ticks. Pure but for its own state.
 */
import type {Resources} from '@god-cli/api'
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

/** `capacity`: of the site. */
export const createShareAccount = (
  rules: ShareRules,
  capacity: Resources,
  {at, used, weights, factors = NO_FACTORS}: ShareStart = FROM_NOTHING,
): ShareAccount => {
  const {halfLife} = rules
  const usages = new Map<string, Usage>([...used].map(([user, sum]) => [user, {used: sum, at, rate: 0}]))
  /** Thousandths, and whole ones: so what was added is taken away to the last of it. */
  const rates = new Map<string, number>()

  const change = ({pending: {user, resources}}: SimulatedJob, sign: 1 | -1, now: number): void => {
    const before = rates.get(user) ?? 0
    const after = before + sign * chargeOf(resources, capacity, weights)
    rates.set(user, after)
    const usage = withRate(usages.get(user) ?? NO_USAGE, 0, now, halfLife)
    usages.set(user, {...usage, rate: after / 1000})
  }

  return {
    witness: {
      submitted: ({pending: {user}}) => {
        if (!usages.has(user)) usages.set(user, NO_USAGE)
      },
      started: (job, now) => change(job, 1, now),
      ended: (job, now) => change(job, -1, now),
    },
    standings: now => {
      // Made when it is asked for: where one job waits nobody needs to know.
      let made: ReturnType<typeof standingsOf> | null = null
      const all = (): ReturnType<typeof standingsOf> =>
        standingsOf(rules, new Map([...usages].map(([user, usage]) => [user, usageAt(usage, now, halfLife)])))
      return {
        standing: user => {
          made ??= all()
          return made.of(user)
        },
        ...factors,
      }
    },
  }
}
