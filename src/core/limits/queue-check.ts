/** Whether a job may be in the queue that it names, and is within what that allows one job. Pure. */
import type {Resources} from '@god-cli/api'
import {cpusText, formatCpus, formatMemory, formatTime} from '../amounts.js'
import {type Asking, askForLess} from '../asking.js'
import {type Refusal, refusal} from '../errors.js'
import type {Grantee, GroupNumbers} from '../rights/grants.js'
import {showAmount} from '../scheduling/never.js'
import {isQueue, mayUse, type Queue, type Queues, queueNames, queuesFor} from './queue.js'

const listed = (names: readonly string[]): string => names.join(', ') || 'none'

/** What can be said before it is known who asks. */
export const checkQueueKnown = (queue: string, queues: Queues): Refusal | null =>
  isQueue(queues, queue)
    ? null
    : refusal('E_QUEUE_REFUSED', `there is no queue '${queue}'`, `There are: ${listed(queueNames(queues))}.`)

export const checkQueueRight = (
  queue: string,
  queues: Queues,
  who: Grantee,
  numbers: GroupNumbers,
): Refusal | null => {
  const hint = `Yours are: ${listed(queuesFor(queues, who, numbers))}.`
  if (!isQueue(queues, queue)) return refusal('E_QUEUE_REFUSED', `there is no queue '${queue}'`, hint)
  return mayUse(queues.get(queue), who, numbers)
    ? null
    : refusal('E_QUEUE_REFUSED', `the queue '${queue}' is not for ${who.name}`, hint)
}

interface Wanted {
  readonly resources: Resources
  /** Seconds; null: none. */
  readonly walltime: number | null
}

type Flag = Parameters<typeof askForLess>[0]

const tooMuch = ({name}: Queue, asked: string, most: string, flag: Flag, asking: Asking): Refusal =>
  refusal(
    'E_LIMIT',
    `the job asks for ${asked}; the queue '${name}' allows ${most}`,
    asking === 'update'
      ? askForLess(flag, asking)
      : `Ask for less with ${flag}, or take another queue with -q.`,
  )

const checkTime = (queue: Queue, walltime: number | null, asking: Asking): Refusal | null => {
  const {max_time: most} = queue
  if (most === null || (walltime !== null && walltime <= most)) return null
  const asked = walltime === null ? 'no walltime' : `a walltime of ${formatTime(walltime)}`
  return tooMuch(queue, asked, formatTime(most), '--time', asking)
}

const leastOf = (...limits: readonly (number | null)[]): number | null =>
  limits.reduce((a, b) => (a === null ? b : b === null ? a : Math.min(a, b)), null)

/** Also what its caps could never let start. */
export const checkQueueLimits = (
  queue: Queue | undefined,
  {resources, walltime}: Wanted,
  asking: Asking = 'submit',
): Refusal | null => {
  if (queue === undefined) return null
  const {cpus, memory, gpus} = resources
  const mostCpus = leastOf(queue.max_cpu, queue.cpus, queue.user_cpus)
  if (mostCpus !== null && cpus > mostCpus)
    return tooMuch(queue, cpusText(cpus), formatCpus(mostCpus), '-c', asking)
  if (queue.max_ram !== null && memory > queue.max_ram)
    return tooMuch(queue, `${formatMemory(memory)} of memory`, formatMemory(queue.max_ram), '-m', asking)
  const mostGpus = leastOf(queue.gpus, queue.user_gpus)
  if (mostGpus !== null && gpus > mostGpus)
    return tooMuch(queue, showAmount('gpus', gpus), String(mostGpus), '-G', asking)
  if (leastOf(queue.running, queue.user_running) === 0)
    return refusal(
      'E_LIMIT',
      `nothing runs in the queue '${queue.name}' now`,
      asking === 'update' ? 'Submit it again, to another one.' : 'Take another one with -q.',
    )
  return checkTime(queue, walltime, asking)
}
