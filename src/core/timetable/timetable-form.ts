/** What a record tells of a timetable. Its zone stays what it was when the job was submitted. Pure. */
import * as v from 'valibot'
import {idSchema, instantSchema, type ReadonlyDeep, text} from '../record-fields.js'

export const MOST_CRON = 100

export const timetableSchema = v.strictObject({
  cron: text(MOST_CRON),
  zone: text(64),
  /** A run may begin while the one before goes on. */
  overlap: v.boolean(),
  /** Null: nobody has reckoned it yet. */
  next: v.nullable(instantSchema),
  /** Which moment was fired last, and the run of it. */
  last: v.nullable(v.strictObject({at: instantSchema, child: idSchema})),
})
export type Timetable = ReadonlyDeep<v.InferOutput<typeof timetableSchema>>
