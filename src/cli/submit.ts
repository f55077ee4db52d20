/**
 * `god submit`: judge early, claim an id, drop the request. When it returns, the job survives everything.
 *
 * Works with every daemon down. The judgement is the same pure one that the scheduler will make; a no costs no id.
 * A claim that grew older than five minutes before the request was in place is left to be burned, and a new one taken.
 */
import {type Settled, settleWish} from '../core/admission.js'
import {formatCpus, formatMemory, formatTime} from '../core/amounts.js'
import {jobId, MAX_ID} from '../core/brand.js'
import {asError} from '../core/errors.js'
import type {Wish} from '../core/job.js'
import {DEFAULT_QUEUE} from '../core/queue.js'
import type {SubmitRequest} from '../core/request.js'
import {showAmount} from '../core/scheduling/never.js'
import {admissionPolicy} from '../core/settings.js'
import {neutralise} from '../core/text.js'
import {dropRequest, newToken} from '../store/requests/drop-folder.js'
import {claimId} from '../store/requests/ids.js'
import {type JobJson, jobJson, SCHEMA} from './job-json.js'
import {viewOfRequest} from './job-view.js'
import {runsImages} from './offer.js'
import {checkReadable} from './readable.js'
import {siteRemarks} from './remarks.js'
import type {Site} from './site.js'
import {unsetVariables} from './wish.js'

/** Milliseconds; the service burns a claim at twice this age. */
export const CLAIM_GOOD = 5 * 60 * 1000

const requestFor = (site: Site, wish: Wish): SubmitRequest => ({
  v: 1,
  op: 'submit',
  tok: newToken(site.random),
  cluster: site.format.cluster,
  id: jobId(MAX_ID),
  wish,
})

/** For many wishes: what is read of the site is read once. */
export const judgeOf = (site: Site): ((wish: Wish) => Settled) => {
  const {configuration} = site
  const policy = admissionPolicy(configuration, runsImages(configuration.settings.executor))
  const nodes = site.nodes.all()
  return wish => {
    const settled = settleWish(wish, policy, nodes)
    if ('code' in settled) throw asError(settled)
    checkReadable(requestFor(site, wish))
    return settled
  }
}

export const judgeWish = (site: Site, wish: Wish): Settled => judgeOf(site)(wish)

/** What is told aside: also what was asked for and cannot be given. */
export const submitRemarks = (site: Site, env: readonly string[] | undefined): readonly string[] => [
  ...unsetVariables(env).map(name => `${name} is not set here, so the job has no such variable`),
  ...siteRemarks(site),
]

/** The id that was printed is a promise: nothing is returned before the request is on the disk. */
export const submitJob = (site: Site, wish: Wish): SubmitRequest => {
  const draft = requestFor(site, wish)
  for (;;) {
    const claimedAt = site.now()
    const request = {...draft, id: claimId(site.durable, site.layout)}
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
  resources: {...resources, cpus: resources.cpus / 1000},
  walltime,
})

export const settledJson = (settled: Settled): object => ({schema: SCHEMA, ...settledFields(settled)})

/** What `--dry-run` tells. */
export const settledText = ({name, image, queue, resources, walltime}: Settled): string => {
  const time = walltime === null ? 'no time limit' : `at most ${formatTime(walltime)}`
  const gpus = resources.gpus === 0 ? '' : `${showAmount('gpus', resources.gpus)}, `
  const what = `${formatCpus(resources.cpus)} cpus, ${formatMemory(resources.memory)} memory, ${gpus}${time}`
  const where = queue === DEFAULT_QUEUE ? '' : ` to the queue ${queue}`
  return neutralise(`would submit ${name}${image === '' ? '' : ` in ${image}`}${where}: ${what}`)
}
