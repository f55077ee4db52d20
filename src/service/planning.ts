/**
 * The plan of one pass: the snapshot of the site, lined up as the policy has it. What is worked out of the waiting jobs is
 * kept while the same wait; nothing is lost with it.
 */
import type {NodeReport, PolicyWorld, Reason} from '@god-cli/api'
import type {JobId} from '../core/brand.js'
import type {Plan} from '../core/plan.js'
import {inOrder} from '../core/policy-order.js'
import {rankFactors} from '../core/rank-factors.js'
import {
  capacityOf,
  groupsOf,
  type LineUp,
  lineUpByRank,
  lineUpInOrder,
  planLinedUp,
  type Snapshot,
  type Waiting,
} from '../core/schedule.js'
import type {Groups} from '../core/scheduling/groups.js'
import type {LiveJobs} from '../store/jobs/job-store.js'
import {allocationsOf, pendingJobs} from './live-view.js'
import {nodesTaking, type Taking} from './node-holds.js'
import {type QuotaGround, quotasOf} from './quotas.js'
import type {Service, ServiceSettings} from './service.js'
import {standings} from './standings.js'
import {isBarred} from './vet-starts.js'

/** What a plan is made of; who only asks why a job waits has no more than this of a service. */
export interface PlanningGround extends QuotaGround {
  readonly policy: Service['policy']
  readonly settings: QuotaGround['settings'] &
    Pick<ServiceSettings, 'rules' | 'assumedTime' | 'maintenance'> & {
      readonly limits: Pick<ServiceSettings['limits'], 'grace'>
    }
}

const MAINTENANCE: Reason = {
  code: 'maintenance',
  text: 'the site is in maintenance: nothing starts until the operator ends it',
}

const grouped = new WeakMap<readonly Waiting[], Groups>()

const groupsFor = ({settings}: PlanningGround, pending: readonly Waiting[]): Groups => {
  const known = grouped.get(pending)
  if (known !== undefined) return known
  const {queues, space} = settings.admission.sections
  const groups = groupsOf(pending, settings.assumedTime, queues, space)
  grouped.set(pending, groups)
  return groups
}

/** Of a policy that says that nothing counts but the two jobs. */
const lines = new WeakMap<readonly Waiting[], LineUp>()

export const lineFor = (ground: PlanningGround, pending: readonly Waiting[], world: PolicyWorld): LineUp => {
  const {policy} = ground
  const groups = groupsFor(ground, pending)
  if (policy.rank !== undefined) return lineUpByRank(groups, policy.rank(world).compare)
  const known = policy.compare === undefined ? undefined : lines.get(pending)
  if (known !== undefined) return known
  const line = lineUpInOrder(inOrder(pending, ground.now(), policy), groups)
  lines.set(pending, line)
  return line
}

/** Worked out for a policy that asks. */
export type StandingOf = PolicyWorld['standing']

export const worldOf = (
  {now, settings}: Pick<PlanningGround, 'now' | 'settings'>,
  nodes: readonly NodeReport[],
  standing: StandingOf,
): PolicyWorld => ({
  now: now(),
  capacity: capacityOf(nodes, settings.admission.sections.space),
  standing,
  ...rankFactors(settings.admission.sections),
})

export const snapshotOf = (
  ground: PlanningGround,
  live: LiveJobs,
  {nodes, drained, closures}: Taking,
  pending: readonly Waiting[],
): Snapshot => {
  const {rules, assumedTime, limits, maintenance, admission} = ground.settings
  const now = ground.now()
  const quotas = quotasOf(ground, live)
  return {
    ...{now, nodes, drained, closures, pending, rules, assumedTime},
    allocations: allocationsOf(live, {now, assumedTime, grace: limits.grace}),
    ...(quotas === undefined ? {} : {quotas}),
    queues: admission.sections.queues,
    space: admission.sections.space,
    closed: maintenance ? MAINTENANCE : null,
  }
}

type Kept = ReadonlyMap<JobId, Reason>

/** Those of jobs that are thought of. */
const keptAmong = (kept: Kept, pending: readonly Waiting[]): Kept => {
  if (kept.size === 0) return kept
  const thought = new Set<number>(pending.map(({id}) => id))
  return new Map([...kept].filter(([id]) => thought.has(id)))
}

/** `out`: whose jobs are not thought of; `kept`: what keeps single jobs. */
export const planFor = (
  service: Service,
  {live, kept}: {readonly live: LiveJobs; readonly kept: Kept},
  offered: readonly NodeReport[],
  out: ReadonlyMap<string, Reason>,
): Plan => {
  const all = pendingJobs(live)
  const pending = out.size === 0 ? all : all.filter(job => !isBarred(out, job))
  const taking = nodesTaking(service, offered)
  const standing: StandingOf = user => standings(service, live)(user)
  const line = lineFor(service, pending, worldOf(service, taking.nodes, standing))
  const snapshot = snapshotOf(service, live, taking, pending)
  return planLinedUp({...snapshot, kept: keptAmong(kept, pending)}, line)
}
