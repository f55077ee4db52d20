/**
 * What the scheduler would plan with, as everybody may read it: the policy of the site with its rules, the nodes that take
 * work, the live jobs with my requests that nobody has taken yet, and how long jobs ran lately.
 */
import type {Scheduler, Standing} from '@god-cli/api'
import {type Standings, standingsOf} from '../../core/fair-share/standings.js'
import {DEFAULT_RULES, type Rules} from '../../core/scheduling/rules.js'
import {admissionPolicy, shareRules} from '../../core/settings/settings.js'
import {optionsGiven} from '../../plugin/options.js'
import type {LiveJobs} from '../../store/jobs/job-store.js'
import {shareUsage} from '../../store/share-usage.js'
import {ownWaiting} from '../jobs/own-waiting.js'
import {needsOf} from '../offer.js'
import {isServedByRoot} from '../operator.js'
import {type Guard, loadPolicy} from '../policy.js'
import type {Site} from '../site.js'

export const rulesOf = ({configuration: {settings}}: Site): Rules => ({
  ...DEFAULT_RULES,
  backfill: settings.backfill,
  depth: settings.backfill_depth,
  placement: settings.placement,
})

const policyOf = (site: Site, guard: Guard, note: (text: string) => void): Promise<Scheduler> => {
  const id = site.configuration.settings.scheduler_policy
  return loadPolicy({...optionsGiven(site.configuration, id), id, now: site.now, note}, guard)
}

export const planningGround = async (site: Site, guard: Guard, note: (text: string) => void) => {
  const {configuration} = site
  const {settings} = configuration
  return {
    policy: await policyOf(site, guard, note),
    settings: {
      rules: rulesOf(site),
      assumedTime: settings.assumed_time,
      maintenance: settings.maintenance,
      limits: {grace: settings.grace_period * 1000},
      quotaWindow: settings.quota_window * 1000,
      admission: admissionPolicy(configuration, needsOf(settings.executor), isServedByRoot(site)),
    },
    manifest: site.manifest,
    packs: site.packs,
    durable: site.durable,
    layout: site.layout,
    now: site.now,
  }
}
export type PlanningGround = Awaited<ReturnType<typeof planningGround>>

/** As `god share` shows it; read when a policy asks. */
const standingOf = (site: Site, live: LiveJobs): ((user: string) => Standing) => {
  let known: Standings | null = null
  return user => {
    const rules = shareRules(site.configuration)
    const question = {halfLife: rules.halfLife, now: site.now(), most: Number.POSITIVE_INFINITY}
    known ??= standingsOf(rules, shareUsage(site, live, question).used)
    return known.of(user)
  }
}

/** Packed jobs that are asked how long they ran: the last two of each user matter. */
const LATELY = 2000

export const siteNow = (site: Site) => {
  const live = site.jobs.live()
  const down = site.nodes.down()
  const nodes = site.nodes.all()
  const known = new Set<number>(live.all.map(({record}) => record.id))
  const packed = site.packs.lately({since: 0, most: LATELY, mayBe: () => true}).jobs
  return {
    live,
    own: ownWaiting(site, known, site.now()),
    nodes: nodes.filter(({name}) => !down.has(name)),
    records: site.nodes,
    knownNodes: nodes.length,
    standing: standingOf(site, live),
    ended: [...packed, ...live.all].map(({record}) => record),
  }
}
export type SiteNow = ReturnType<typeof siteNow>
