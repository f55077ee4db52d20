/**
 * What ran on a node that an operator has declared lost ends, in each pass of the scheduler as long as the node is so.
 *
 * An attempt that may not have begun is made void first, so that a starter who stalled there can never start it. What
 * ends by our revision is final: whoever comes back there finds his container of an attempt that is over, and removes
 * it. A crash leaves what the next pass finds again.
 */
import {allocatedRecords} from '../core/array/view.js'
import type {JobRecord} from '../core/job.js'
import type {NodeHold} from '../core/node/hold.js'
import {lostChange} from '../core/node/lost.js'
import {partKey} from '../core/part-key.js'
import type {Fence} from '../core/reconcile.js'
import type {Author, LiveJobs, Stored} from '../store/jobs/job-store.js'
import {publishBeside} from './publish.js'
import {liveAndTold} from './readable-jobs.js'
import {tellClosed} from './return-folder.js'
import type {Service} from './service.js'
import {createTaskDesk, type TaskDesk} from './task-desk.js'

type Lost = NonNullable<NodeHold['lost']>

interface Ended {
  readonly stored: Stored
  readonly record: JobRecord
  readonly lost: Lost
}

const lostNodes = ({nodes}: Service): ReadonlyMap<string, Lost> =>
  new Map(nodes.records().flatMap(({name, lost}) => (lost === undefined ? [] : [[name, lost] as const])))

const onLost = (live: LiveJobs, lost: ReadonlyMap<string, Lost>): readonly Ended[] =>
  live.all.flatMap(stored =>
    allocatedRecords(stored.record).flatMap(record => {
      const word = lost.get(record.node ?? '')
      return word === undefined ? [] : [{stored, record, lost: word}]
    }),
  )

/** Of the job's directory: nobody else can say what became of it. */
const witness = ({work}: Service, record: JobRecord): {fence: Fence; exitFile: number | null} => {
  const key = partKey(record)
  const {uid, attempt, state, root} = record
  const isRoots = root === true
  const fence = state === 'starting' ? work.voidAttempt(uid, key, attempt, isRoots) : 'started'
  return {fence, exitFile: work.exitFile(uid, key, attempt, isRoots)}
}

const end = async (service: Service, desk: TaskDesk, ended: Ended, author: Author): Promise<void> => {
  const {stored, record, lost} = ended
  const change = lostChange(record, witness(service, record), lost, service.now())
  if (record.task === undefined) await publishBeside(service, stored, change, author)
  else await desk.publish(record, change)
  tellClosed(service, record)
}

/** One whose directory fails keeps no other. */
export const endLost = async (service: Service, author: Author): Promise<void> => {
  const lost = lostNodes(service)
  if (lost.size === 0) return
  const all = onLost(liveAndTold(service), lost)
  const desk = createTaskDesk(service)
  const done = await Promise.allSettled(all.map(each => end(service, desk, each, author)))
  done.forEach((outcome, i) => {
    if (outcome.status === 'rejected')
      service.log('warning', `job ${all[i]?.record.id} on a lost node stays: ${String(outcome.reason)}`)
  })
}
