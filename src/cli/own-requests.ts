/** My requests in my drop folder: those nobody has taken yet, and those that were refused, as jobs. */
import {join} from 'node:path'
import type {JobId} from '../core/brand.js'
import {isSubmission, jobsOf, MAX_BULK_BYTES, type NewJob} from '../core/request.js'
import {readFile} from '../store/disk/read-file.js'
import {ownRequests} from '../store/requests/drop-folder.js'
import {BAD_PREFIX, type RefusedRequest, refusedRequests} from '../store/requests/refused.js'
import {decodeRequest} from '../store/requests/request-codec.js'
import {type JobView, viewOfRefused, viewOfRequest} from './job-view.js'
import type {Site} from './site.js'

const submitted = (bytes: Uint8Array): readonly NewJob[] => {
  const parsed = decodeRequest(bytes)
  return parsed.ok && isSubmission(parsed.value) ? jobsOf(parsed.value) : []
}

/** The jobs of all my requests that nobody has taken yet. */
export const waitingJobs = (site: Site): readonly NewJob[] =>
  ownRequests(site).flatMap(({bytes}) => submitted(bytes))

const refusedJobs = (site: Site, {tok}: RefusedRequest): readonly NewJob[] => {
  const path = join(site.layout.dropFolder(site.uid), `${BAD_PREFIX}${tok}`)
  const file = readFile(site.durable.fs, path, {flag: 'guarded', limit: MAX_BULK_BYTES})
  return file === null || file.stat.kind !== 'file' ? [] : submitted(file.bytes)
}

/** The job that the reason is about, and those that were refused with it. */
const refusedViews = (site: Site, refused: RefusedRequest): readonly JobView[] => {
  const {id, others = [], message} = refused
  if (id === null) return []
  const wishes = new Map(refusedJobs(site, refused).map(job => [job.id, job.wish]))
  const view = (of: JobId, why: string): JobView =>
    viewOfRefused(site, {...refused, message: why}, of, wishes.get(of) ?? null)
  return [view(id as JobId, message), ...others.map(of => view(of, `refused with job ${id}: ${message}`))]
}

/** Waiting and refused, ascending by id; none of them may have a record. */
export const ownUnadmitted = (site: Site): readonly JobView[] => {
  const refused = refusedRequests(site.durable.fs, site.layout, site.uid)
  return [
    ...waitingJobs(site).map(job => viewOfRequest(site, job)),
    ...refused.flatMap(each => refusedViews(site, each)),
  ]
}
