/** What a single pass did, as JSON. */
import type {PartKey} from '../core/part-key.js'
import {SCHEMA} from './jobs/job-json.js'

interface Scheduled {
  readonly admitted: number
  readonly refused: number
  /** Ids; of an array each task, as `12[7]`. */
  readonly started: readonly PartKey[]
  readonly pending: number
}

interface Watched {
  readonly worked: readonly PartKey[]
  readonly orphans: number | null
}

/** Null: another process does it. */
export const scheduleJson = (report: Scheduled | null): object =>
  report === null
    ? {schema: SCHEMA, elsewhere: true}
    : {
        schema: SCHEMA,
        elsewhere: false,
        admitted: report.admitted,
        refused: report.refused,
        started: report.started,
        pending: report.pending,
      }

export const watchJson = (report: Watched | null): object =>
  report === null
    ? {schema: SCHEMA, elsewhere: true}
    : {schema: SCHEMA, elsewhere: false, worked: report.worked, orphans: report.orphans}
