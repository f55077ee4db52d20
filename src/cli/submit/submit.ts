/**
 * `god submit`: judge early, claim an id, drop the request. When it returns, the job survives everything.
 *
 * Works with every daemon down. The judgement is the same pure one that the scheduler will make; a no costs no id.
 * A claim that grew older than five minutes before the request was in place is left to be burned, and a new one taken.
 */

import {type Settled, settleWish} from '../../core/admission.js'
import {cpusText, formatMemory, formatTime} from '../../core/amounts.js'
import {momentText} from '../../core/begin-time.js'
import {type JobId, jobId, MAX_ID} from '../../core/brand.js'
import {countedText} from '../../core/counted.js'
import {parentsOf, parseDepend} from '../../core/dependency/depend-text.js'
import {asError, type Refusal} from '../../core/errors.js'
import type {Wish} from '../../core/job.js'
import {DEFAULT_QUEUE} from '../../core/limits/queue.js'
import {checkNice} from '../../core/own-order.js'
import type {SubmitRequest} from '../../core/request.js'
import {checkRoot, type RootRule} from '../../core/rights/root-right.js'
import {showAmount} from '../../core/scheduling/never.js'
import {admissionPolicy} from '../../core/settings/settings.js'
import {neutralise} from '../../core/text.js'
import {dropRequest, newToken} from '../../store/requests/drop-folder.js'
import {claimId} from '../../store/requests/ids.js'
import {callerIn} from '../caller.js'
import {type JobJson, jobJson, resourcesJson, SCHEMA} from '../jobs/job-json.js'
import {viewOfRequest} from '../jobs/job-view.js'
import {needsOf} from '../offer.js'
import {isOperator, isServedByRoot} from '../operator.js'
import {siteRemarks} from '../remarks.js'
import type {Site} from '../site.js'
import {checkReadable} from './readable.js'
import {unsetVariables} from './wish.js'

/** Since `now` was read as the begin time. */
const A_MOMENT = 1000

/** Milliseconds; the service burns a claim at twice this age. */
export const CLAIM_GOOD = 5 * 60 * 1000

export const requestFor = (site: Pick<Site, 'random' | 'format'>, wish: Wish): SubmitRequest => ({
  v: 1,
  op: 'submit',
  tok: newToken(site.random),
  cluster: site.format.cluster,
  id: jobId(MAX_ID),
  wish,
})

/** Only where this host tells who he is: another source of accounts is the service's to ask. */
const checkOwnRoot = (site: Site, {root}: Wish, rule: RootRule): Refusal | null => {
  if (root !== true || site.configuration.settings.auth_policy !== 'system') return null
  const {who, numbers} = callerIn(site, [rule])
  return checkRoot(root, rule, who, numbers)
}

/** For many wishes: what is read of the site is read once. */
export const judgeOf = (site: Site): ((wish: Wish) => Settled) => {
  const {configuration} = site
  const needs = needsOf(configuration.settings.executor)
  const policy = admissionPolicy(configuration, needs, isServedByRoot(site))
  const nodes = site.nodes.all()
  const operator = isOperator(site)
  return wish => {
    const settled = settleWish(wish, policy, nodes)
    if ('code' in settled) throw asError(settled)
    const no = checkNice(wish.nice, operator) ?? checkOwnRoot(site, wish, policy.root)
    if (no !== null) throw asError(no)
    checkReadable(requestFor(site, wish))
    return settled
  }
}

export const judgeWish = (site: Site, wish: Wish): Settled => judgeOf(site)(wish)

/** What is told aside: also what was asked for and cannot be given, or means nothing any more. */
export const submitRemarks = (
  site: Site,
  env: readonly string[] | undefined,
  begin: number | undefined,
): readonly string[] => [
  ...(begin === undefined || begin >= site.now() - A_MOMENT
    ? []
    : [`the begin time ${momentText(begin)} is past: the job may start at once`]),
  ...unsetVariables(env).map(name => `${name} is not set here, so the job has no such variable`),
  ...siteRemarks(site),
]

/** A job may depend only on those before it. */
export const greatestParent = ({depend = ''}: Wish): number => {
  const dependency = parseDepend(depend)
  return typeof dependency === 'string' ? 0 : Math.max(0, ...parentsOf(dependency).map(({id}) => id))
}

/** An id that somebody gave up may come below those that were given out since: such a claim is left to be burned. */
export const claimAbove = (site: Pick<Site, 'durable' | 'layout'>, least: number): JobId => {
  for (;;) {
    const id = claimId(site.durable, site.layout)
    if (id > least) return id
  }
}

/** The id that was printed is a promise: nothing is returned before the request is on the disk. */
export const submitJob = (site: Site, wish: Wish): SubmitRequest => {
  const draft = requestFor(site, wish)
  const least = greatestParent(wish)
  for (;;) {
    const claimedAt = site.now()
    const request = {...draft, id: claimAbove(site, least)}
    if (dropRequest(site, request, () => site.now() - claimedAt < CLAIM_GOOD)) return request
  }
}

export const submitJson = (site: Site, request: SubmitRequest): {readonly schema: number} & JobJson => ({
  schema: SCHEMA,
  ...jobJson(viewOfRequest(site, request)),
})

/** As the JSON of a job tells it: whole cpus, bytes, seconds. */
export const settledFields = ({name, image, queue, constraint, resources, walltime}: Settled): object => ({
  name,
  image,
  queue,
  ...(constraint === undefined ? {} : {constraint}),
  resources: resourcesJson(resources),
  walltime,
})

export const settledJson = (settled: Settled): object => ({schema: SCHEMA, ...settledFields(settled)})

/** What `--dry-run` tells. */
export const settledText = ({name, image, queue, resources, walltime}: Settled): string => {
  const time = walltime === null ? 'no time limit' : `at most ${formatTime(walltime)}`
  const gpus = resources.gpus === 0 ? '' : `${showAmount('gpus', resources.gpus)}, `
  const others = resources.counted === undefined ? '' : `${countedText(resources.counted, ', ')}, `
  const what = `${cpusText(resources.cpus)}, ${formatMemory(resources.memory)} memory, ${gpus}${others}${time}`
  const where = queue === DEFAULT_QUEUE ? '' : ` to the queue ${queue}`
  return neutralise(`would submit ${name}${image === '' ? '' : ` in ${image}`}${where}: ${what}`)
}
