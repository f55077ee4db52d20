/**
 * What an update does to a job: other limits, another place in the queue, another name; or a reasoned no. Pure, and
 * asked twice, as `control.ts`: by the command, for an early answer, and by the pass that applies the request.
 *
 * The record is what counts for what a job may take; its spec stays as it was written. So a job can be changed as long
 * as it waits, by the rules of admission. Of one that runs only the time can be, by an operator: his word is the
 * site's. The tasks of an array share one record: while some of it runs, only what concerns those that wait changes.
 */
import type {NodeReport, Resources} from '@god-cli/api'
import type {AdmissionPolicy} from './admission.js'
import {cpusText, formatMemory, formatTime} from './amounts.js'
import {tasksFault} from './array/places.js'
import {momentText} from './begin-time.js'
import {type Instant, instant} from './brand.js'
import {countedText, resourcesOf, withOther} from './counted.js'
import {already, change, type Effect, refused} from './effect.js'
import {type Refusal, refusal} from './errors.js'
import type {JobRecord} from './job.js'
import {checkJobName} from './job-name.js'
import {checkLimits} from './limits/admission-limits.js'
import {whereIn} from './limits/queue.js'
import {checkQueueLimits} from './limits/queue-check.js'
import {whereOf} from './node/constraint.js'
import type {Change} from './outcome.js'
import {checkNice} from './own-order.js'
import type {JobUpdate} from './request.js'
import {sameValue} from './same-value.js'
import {nodesIn} from './scheduling/shape.js'
import {isOver} from './state.js'

export interface UpdateRules {
  /** May act on the jobs of everybody. */
  readonly operator: boolean
  /** What the site has against the job as it would be. */
  readonly judge: (next: JobRecord) => Refusal | null
}

/** Whether it asks for other limits: only then they are held against the site's. */
export const asksOther = (before: JobRecord, next: JobRecord): boolean =>
  before.walltime !== next.walltime || !sameValue(resourcesOf(before), resourcesOf(next))

const checkName = (name: string, hidden: boolean): Refusal | null =>
  hidden
    ? refusal('E_SPEC_BAD', "names are private here: the job's stands in its spec, which never changes", '')
    : checkJobName(name, 'update')

const checkAmounts = (
  record: JobRecord,
  policy: AdmissionPolicy,
  nodes: readonly NodeReport[],
): Refusal | null => {
  const {queue, constraint, walltime} = record
  const resources = resourcesOf(record)
  const {queues} = policy.sections
  const where = whereIn(queues, {queue, ...whereOf(constraint)})
  return (
    checkQueueLimits(queues.get(queue), {resources, walltime}, 'update') ??
    checkLimits(resources, walltime, policy, nodesIn(where, nodes), 'update')
  )
}

/** As admission would say it of the job as it would be; quotas aside. */
export const checkUpdate = (
  before: JobRecord,
  next: JobRecord,
  policy: AdmissionPolicy,
  nodes: readonly NodeReport[],
): Refusal | null =>
  (before.name === next.name ? null : checkName(next.name, policy.private)) ??
  (asksOther(before, next) ? checkAmounts(next, policy, nodes) : null)

type Key = keyof JobUpdate

const KEYS: readonly Key[] = ['walltime', 'cpus', 'memory', 'counted', 'nice', 'priority', 'begin', 'name']

/** What it is now, by the names of an update. */
const present = ({
  resources,
  counted = {},
  walltime,
  nice,
  priority,
  begin,
  name,
}: JobRecord): Readonly<Record<Key, unknown>> => ({
  ...{walltime, nice, name, begin, counted},
  cpus: resources.cpus,
  memory: resources.memory,
  priority: priority ?? 0,
})

const SHOW: Readonly<Record<Key, (set: JobUpdate) => string>> = {
  walltime: ({walltime = 0}) => `time ${formatTime(walltime)}`,
  cpus: ({cpus = 0}) => cpusText(cpus),
  memory: ({memory = 0}) => `${formatMemory(memory)} memory`,
  counted: ({counted}) => countedText(counted, ' ') || 'no other resources',
  nice: ({nice}) => `nice ${nice}`,
  priority: ({priority}) => `priority ${priority}`,
  begin: ({begin = 0}) => `begins at ${momentText(begin)}`,
  name: () => 'another name',
}

const NOUN: Readonly<Record<Key, string>> = {
  walltime: 'time',
  cpus: 'number of cpus',
  memory: 'amount of memory',
  counted: 'number of a resource',
  nice: 'nice value',
  priority: 'priority',
  begin: 'begin time',
  name: 'name',
}

/** As people read it: `time 2:00:00, 4 cpus`. */
export const updateText = (set: JobUpdate): string =>
  KEYS.filter(key => set[key] !== undefined)
    .map(key => SHOW[key](set))
    .join(', ')

const basicOf = ({resources}: JobRecord, {cpus, memory}: JobUpdate): Resources => ({
  ...resources,
  ...(cpus === undefined ? {} : {cpus}),
  ...(memory === undefined ? {} : {memory}),
})

/** What it has waited counts on, if it may start now and might before. */
const eligibleOf = ({eligible}: JobRecord, begin: number, now: Instant): Instant =>
  begin > now ? instant(begin) : instant(Math.min(eligible, now))

const fieldsOf = (record: JobRecord, set: JobUpdate, now: Instant): Partial<Change> => {
  const {cpus: _, memory: __, begin, ...same} = set
  return {
    ...same,
    ...(begin === undefined ? {} : {begin: instant(begin), eligible: eligibleOf(record, begin, now)}),
    resources: basicOf(record, set),
  }
}

const waits = ({state}: JobRecord): boolean => state === 'pending' || state === 'held'

/** Of an array that runs, what concerns the tasks that wait alone. */
const ORDER: readonly Key[] = ['nice', 'priority', 'begin']

const mayNow = (record: JobRecord): readonly Key[] => {
  // Its runs are made of what was submitted.
  if (record.timetable !== undefined) return []
  if (waits(record)) return KEYS
  return (record.array?.waiting.length ?? 0) > 0 ? ['walltime', ...ORDER] : ['walltime']
}

const HINT = 'While it runs only its time can be changed, by an operator.'
const ARRAY_HINT =
  'Its tasks share what they ask for, and some have started: only nice, priority and the begin time of those that wait can be changed, and the time by an operator.'

const SCHEDULE_HINT = 'Its runs are made of what was submitted: kill it, and submit it again as it should be.'

const hintOf = (array: JobRecord['array']): string => (array === undefined ? HINT : ARRAY_HINT)

const stateFault = (record: JobRecord, changing: readonly Key[], operator: boolean): Effect | null => {
  const {id, state, desired, array, timetable} = record
  if (isOver(state))
    return refused('E_WRONG_STATE', `job ${id} cannot be updated: it is over (${state})`, 'Submit it again.')
  if (desired === 'killed')
    return refused('E_WRONG_STATE', `job ${id} cannot be updated: it is being killed`, '')
  const may = mayNow(record)
  const no = changing.find(key => !may.includes(key))
  if (no !== undefined)
    return refused(
      'E_WRONG_STATE',
      `job ${id} cannot get another ${NOUN[no]}: it is ${timetable === undefined ? state : 'a schedule'}`,
      timetable === undefined ? hintOf(array) : SCHEDULE_HINT,
    )
  if (changing.includes('walltime') && !waits(record) && !operator)
    return refused(
      'E_NOT_PERMITTED',
      `job ${id} is ${state}: only an operator may change its time now`,
      'Ask an operator.',
    )
  return null
}

/** Why it stays as it is was told where it is held. */
const reasonOf = (
  {state, reason}: JobRecord,
  set: JobUpdate,
  remark: string | undefined,
): JobRecord['reason'] =>
  state === 'held'
    ? reason
    : {code: 'updated', text: `updated: ${updateText(set)}${remark === undefined ? '' : ` (${remark})`}`}

const onlyChanging = (set: JobUpdate, changing: readonly Key[]): JobUpdate =>
  Object.fromEntries(Object.entries(set).filter(([key]) => (changing as readonly string[]).includes(key)))

/** None can be updated alone. */
const noneAlone = (record: JobRecord, tasks: string): Effect => {
  const {id} = record
  const no = tasksFault(record, tasks)
  return no === null
    ? refused(
        'E_SELECTOR_BAD',
        `the tasks of job ${id} share what they ask for, so none can be updated alone`,
        `Update the whole of it: god update ${id}.`,
      )
    : {kind: 'refused', refusal: no}
}

interface Asked {
  readonly set: JobUpdate
  readonly remark?: string
}

/** `tasks`: some of an array were named. */
export const updateJob = (
  record: JobRecord,
  {set: given, remark}: Asked,
  tasks: string | undefined,
  {operator, judge}: UpdateRules,
  now: Instant,
): Effect => {
  if (tasks !== undefined) return noneAlone(record, tasks)
  const before = present(record)
  const {counted} = given
  const wanted = counted === undefined ? given : {...given, counted: withOther(record.counted, counted)}
  const changing = KEYS.filter(key => wanted[key] !== undefined && !sameValue(wanted[key], before[key]))
  const fault = stateFault(record, changing, operator)
  if (fault !== null) return fault
  if (changing.length === 0) return already('is so already')
  const set = onlyChanging(wanted, changing)
  const fields = fieldsOf(record, set, now)
  const no = checkNice(set.nice, operator) ?? (waits(record) ? judge({...record, ...fields}) : null)
  if (no !== null) return {kind: 'refused', refusal: no}
  const {state, array} = record
  // An array's next revision is drawn its own mark only where the array is in it.
  const own = array === undefined ? {} : {array}
  return change({...fields, ...own, state, reason: reasonOf(record, set, remark)})
}
