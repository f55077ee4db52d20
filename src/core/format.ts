/**
 * Which fields came with which FORMAT of a shared directory (docs/decisions/0019). Pure.
 *
 * A god opens no directory of a later format than its own. So a field that an older god would have to heed is entered here
 * under a format that the older one does not know; the first scheduler that leads raises the directory to it. As long as
 * the newest format is in no release, new fields of that kind are entered under it. A missing entry is an error of types.
 */
import type {ArrayRecord} from './array/record.js'
import type {JobRecord, Wish} from './job.js'
import type {NodeHold} from './node/hold.js'

export const FORMATS = [1, 2] as const
export type FormatNumber = (typeof FORMATS)[number]

export const FORMAT: FormatNumber = 2

/** 'any': who does not know it may go without. */
type Since = FormatNumber | 'any'

type Optional<T> = {[K in keyof T]-?: Record<never, never> extends Pick<T, K> ? K : never}[keyof T]

type Fields<T, Except extends keyof T = never> = Readonly<Record<Exclude<Optional<T>, Except>, Since>>

/** `task`: of views, never written. */
export const RECORD_FIELDS: Fields<JobRecord, 'task'> = {
  priority: 'any',
  counted: 2,
  constraint: 2,
  begin: 2,
  requeue: 2,
  devices: 2,
  charge: 'any',
  earlier: 'any',
  imageId: 'any',
  array: 2,
  depend: 2,
  root: 2,
  retry: 2,
  timetable: 2,
  schedule: 'any',
}

/** Of the tasks in a record. `mark` tells revisions apart, and nothing is decided on it. */
export const ARRAY_FIELDS: Fields<ArrayRecord> = {earlier: 'any', mark: 'any', tried: 2, rests: 2}

/** What whoever starts the container, or fires a timetable, reads in the spec. */
export const WISH_FIELDS: Fields<Wish> = {
  name: 1,
  image: 1,
  cpus: 1,
  memory: 1,
  gpus: 1,
  counted: 2,
  walltime: 1,
  env: 1,
  labels: 1,
  workdir: 1,
  output: 1,
  error: 1,
  hold: 1,
  volumes: 2,
  project: 'any',
  root: 2,
  nice: 'any',
  priority: 'any',
  begin: 2,
  queue: 2,
  constraint: 2,
  array: 2,
  depend: 2,
  retry: 2,
  key: 'any',
  cron: 2,
  overlap: 2,
  schedule: 'any',
}

export const NODE_FIELDS: Fields<NodeHold> = {drained: 2, lost: 2, reserved: 2}
