/**
 * `god simulate --live`: the present queue under the rules that it has, and under others, side by side. Reads as `stat`
 * does; changes nothing.
 */
import type {Scheduler} from '@god-cli/api'
import {asError, GodError} from '../../core/errors.js'
import type {ShareRules} from '../../core/fair-share/standings.js'
import {AMOUNTS, amountRefusal} from '../../core/job-form.js'
import {type Queues, whereIn} from '../../core/limits/queue.js'
import type {Quotas} from '../../core/limits/quota.js'
import {rankFactors} from '../../core/rank-factors.js'
import {type Caps, capacityOf, type Waiting} from '../../core/schedule.js'
import type {Rules} from '../../core/scheduling/rules.js'
import {parseSelector} from '../../core/selector.js'
import {shareRules} from '../../core/settings/settings.js'
import {foresee, type Present} from '../../core/simulate/foresee.js'
import {type Forecast, forecastBy} from '../../core/simulate/predict.js'
import {createShareAccount, type ShareAccount} from '../../core/simulate/share-account.js'
import {optionsGiven} from '../../plugin/options.js'
import {shareUsage} from '../../store/share-usage.js'
import {selectOne} from '../jobs/listing.js'
import {ownWaiting} from '../jobs/own-waiting.js'
import {type Guard, loadPolicy} from '../policy.js'
import type {Screen} from '../screen/screen.js'
import type {Site} from '../site.js'
import {rulesOf} from '../why/planning-ground.js'
import {depthGiven, halfLifeGiven, policyOptions, type SimulateFlags, usage} from './choices.js'
import type {LiveReport} from './live-report.js'
import {pastRuns, runningAsPredicted} from './predictions.js'

/** The stores of a site, and how it plans: what waits and what runs. */
export type PresentOf = (
  site: Pick<Site, 'jobs' | 'nodes'>,
  plans: {readonly now: number; readonly assumedTime: number; readonly grace: number},
) => Present

const rulesThen = (now: Rules, flags: SimulateFlags): Rules => ({
  ...now,
  backfill: flags.backfill ?? now.backfill,
  depth: depthGiven(flags) ?? now.depth,
  placement: flags.placement ?? now.placement,
})

/** With the options of its section, and those that were given besides. */
const policyFor = (
  site: Site,
  id: string,
  given: Readonly<Record<string, string>>,
  screen: Screen,
  guard: Guard,
): Promise<Scheduler> => {
  const {options, originOf} = optionsGiven(site.configuration, id)
  return loadPolicy(
    {
      id,
      options: {...options, ...given},
      originOf: key => (key in given ? `--policy-option ${key}` : originOf(key)),
      isTyped: key => key in given,
      now: () => site.now(),
      note: text => screen.note(text),
    },
    guard,
  )
}

const amount = (flags: SimulateFlags, key: 'cpus' | 'mem' | 'time'): number | undefined => {
  const text = flags[key]
  if (text === undefined) return undefined
  const value = AMOUNTS[key].parse(text)
  if (value === null) throw asError(amountRefusal(text, AMOUNTS[key]))
  return value
}

/** The job as it would be if it asked for something else. */
const withOther = ({alike: _, ...job}: Waiting, flags: SimulateFlags): Waiting => ({
  ...job,
  resources: {
    ...job.resources,
    cpus: amount(flags, 'cpus') ?? job.resources.cpus,
    memory: amount(flags, 'mem') ?? job.resources.memory,
  },
  walltime: amount(flags, 'time') ?? job.walltime,
})

const asked = (site: Site, present: Present, flags: SimulateFlags): Present => {
  const named = flags.job
  if (named === undefined) {
    if ([flags.cpus, flags.mem, flags.time].every(word => word === undefined)) return present
    throw usage('--cpus, --mem and --time say what one job would ask for', 'Name it: --job ID.')
  }
  const {id, state} = selectOne(site, parseSelector(named))
  if (!present.pending.some(job => job.id === id))
    throw new GodError(
      'E_WRONG_STATE',
      `job ${id} does not wait in the queue: it is ${state}`,
      "See 'god stat'.",
    )
  return {...present, pending: present.pending.map(job => (job.id === id ? withOther(job, flags) : job))}
}

/** By their limits, or by what their users' last two jobs took. */
const forecastFor = (site: Site, {estimates = 'user'}: SimulateFlags): Forecast => {
  if (estimates === 'actual')
    throw usage('--estimates actual needs to know how long jobs run', 'With --live: user or predicted.')
  const forecast = forecastBy(estimates)
  if (forecast.corrects) for (const job of pastRuns(site)) forecast.ended(job)
  return forecast
}

/** From what everybody has used by now, on the nodes of now. */
const accountsOf =
  (site: Site, {now, nodes}: Present) =>
  (rules: ShareRules): ShareAccount => {
    const question = {halfLife: rules.halfLife, now, most: Number.POSITIVE_INFINITY}
    const {used} = shareUsage(site, site.jobs.live(), question)
    const {sections} = site.configuration
    const weights = new Map([...sections.resources].map(([name, {weight}]) => [name, weight]))
    const factors = rankFactors(sections)
    return createShareAccount(rules, capacityOf(nodes, sections.space), {at: now, used, weights, factors})
  }

const onItsNodes = (queues: Queues, job: Waiting): Waiting => {
  const where = whereIn(queues, job)
  return where === undefined ? job : {...job, where}
}

const NOTHING_SPENT: Quotas['spent'] = {users: new Map(), projects: new Map()}

/** Without budgets of cpu time: what will be left of one at another time nobody knows. */
const capsOf = ({queues, userQuotas, projectQuotas}: Site['configuration']['sections']): Caps => {
  const timeless = (all: Quotas['users']): Quotas['users'] =>
    new Map([...all].map(([name, quota]) => [name, {...quota, cpu_time: null}]))
  return {
    queues,
    quotas: {users: timeless(userQuotas), projects: timeless(projectQuotas), spent: NOTHING_SPENT},
  }
}

export const simulateLive = async (
  site: Site,
  flags: SimulateFlags,
  screen: Screen,
  {guard, presentOf}: {readonly guard: Guard; readonly presentOf: PresentOf},
): Promise<LiveReport> => {
  const {scheduler_policy: usual, assumed_time: assumedTime, grace_period} = site.configuration.settings
  const [before, id] = [rulesOf(site), flags.policy ?? usual]
  const after = rulesThen(before, flags)
  const forecast = forecastFor(site, flags)
  const [policy, otherPolicy] = await Promise.all([
    policyFor(site, usual, {}, screen, guard),
    policyFor(site, id, policyOptions(flags['policy-option']), screen, guard),
  ])
  const at = site.now()
  const admitted = presentOf(site, {now: at, assumedTime, grace: grace_period * 1000})
  const known = new Set(site.jobs.all().map(({record}) => record.id))
  const {sections} = site.configuration
  const {queues, space} = sections
  const pending = [...admitted.pending, ...ownWaiting(site, known, at)].map(job => onItsNodes(queues, job))
  const read = {...admitted, space, pending, caps: capsOf(sections)}
  const present = forecast.corrects ? runningAsPredicted(site, read, forecast) : read
  const other = asked(site, present, flags)
  const shares = shareRules(site.configuration)
  const otherShares = {...shares, halfLife: halfLifeGiven(flags) ?? shares.halfLife}
  const account = accountsOf(site, present)
  const otherManner = {policy: otherPolicy, rules: after, account: account(otherShares)}
  const whatIf = foresee(other, otherManner, forecast.of)
  const manner = {policy, rules: before, account: account(shares)}
  return {
    at,
    rules: {present: {policy: usual, ...before}, whatIf: {policy: id, ...after}},
    jobs: foresee(present, manner, forecast.of).map(({job, first}, i) => ({
      job,
      present: first,
      whatIf: whatIf[i]?.first ?? null,
    })),
  }
}
