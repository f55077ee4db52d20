/**
 * The plan of one pass: the snapshot of the site, lined up as the policy has it. What is worked out of the waiting jobs is
 * kept while the same wait; nothing is lost with it.
 */
import type {NodeReport, PolicyWorld, Reason} from '@god-cli/api'
import type {Plan} from '../core/plan.js'
import {inOrder} from '../core/policy-order.js'
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
import {nodesTaking} from './node-holds.js'
import {quotasOf} from './quotas.js'
import type {Service} from './service.js'
import {userKey} from './vet-starts.js'

const MAINTENANCE: Reason = {
  code: 'maintenance',
  text: 'the site is in maintenance: nothing starts until the operator ends it',
}

const grouped = new WeakMap<readonly Waiting[], Groups>()

const groupsFor = ({settings}: Service, pending: readonly Waiting[]): Groups => {
  const known = grouped.get(pending)
  if (known !== undefined) return known
  const groups = groupsOf(pending, settings.assumedTime, settings.admission.sections.queues)
  grouped.set(pending, groups)
  return groups
}

/** Of a policy that says that nothing counts but the two jobs. */
const lines = new WeakMap<readonly Waiting[], LineUp>()

const lineFor = (service: Service, pending: readonly Waiting[], world: PolicyWorld): LineUp => {
  const {policy} = service
  const groups = groupsFor(service, pending)
  if (policy.rank !== undefined) return lineUpByRank(groups, policy.rank(world).compare)
  const known = policy.compare === undefined ? undefined : lines.get(pending)
  if (known !== undefined) return known
  const line = lineUpInOrder(inOrder(pending, service.now(), policy), groups)
  lines.set(pending, line)
  return line
}

const worldOf = (service: Service, nodes: readonly NodeReport[]): PolicyWorld => ({
  now: service.now(),
  capacity: capacityOf(nodes),
  standing: () => ({ratio: 0, factor: 1}),
  queueFactor: queue => service.settings.admission.sections.queues.get(queue)?.priority ?? 0,
})

/** `out`: whose jobs are not thought of. */
export const planFor = (
  service: Service,
  live: LiveJobs,
  offered: readonly NodeReport[],
  out: ReadonlyMap<string, Reason>,
): Plan => {
  const {rules, assumedTime, limits, maintenance, admission} = service.settings
  const now = service.now()
  const all = pendingJobs(live)
  const pending = out.size === 0 ? all : all.filter(job => !out.has(userKey(job)))
  const quotas = quotasOf(service, live)
  const taking = nodesTaking(service, offered)
  const snapshot: Snapshot = {
    ...{now, pending, rules, assumedTime},
    ...taking,
    allocations: allocationsOf(live, {now, assumedTime, grace: limits.grace}),
    ...(quotas === undefined ? {} : {quotas}),
    queues: admission.sections.queues,
    closed: maintenance ? MAINTENANCE : null,
  }
  return planLinedUp(snapshot, lineFor(service, pending, worldOf(service, taking.nodes)))
}
