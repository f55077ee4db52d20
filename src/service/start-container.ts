/**
 * S2 of a start (state.md 8): from the record and the private spec to a created container.
 * What can never work (no account, no spec, no image) ends the job with the reason; all else may be repeated.
 */
import type {Account, CreateAnswer, Mount, Reason} from '@god-cli/api'
import {containerSpec} from '../core/container.js'
import {never} from '../core/errors.js'
import type {JobRecord, JobSpec} from '../core/job.js'
import {partKey} from '../core/part-key.js'
import {mayBeRoot} from '../core/rights.js'
import {mountsFor} from '../core/volumes.js'
import {FolderWasHis} from '../store/work-folder.js'
import {groupNumbers} from './group-numbers.js'
import {mountableHome, volumeFault} from './mountable.js'
import {giveSpec} from './owners-copy.js'
import type {Service} from './service.js'
import {runAs} from './vet-starts.js'

const refused = (code: string, text: string): {answer: 'refused'; reason: Reason} => ({
  answer: 'refused',
  reason: {code, text},
})

/** What a job that is root inside runs as: in its container alone, and known there by its user's name and home. */
const asRoot = (account: Account): Account => ({...account, uid: 0, gid: 0, groups: [0]})

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

interface Granted {
  readonly root: boolean
  readonly volumes: readonly Mount[]
}

/** By what the site grants him now, and where nobody can lead the volumes astray. */
const rightsOf = async (
  service: Service,
  record: JobRecord,
  {wish}: JobSpec,
  account: Account,
): Promise<Granted | Reason> => {
  const who = {uid: record.uid, name: record.user, groups: account.groups}
  const {volumes: texts = [], root = false} = wish
  const {admission} = service.settings
  if (root && !mayBeRoot(admission.mayBeRoot, who))
    return {code: 'root', text: 'its user may not be root in a container any more'}
  if (texts.length === 0) return {root, volumes: []}
  const mounts = mountsFor({texts, root}, admission.sections.volumes, who, await groupNumbers(service))
  if ('code' in mounts) return {code: 'volume', text: mounts.message}
  for (const mount of mounts) {
    const fault = await volumeFault(service.durable.fs, service.lookAs, account, mount)
    if (fault !== null)
      return {code: 'volume', text: `the volume at ${mount.target} cannot be mounted: ${fault}`}
  }
  return {root, volumes: mounts}
}

const folderFor = (
  work: Service['work'],
  record: JobRecord,
  {wish}: JobSpec,
  owner: Account,
): string | Reason => {
  try {
    return work.prepare(record.uid, partKey(record), wish.command, owner)
  } catch (error) {
    if (!(error instanceof FolderWasHis)) throw error
    return {code: 'root', text: `it cannot be root in its container: ${error.message}`}
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
  const rights = await rightsOf(service, record, spec, account)
  if ('code' in rights) return {answer: 'refused', reason: rights}
  const {root, volumes} = rights
  giveSpec(service, record, spec)
  const {jobs, work, durable, settings, executor, format, lookAs} = service
  // Nothing is started because of a revision that a power loss could take back.
  if (!isOnDisk) await jobs.settleBeside(record.id)
  const inside = root ? asRoot(account) : account
  const folder = folderFor(work, record, spec, inside)
  if (typeof folder !== 'string') return {answer: 'refused', reason: folder}
  const site = {
    cluster: format.cluster,
    network: settings.network,
    pids: settings.pids,
    images: executor.features.images,
  }
  const home = site.images ? await mountableHome(durable.fs, lookAs, account) : null
  const paths = {work: folder, home, volumes}
  return executor.create(containerSpec(record, spec.wish, inside, site, paths))
}
