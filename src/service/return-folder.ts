/**
 * What an attempt that was root inside leaves behind becomes its submitter's as soon as the engine has its container no
 * more (decision 33). Whether that is done yet is looked at in one place: the folder above its directory is closed. So a
 * crash before or in the midst of it leaves what the next look does.
 */
import type {ListedContainer} from '@god-cli/api'
import {partRecords} from '../core/array/view.js'
import {token} from '../core/brand.js'
import type {JobRecord} from '../core/job.js'
import {partKey} from '../core/part-key.js'
import type {Observed} from '../core/reconcile.js'
import {isFinal} from '../core/state.js'
import type {Step} from '../core/step.js'
import {tellOnce} from './readable-jobs.js'
import type {Service} from './service.js'

type Attempt = Pick<JobRecord, 'id' | 'uid' | 'attempt' | 'root' | 'node'> & {
  readonly task?: number | undefined
}

/** It was root inside, and what it left is not its user's. */
export const isUnreturned = ({work}: Service, record: Attempt): boolean =>
  record.root === true && work.isClosed(record.uid, partKey(record), record.attempt)

/** It will be its user's: its node is not lost, which nobody waits for. */
export const willBeReturned = (service: Service, record: Attempt): boolean =>
  isUnreturned(service, record) &&
  !service.nodes.records().some(({name, lost}) => name === record.node && lost !== undefined)

/** Of a job, or of any task of an array that it knows of. */
export const isToBeReturned = (service: Service, record: JobRecord): boolean =>
  record.root === true && partRecords(record).some(part => willBeReturned(service, part))

/** Of a node that is lost: its container may be there still, and nobody can say that it is not. */
export const tellClosed = (service: Service, record: JobRecord): void => {
  if (isUnreturned(service, record))
    tell(service, record, `whether its container on ${record.node} is gone nobody can say`)
}

const tell = (service: Service, record: JobRecord, why: string): void =>
  tellOnce(
    service,
    `the directory of job ${partKey(record)}, attempt ${record.attempt}, stays closed to ${record.user}: ${why}`,
  )

/** The attempt is over, or will be by this step, and its container gone: nothing writes there any more. */
const isLeft = ({state}: JobRecord, {container}: Observed, step: Step): boolean => {
  if (container !== null) return false
  if (step.do === 'none') return isFinal(state)
  if (step.do !== 'publish') return step.do === 'collect'
  return isFinal(step.change.state) || step.change.attempt !== undefined
}

/** By the engine's own word: what was to be removed may not have gone yet. Where it cannot be asked, later. */
const isGone = async ({executor}: Service, nameOrId: string): Promise<boolean> => {
  try {
    return (await executor.inspect(nameOrId)) === null
  } catch {
    return false
  }
}

/** Nothing of its attempt is looked at any more. */
const isAnother = (step: Step): boolean => step.do === 'publish' && step.change.attempt !== undefined

/** His, or closed for good. */
const isDone = async (service: Service, record: JobRecord): Promise<boolean> => {
  const {uid, gid, attempt, container} = record
  if (container === null || !(await isGone(service, container.id ?? container.name))) return false
  const fault = await service.work.giveBack(uid, partKey(record), attempt, {uid, gid})
  if (fault !== null) tell(service, record, fault)
  return fault === null || !isUnreturned(service, record)
}

/**
 * What an attempt left on a node that was lost and came back, after its container there was removed. Its job has gone on,
 * or is packed, so no later look finds what a crash leaves closed here.
 */
export const returnLeft = async (
  service: Service,
  job: JobRecord,
  {name, attempt, nonce}: ListedContainer,
): Promise<void> => {
  // By its name: a late starter may have made it once more.
  const record = {...job, attempt, container: {id: null, name, nonce: token(nonce), engine: null}}
  if (isUnreturned(service, record)) await isDone(service, record)
}

/** False: it is to be done yet, and would never be after this step. */
export const returnFolder = async (
  service: Service,
  record: JobRecord,
  observed: Observed,
  step: Step,
): Promise<boolean> => {
  if (!isLeft(record, observed, step) || !isUnreturned(service, record)) return true
  return (await isDone(service, record)) || !isAnother(step)
}
