/**
 * My requests in my drop folder: those nobody has taken yet, and those that were refused, as jobs. Root looks up what was
 * refused of others too: a job of theirs that never was has no record that would tell.
 */
import {join} from 'node:path'
import type {JobId, Uid} from '../../core/brand.js'
import {isSubmission, jobsOf, MAX_BULK_BYTES, type NewJob} from '../../core/request.js'
import {listNames, readFile} from '../../store/disk/read-file.js'
import {parseUserName} from '../../store/layout.js'
import {ownRequests} from '../../store/requests/drop-folder.js'
import {BAD_PREFIX, type RefusedRequest, refusedRequests} from '../../store/requests/refused.js'
import {decodeRequest} from '../../store/requests/request-codec.js'
import type {Site} from '../site.js'
import {type JobView, viewOfRefused, viewOfRequest} from './job-view.js'

const submitted = (bytes: Uint8Array): readonly NewJob[] => {
  const parsed = decodeRequest(bytes)
  return parsed.ok && isSubmission(parsed.value) ? jobsOf(parsed.value) : []
}

/** The jobs of all my requests that nobody has taken yet. */
export const waitingJobs = (site: Site): readonly NewJob[] =>
  ownRequests(site).flatMap(({bytes}) => submitted(bytes))

const refusedJobs = (site: Site, {tok}: RefusedRequest, owner: Uid): readonly NewJob[] => {
  const path = join(site.layout.dropFolder(owner), `${BAD_PREFIX}${tok}`)
  const file = readFile(site.durable.fs, path, {flag: 'guarded', limit: MAX_BULK_BYTES})
  return file === null || file.stat.kind !== 'file' ? [] : submitted(file.bytes)
}

/** The job that the reason is about, and those that were refused with it. */
const refusedViews = (site: Site, refused: RefusedRequest, owner: Uid): readonly JobView[] => {
  const {id, others = [], message} = refused
  if (id === null) return []
  const wishes = new Map(refusedJobs(site, refused, owner).map(job => [job.id, job.wish]))
  const view = (of: JobId, why: string): JobView =>
    viewOfRefused(site, {...refused, message: why}, {id: of, uid: owner}, wishes.get(of) ?? null)
  return [view(id as JobId, message), ...others.map(of => view(of, `refused with job ${id}: ${message}`))]
}

const refusedOf = (site: Site, owner: Uid): readonly JobView[] =>
  refusedRequests(site.durable.fs, site.layout, owner).flatMap(each => refusedViews(site, each, owner))

/** Null: nobody else's folder tells of it, or these are not for the caller to look into. */
export const othersRefused = (site: Site, id: JobId): JobView | null => {
  if (site.uid !== 0) return null
  const {durable, layout} = site
  for (const name of listNames(durable.fs, layout.inbox)) {
    const owner = parseUserName(name)
    const found = owner === null ? undefined : refusedOf(site, owner).find(view => view.id === id)
    if (found !== undefined) return found
  }
  return null
}

/** Waiting and refused, ascending by id; none of them may have a record. */
export const ownUnadmitted = (site: Site): readonly JobView[] => {
  return [...waitingJobs(site).map(job => viewOfRequest(site, job)), ...refusedOf(site, site.uid)]
}
