/** My requests in my drop folder: those nobody has taken yet, and those that were refused, as jobs. */
import {join} from 'node:path'
import type {JobId} from '../core/brand.js'
import type {Wish} from '../core/job.js'
import type {SubmitRequest} from '../core/request.js'
import {ownRequests} from '../store/drop-folder.js'
import {readFile} from '../store/read-file.js'
import {BAD_PREFIX, type RefusedRequest, refusedRequests} from '../store/refused.js'
import {decodeRequest} from '../store/request-codec.js'
import {type JobView, viewOfRefused, viewOfRequest} from './job-view.js'
import type {Site} from './site.js'

const submission = (bytes: Uint8Array): SubmitRequest | null => {
  const parsed = decodeRequest(bytes)
  return parsed.ok && parsed.value.op === 'submit' ? parsed.value : null
}

export const waitingRequests = (site: Site): readonly SubmitRequest[] =>
  ownRequests(site).flatMap(({bytes}) => submission(bytes) ?? [])

const refusedWish = (site: Site, {tok}: RefusedRequest): Wish | null => {
  const path = join(site.layout.dropFolder(site.uid), `${BAD_PREFIX}${tok}`)
  const file = readFile(site.durable.fs, path, {flag: 'guarded'})
  return file === null || file.stat.kind !== 'file' ? null : (submission(file.bytes)?.wish ?? null)
}

/** Waiting and refused, ascending by id; none of them may have a record. */
export const ownUnadmitted = (site: Site): readonly JobView[] => {
  const refused = refusedRequests(site.durable.fs, site.layout, site.uid).flatMap(request =>
    request.id === null
      ? []
      : [viewOfRefused(site, request, request.id as JobId, refusedWish(site, request))],
  )
  return [...waitingRequests(site).map(request => viewOfRequest(site, request)), ...refused]
}
