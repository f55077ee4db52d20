/** The columns of `god stat`: their names for `-o` and `-S`, titles, and how each is shown. Order and names are stable. */

import {formatCpus, formatMemory, formatTime} from '../../core/amounts.js'
import {setsOf} from '../../core/array/record.js'
import {countedText} from '../../core/counted.js'
import {GodError} from '../../core/errors.js'
import {inOrder, partKey} from '../../core/part-key.js'
import {nearest} from '../../core/text.js'
import {iso} from '../../host/clock.js'
import {idText, tasksText} from '../jobs/array-tasks.js'
import {elapsed, type JobView} from '../jobs/job-view.js'
import type {Style} from '../screen/style.js'
import type {Column} from '../screen/table.js'
import {FIELD_NAMES, type FieldName} from './field-names.js'

interface Field {
  readonly title: string
  readonly show: (job: JobView, now: number) => string
  /** What `-S` compares. */
  readonly key: (job: JobView, now: number) => number | string
  readonly align?: 'right'
  readonly shrink?: true
}

const time = (at: number | null): string => (at === null ? '' : iso(at))
const seconds = (ms: number | null): string => (ms === null ? '' : formatTime(ms / 1000))

const place = (job: JobView): string => {
  // Of an array what runs and what is left; where it runs its tasks tell.
  const where = job.array === undefined ? (job.node ?? '') : tasksText(job.array)
  if (job.reason === null) return where
  return where === '' ? `(${job.reason.text})` : `${where} (${job.reason.text})`
}

const FIELDS: Readonly<Record<FieldName, Field>> = {
  id: {title: 'JOBID', show: job => String(partKey(job)), key: job => job.id, align: 'right'},
  name: {title: 'NAME', show: job => job.name, key: job => job.name, shrink: true},
  queue: {title: 'QUEUE', show: job => job.queue, key: job => job.queue},
  user: {title: 'USER', show: job => job.user, key: job => job.user},
  state: {title: 'ST', show: job => job.state, key: job => job.state},
  time: {
    title: 'TIME/LIMIT',
    show: (job, now) =>
      `${seconds(elapsed(job, now)) || '-'}/${job.walltime === null ? '-' : formatTime(job.walltime)}`,
    key: (job, now) => elapsed(job, now) ?? -1,
    align: 'right',
  },
  cpus: {
    title: 'CPUS',
    show: job => formatCpus(job.resources.cpus),
    key: job => job.resources.cpus,
    align: 'right',
  },
  memory: {
    title: 'MEM',
    show: job => formatMemory(job.resources.memory),
    key: job => job.resources.memory,
    align: 'right',
  },
  gpus: {
    title: 'GPU',
    show: job => String(job.resources.gpus),
    key: job => job.resources.gpus,
    align: 'right',
  },
  resources: {
    title: 'RESOURCES',
    show: job => countedText(job.resources.counted),
    key: job => countedText(job.resources.counted),
    shrink: true,
  },
  where: {title: 'NODE(REASON)', show: place, key: place, shrink: true},
  node: {title: 'NODE', show: job => job.node ?? '', key: job => job.node ?? ''},
  reason: {
    title: 'REASON',
    show: job => job.reason?.text ?? '',
    key: job => job.reason?.code ?? '',
    shrink: true,
  },
  image: {title: 'IMAGE', show: job => job.image, key: job => job.image, shrink: true},
  project: {title: 'PROJECT', show: job => job.project, key: job => job.project},
  uid: {title: 'UID', show: job => String(job.uid), key: job => job.uid, align: 'right'},
  desired: {title: 'DESIRED', show: job => job.desired, key: job => job.desired},
  attempt: {title: 'ATTEMPT', show: job => String(job.attempt), key: job => job.attempt, align: 'right'},
  exit: {
    title: 'EXIT',
    show: job => String(job.exit?.code ?? ''),
    key: job => job.exit?.code ?? -1,
    align: 'right',
  },
  cpu_seconds: {
    title: 'CPU-S',
    show: job => job.usage?.cpuSeconds.toFixed(2) ?? '',
    key: job => job.usage?.cpuSeconds ?? -1,
    align: 'right',
  },
  max_memory: {
    title: 'MAXMEM',
    show: job => (job.usage === null ? '' : formatMemory(job.usage.maxMemory)),
    key: job => job.usage?.maxMemory ?? -1,
    align: 'right',
  },
  cpus_now: {
    title: 'CPUS-NOW',
    show: job => job.live?.cpus?.toFixed(2) ?? '',
    key: job => job.live?.cpus ?? -1,
    align: 'right',
  },
  memory_now: {
    title: 'MEM-NOW',
    show: job => (job.live?.memory == null ? '' : formatMemory(job.live.memory)),
    key: job => job.live?.memory ?? -1,
    align: 'right',
  },
  submitted: {
    title: 'SUBMITTED',
    show: job => time(job.submitted),
    key: job => job.submitted ?? Number.POSITIVE_INFINITY,
  },
  started: {
    title: 'STARTED',
    show: job => time(job.started),
    key: job => job.started ?? Number.POSITIVE_INFINITY,
  },
  task: {
    title: 'TASK',
    show: job => String(job.task ?? ''),
    key: job => job.task ?? -1,
    align: 'right',
  },
  tasks: {
    title: 'TASKS',
    show: job => (job.array === undefined ? '' : tasksText(job.array)),
    key: job => (job.array === undefined ? 0 : setsOf(job.array).range.count),
    shrink: true,
  },
  nice: {title: 'NICE', show: job => String(job.nice), key: job => job.nice, align: 'right'},
  priority: {title: 'PRIO', show: job => String(job.priority), key: job => job.priority, align: 'right'},
  begin: {
    title: 'BEGIN',
    show: job => time(job.begin),
    key: job => job.begin ?? Number.NEGATIVE_INFINITY,
  },
  root: {
    title: 'ROOT',
    show: job => (job.record?.root === true ? 'yes' : ''),
    key: job => (job.record?.root === true ? 1 : 0),
  },
  ended: {title: 'ENDED', show: job => time(job.ended), key: job => job.ended ?? Number.POSITIVE_INFINITY},
}

export const fieldText = (name: FieldName, job: JobView, now: number): string => FIELDS[name].show(job, now)

export const USUAL_FIELDS: readonly FieldName[] = FIELD_NAMES.slice(0, FIELD_NAMES.indexOf('where') + 1)

/** In the order that pipes have known; what is new comes last. */
export const LONG_FIELDS: readonly FieldName[] = [
  ...USUAL_FIELDS.filter(name => name !== 'where'),
  'node',
  'attempt',
  'exit',
  'cpu_seconds',
  'max_memory',
  'submitted',
  'started',
  'ended',
  'image',
  'reason',
  'cpus_now',
  'memory_now',
]

/** In the usual table on a narrow terminal these go first. */
const YIELDS: Partial<Record<FieldName, number>> = {gpus: 1, queue: 2, user: 3, cpus: 4, memory: 5}

const isField = (word: string): word is FieldName => (FIELD_NAMES as readonly string[]).includes(word)

export const parseField = (word: string): FieldName => {
  if (isField(word)) return word
  const near = nearest(word, FIELD_NAMES)
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}? ` : ''
  throw new GodError(
    'E_USAGE',
    `there is no column '${word}'`,
    `${hint}Columns: ${FIELD_NAMES.join(', ')}, wide.`,
  )
}

/** `-o name,state`, `-o wide`. */
export const parseFields = (text: string): readonly FieldName[] =>
  text === 'wide' ? LONG_FIELDS : text.split(',').map(word => parseField(word.trim()))

export const columnsOf = (
  names: readonly FieldName[],
  now: number,
  style: Style,
): readonly Column<JobView>[] =>
  names.map(name => {
    const field: Field = FIELDS[name]
    return {
      title: field.title,
      value: job => (name === 'id' ? idText(job) : field.show(job, now)),
      align: field.align ?? 'left',
      shrink: field.shrink ?? false,
      // Columns that were asked for stay.
      ...(names === USUAL_FIELDS && YIELDS[name] !== undefined ? {yields: YIELDS[name]} : {}),
      ...(name === 'state' ? {paint: (job: JobView, text: string) => style.state(job.state, text)} : {}),
    }
  })

/** `-S field`, `-S -field` for descending; ties by id. */
export const sortJobs = (jobs: readonly JobView[], order: string, now: number): readonly JobView[] => {
  const down = order.startsWith('-')
  const field: Field = FIELDS[parseField(down ? order.slice(1) : order)]
  const compare = (a: JobView, b: JobView): number => {
    const x = field.key(a, now)
    const y = field.key(b, now)
    return x < y ? -1 : x > y ? 1 : 0
  }
  return [...jobs].sort((a, b) => (down ? -compare(a, b) : compare(a, b)) || inOrder(partKey(a), partKey(b)))
}
