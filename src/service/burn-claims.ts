/**
 * Burning claims that became no job (state.md 4): a submit that crashed between its claim and its request.
 * The hint passes the id before the claim goes, so nobody can get it again; a request that comes late all the
 * same is admitted by that hint. All go by one hint: thousands of claims cost one sync.
 */
import {join} from 'node:path'
import {type JobId, jobId, type Uid} from '../core/brand.js'
import {lstatIfThere} from '../store/disk/read-file.js'
import {createQuarantine} from '../store/quarantine.js'
import {CLAIM_LIFE, FAR_AHEAD, listClaims, raiseHint, readHint, removeClaim} from '../store/requests/ids.js'
import type {Service} from './service.js'

interface Submitted {
  readonly id: JobId
  readonly uid: Uid
}

/** Old enough, and its own request is not in the inbox: that one may still become a job. */
const isRipe = (service: Service, id: JobId, submitters: ReadonlyMap<JobId, readonly Uid[]>): boolean => {
  const claim = lstatIfThere(service.durable.fs, join(service.layout.ids, String(id)))
  if (claim === null) return false
  const waits = submitters.get(id)?.some(submitter => submitter === claim.uid) ?? false
  // A time to come is no clock's, but what its maker gave it: it must not stay for ever.
  return !waits && Math.abs(service.now() - claim.mtimeMs) >= CLAIM_LIFE
}

/** A crash left it before the record, and then its request was refused: nobody will ever ask for it again. */
const removeSpecAlone = ({durable, layout, jobs, packs, specs}: Service, id: JobId): void => {
  if (lstatIfThere(durable.fs, layout.spec(id)) === null) return
  if (jobs.first(id) === null && packs.job(id) === null) specs.remove(id)
}

/** `submitted`: what lies in the inbox, or lay there. */
export const burnClaims = (service: Service, submitted: readonly Submitted[]): void => {
  const {durable, layout} = service
  const submitters = new Map<JobId, Uid[]>()
  for (const {id, uid} of submitted) submitters.set(id, [...(submitters.get(id) ?? []), uid])
  const ripe = listClaims(durable.fs, layout).filter(id => isRipe(service, id, submitters))
  const most = readHint(durable.fs, layout) + FAR_AHEAD
  const last = ripe.reduce((top, id) => (id <= most && id > top ? id : top), 0)
  if (last > 0) raiseHint(durable, layout, jobId(last))
  for (const id of ripe) {
    removeSpecAlone(service, id)
    if (!removeClaim(durable.fs, layout, id)) setAside(service, id)
  }
}

/** A folder with something in it, which no submit makes: kept for the operator. */
const setAside = ({durable: {fs}, layout, random, log}: Service, id: JobId): void => {
  const path = join(layout.ids, String(id))
  const found = lstatIfThere(fs, path)
  if (found === null) return
  const why = `a claim is an empty file, and uid ${found.uid} made a folder`
  if (createQuarantine(fs, layout, random).take(path, found.ino, why)) log('warning', `${path}: ${why}`)
}
