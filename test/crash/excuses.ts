/** Why a job of a simulated life (R12) may be in the state that it has come to rest in. */
import {nth, parseArray} from '../../src/core/array/range.js'
import {taskRecord} from '../../src/core/array/view.js'
import type {JobRecord} from '../../src/core/job.js'
import {parseRetry, willRetry} from '../../src/core/retry.js'
import {isFinal} from '../../src/core/state.js'
import {GRACE} from '../support/world.js'
import type {Job, Simulation} from './simulation.js'

const isScript = ({env}: Job, key: string): boolean => env[key] !== undefined

/** When its command or its walltime ends, epoch milliseconds; one turn of cron later it is told. */
const endOf = ({env, walltime = Number.POSITIVE_INFINITY}: Job, {started, paused}: JobRecord): number => {
  const runs = env.FAKE_SECONDS === 'forever' ? Number.POSITIVE_INFINITY : Number(env.FAKE_SECONDS)
  return (started ?? 0) + Math.min(runs, walltime) * 1000 + paused.total + GRACE
}

/** It ended so without a further try that its rule allows; a kill takes them all. */
const isUntried = ({retry, asked}: Job, record: JobRecord): boolean => {
  const rules = parseRetry(retry ?? '')
  // Of what is packed its array knows no attempt.
  if (typeof rules === 'string' || asked.has('kill') || record.ended === null) return false
  const once: JobRecord = {
    ...record,
    retry: {rule: retry ?? '', left: 1, ran: 0, cpu: 0},
    desired: 'run',
    sealed: false,
  }
  return record.attempt <= rules.most && willRetry(once) && !willRetry(record)
}

/** By what its program does and what was asked; null = it may not. */
const excuseOf = (job: Job, record: JobRecord, {world, cut}: Simulation): string | null => {
  const because = (reason: string, holds: boolean): string | null => (holds ? reason : null)
  const refused = isScript(job, 'FAKE_REFUSE') || isScript(job, 'FAKE_START_FAULT')
  if (isFinal(record.state) && isUntried(job, record)) return null
  switch (record.state) {
    case 'pending':
      return 'it waits for room'
    case 'running':
      return because('its time is not over', world.clock.now() < endOf(job, record))
    case 'held':
      return because('held', job.hold || job.asked.has('hold'))
    case 'suspended':
      return because('suspended', job.asked.has('suspend'))
    case 'killed':
      return because('killed', job.asked.has('kill'))
    case 'timeout':
      return because('walltime', job.walltime !== undefined && job.env.FAKE_SECONDS === 'forever')
    case 'oom':
      return because('memory', isScript(job, 'FAKE_OOM'))
    case 'failed':
      return because('its exit', refused || isScript(job, 'FAKE_EXIT'))
    case 'lost':
      return because('power', cut.has(job.id))
    case 'done':
      return because('its exit', !refused && !isScript(job, 'FAKE_EXIT') && !isScript(job, 'FAKE_OOM'))
    default:
      return null
  }
}

/** Of a task whose result is packed only the kind of its end is left. */
const excuseOfTask = (job: Job, task: JobRecord, site: Simulation): string | null => {
  if (task.state !== 'failed' || task.ended !== null) return excuseOf(job, task, site)
  const ends = (['failed', 'oom', 'timeout', 'lost'] as const).map(state => ({...task, state}))
  return ends.map(end => excuseOf(job, end, site)).find(reason => reason !== null) ?? null
}

const tasksOf = (record: JobRecord, array: string): readonly JobRecord[] => {
  const {range} = parseArray(array)
  const tasks: JobRecord[] = []
  for (let i = 0, task = nth(range, 0); task !== null; task = nth(range, ++i)) {
    const view = taskRecord(record, task)
    if (view !== null) tasks.push(view)
  }
  return tasks
}

/** What of a job, or of an array's tasks, may not be as it is. */
export const unexcused = (job: Job, record: JobRecord, site: Simulation): readonly JobRecord[] =>
  job.array === undefined
    ? [record].filter(one => excuseOf(job, one, site) === null)
    : tasksOf(record, job.array).filter(task => excuseOfTask(job, task, site) === null)
