/** What users and projects have among live jobs, counted once and carried on while more are admitted. Pure. */
import type {Resources} from '@god-cli/api'
import {runningTasks} from '../array/start.js'
import type {Instant} from '../brand.js'
import type {JobRecord} from '../job.js'
import {isOver} from '../state.js'
import {type Holding, NOTHING} from './quota-check.js'

export interface Tally {
  readonly user: (name: string) => Holding
  readonly project: (name: string) => Holding
  /** All that wait for a place, of everybody. */
  readonly pending: () => number
  /** How many of a user came in since the moment asked for. */
  readonly recent: (uid: number) => number
  admit(record: JobRecord): void
  withdraw(record: JobRecord): void
}

type Counted = Pick<JobRecord, 'state' | 'resources' | 'array'>

/** Of an array what its running tasks have; what waits of it is one job. */
const holdingOf = ({state, resources, array}: Counted): Holding => {
  if (isOver(state)) return NOTHING
  const waits = state === 'pending' || state === 'held' || (array !== undefined && array.waiting.length > 0)
  const running = array === undefined ? (waits ? 0 : 1) : runningTasks(array)
  const times = running + (waits ? 1 : 0)
  return {pending: waits ? 1 : 0, running, ...scaled(resources, times)}
}

const scaled = ({cpus, memory}: Resources, times: number): Pick<Holding, 'cpus' | 'memory'> => ({
  cpus: cpus * times,
  memory: memory * times,
})

const plus = (a: Holding, b: Holding, sign: 1 | -1): Holding => ({
  pending: a.pending + sign * b.pending,
  running: a.running + sign * b.running,
  cpus: a.cpus + sign * b.cpus,
  memory: a.memory + sign * b.memory,
})

/** `since`: from when on a submission is recent. */
export const tallyOf = (records: Iterable<JobRecord>, since: Instant): Tally => {
  const users = new Map<string, Holding>()
  const projects = new Map<string, Holding>()
  const recent = new Map<number, number>()
  let pending = 0
  const add = (record: JobRecord, sign: 1 | -1): void => {
    const holding = holdingOf(record)
    // What its user holds back keeps nobody else out.
    if (record.state !== 'held') pending += sign * holding.pending
    users.set(record.user, plus(users.get(record.user) ?? NOTHING, holding, sign))
    projects.set(record.project, plus(projects.get(record.project) ?? NOTHING, holding, sign))
    if (record.submitted >= since) recent.set(record.uid, (recent.get(record.uid) ?? 0) + sign)
  }
  for (const record of records) add(record, 1)
  return {
    user: name => users.get(name) ?? NOTHING,
    project: name => projects.get(name) ?? NOTHING,
    pending: () => pending,
    recent: uid => recent.get(uid) ?? 0,
    admit: record => add(record, 1),
    withdraw: record => add(record, -1),
  }
}
