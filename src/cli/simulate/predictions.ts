/** How long jobs of here are expected to run, by what their users' last two took; and how long what runs now will. */
import {partRecords} from '../../core/array/view.js'
import type {JobRecord} from '../../core/job.js'
import {outlived} from '../../core/scheduling/expected-run.js'
import type {Present} from '../../core/simulate/foresee.js'
import type {Forecast} from '../../core/simulate/predict.js'
import {milliseconds, type SimulatedJob} from '../../core/simulate/workload.js'
import type {Site} from '../site.js'

type Ran = Pick<JobRecord, 'id' | 'user' | 'uid' | 'project' | 'queue' | 'resources' | 'submitted'>

const simulated = (record: Ran, run: number, limit: number): SimulatedJob => {
  const {id, user, uid, project, queue, resources, submitted} = record
  const named = {id, user, uid, project, queue, resources, nice: 0, priority: 0}
  return {...named, job: id, submit: submitted, run, limit}
}

/** Null: it never ran, or it runs still. */
const pastRun = (record: JobRecord): SimulatedJob | null => {
  const {started, ended, paused} = record
  if (started === null || ended === null) return null
  const run = milliseconds(Math.max(0, ended - started - paused.total) / 1000)
  return simulated(record, run, run)
}

/** In the order in which they ended; of those that are packed the latest. */
export const pastRuns = (site: Site): readonly SimulatedJob[] => {
  const packed = site.packs.lately({since: 0, most: LATELY, mayBe: () => true}).jobs
  return [...packed, ...site.jobs.all()]
    .flatMap(({record}) => (record.array === undefined ? [record] : partRecords(record)))
    .sort((a, b) => (a.ended ?? 0) - (b.ended ?? 0) || a.id - b.id)
    .flatMap(record => pastRun(record) ?? [])
}

const LATELY = 20_000

/** What runs is expected to end by its prediction, where that is before its limit. */
export const runningAsPredicted = (site: Site, present: Present, forecast: Forecast): Present => {
  const records = new Map(site.jobs.all().map(({record}) => [record.id, record]))
  const {now, running} = present
  return {
    ...present,
    running: running.map(one => {
      const record = records.get(one.id)
      // Of an array it does not tell which task it is: such a one may take its limit.
      if (record?.started == null || record.array !== undefined || one.until === undefined) return one
      const limit = Math.max(1, one.until - record.started)
      const estimate = forecast.of(simulated(record, limit, limit))
      return {...one, until: record.started + outlived(estimate, now - record.started, limit)}
    }),
  }
}
