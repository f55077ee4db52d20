/**
 * S2 of a start (state.md 8): from the record and the private spec to a created container.
 * What can never work (no account, no spec, no image) ends the job with the reason; all else may be repeated.
 */
import type {Account, CreateAnswer, Reason} from '@god-cli/api'
import {containerSpec} from '../core/container.js'
import {never} from '../core/errors.js'
import type {JobRecord, JobSpec} from '../core/job.js'
import {partKey} from '../core/part-key.js'
import {mountableHome} from './home.js'
import {giveSpec} from './owners-copy.js'
import type {Service} from './service.js'

const refused = (code: string, text: string): {answer: 'refused'; reason: Reason} => ({
  answer: 'refused',
  reason: {code, text},
})

/** A job of root runs as a harmless account. */
const runAs = (service: Service, record: JobRecord): Promise<Account | null> =>
  record.uid === 0 ? service.auth.byName(service.settings.rootRunsAs) : service.auth.byUid(record.uid)

/** Throws where it cannot be read now: it is tried again. */
const readSpec = (service: Service, {id}: JobRecord): JobSpec | Reason => {
  const found = service.specs.look(id)
  switch (found.kind) {
    case 'whole':
      return found.spec
    case 'none':
      return {code: 'spec', text: 'its private spec is missing'}
    case 'damaged':
      return {code: 'spec', text: found.error.message}
    case 'unread':
      throw found.error
    default:
      return never(found)
  }
}

/** `isOnDisk`: the revision that places it was synced by this process since. */
export const createContainer = async (
  service: Service,
  record: JobRecord,
  isOnDisk = false,
): Promise<CreateAnswer> => {
  const account = await runAs(service, record)
  if (account === null)
    return refused('identity', `no account for ${record.user} (uid ${record.uid}) on this site`)
  const spec = readSpec(service, record)
  if (!('wish' in spec)) return {answer: 'refused', reason: spec}
  giveSpec(service, record, spec)
  const {jobs, work, durable, settings, executor, format} = service
  // Nothing is started because of a revision that a power loss could take back.
  if (!isOnDisk) await jobs.settleBeside(record.id)
  const folder = work.prepare(record.uid, partKey(record), spec.wish.command, account)
  const site = {
    cluster: format.cluster,
    network: settings.network,
    pids: settings.pids,
    images: executor.features.images,
  }
  const home = site.images ? mountableHome(durable.fs, account) : null
  return executor.create(containerSpec(record, spec.wish, account, site, {work: folder, home}))
}
