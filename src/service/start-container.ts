/**
 * S2 of a start (state.md 8): from the record and the private spec to a created container.
 * What can never work (no account, no spec, no image) ends the job with the reason; all else may be repeated.
 */
import type {Account, CreateAnswer, Mount, Reason} from '@god-cli/api'
import {containerSpec} from '../core/container.js'
import {never} from '../core/errors.js'
import type {JobRecord, JobSpec} from '../core/job.js'
import {partKey} from '../core/part-key.js'
import {mountsFor} from '../core/rights/volumes.js'
import {ownAttempt} from '../store/layout.js'
import {groupNumbers} from './group-numbers.js'
import {mountableHome, stateFault, volumeFault} from './mountable.js'
import {giveSpec} from './owners-copy.js'
import type {Service} from './service.js'
import {rootBar, runAs, runsAsOther} from './vet-starts.js'

const refused = (code: string, text: string): {answer: 'refused'; reason: Reason} => ({
  answer: 'refused',
  reason: {code, text},
})

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

/** By what the site grants him now, and where nobody can lead them astray. Throws where it cannot be known now. */
const volumesOf = async (
  service: Service,
  record: JobRecord,
  {wish: {volumes: texts = []}}: JobSpec,
  account: Account,
): Promise<readonly Mount[] | Reason> => {
  if (texts.length === 0) return []
  const who = {uid: record.uid, name: record.user, groups: account.groups}
  const {numbers, unsure} = await groupNumbers(service)
  const root = record.root === true
  const mounts = mountsFor(texts, service.settings.admission.sections.volumes, who, numbers, root)
  if ('code' in mounts) {
    if (unsure) throw new Error(`a group that volumes are granted to cannot be looked up now`)
    return {code: 'volume', text: mounts.message}
  }
  for (const mount of mounts) {
    const fault =
      (service.format.mode === 'multi' ? stateFault(service.layout, mount) : null) ??
      (await volumeFault(service.durable.fs, service.lookAs, account, mount, root))
    if (fault !== null)
      return {code: 'volume', text: `the volume at ${mount.target} cannot be mounted: ${fault}`}
  }
  return mounts
}

/** Asked before the start too; but a crash may lie between. Throws where it cannot be known now. */
const whoFault = async (
  service: Service,
  record: JobRecord,
  account: Account | null,
): Promise<Reason | null> => {
  const {uid, user, root} = record
  const identity = (text: string): Reason => ({code: 'identity', text})
  if (account === null) return identity(`no account for ${user} (uid ${uid}) on this site`)
  if (!runsAsOther(service, uid) && account.name !== user)
    return identity(`uid ${uid} is ${account.name} now, and the job is ${user}'s`)
  const bar = root === true ? await rootBar(service, record, account) : null
  if (bar?.hold === false) throw new Error(bar.reason.text)
  return bar?.reason ?? null
}

/** Its directory on this node, and its home where it has one. */
const foldersFor = async (
  {work, durable, executor, lookAs}: Service,
  record: JobRecord,
  {wish: {command}}: JobSpec,
  account: Account,
): Promise<{readonly work: string; readonly home: string | null} | Reason> => {
  const part = partKey(record)
  if (record.root === true) {
    // A record that was lost and made anew may begin an attempt that ended: what that left is not taken from its user.
    if (work.wasClosed(record.uid, part, record.attempt))
      return {code: 'root', text: 'the directory of this attempt was given to its user before'}
    const root = {uid: 0, gid: 0}
    return {work: work.prepare(record.uid, part, command, root, ownAttempt(record)), home: null}
  }
  const folder = work.prepare(record.uid, part, command, account)
  const home = executor.features.images ? await mountableHome(durable.fs, lookAs, account) : null
  return {work: folder, home}
}

/** The reason becomes public, and of a private job not even its image is. */
const discreet = (
  {image}: JobRecord,
  {images}: {readonly images: boolean},
  answer: CreateAnswer,
): CreateAnswer =>
  answer.answer === 'refused' && images && image === ''
    ? refused(answer.reason.code, 'its container cannot be made as it asks (what that is, is private)')
    : answer

/** `isOnDisk`: the revision that places it was synced by this process since. */
export const createContainer = async (
  service: Service,
  record: JobRecord,
  isOnDisk = false,
): Promise<CreateAnswer> => {
  const account = await runAs(service, record)
  const fault = await whoFault(service, record, account)
  if (account === null || fault !== null)
    return refused(fault?.code ?? 'identity', fault?.text ?? 'no account')
  const spec = readSpec(service, record)
  if (!('wish' in spec)) return {answer: 'refused', reason: spec}
  const volumes = await volumesOf(service, record, spec, account)
  if ('code' in volumes) return {answer: 'refused', reason: volumes}
  giveSpec(service, record, spec)
  const {jobs, settings, executor, format} = service
  // Nothing is started because of a revision that a power loss could take back.
  if (!isOnDisk) await jobs.settleBeside(record.id)
  const site = {
    cluster: format.cluster,
    network: settings.network,
    pids: settings.pids,
    images: executor.features.images,
  }
  const folders = await foldersFor(service, record, spec, account)
  if ('code' in folders) return {answer: 'refused', reason: folders}
  const paths = {...folders, volumes}
  return discreet(record, site, await executor.create(containerSpec(record, spec.wish, account, site, paths)))
}
