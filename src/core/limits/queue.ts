/**
 * Queues (partitions): what the operator says of each in `[queue.NAME]`, and what follows for the jobs in it. Pure.
 *
 * Everybody may use a queue that names no users and no groups: it is a part of the site, not a right. The queue `default`
 * is there whether it is configured or not.
 */
import {type Grantee, type GroupNumbers, isGranted} from '../rights/grants.js'
import type {Where} from '../scheduling/shape.js'
import {
  cpuAmount,
  fraction,
  memoryAmount,
  nodeWords,
  orNone,
  time,
  type Values,
  whole,
  words,
} from '../settings/setting-kinds.js'

export const DEFAULT_QUEUE = 'default'

const MOST_JOBS = 999_999_999
const MOST_GPUS = 999_999

export const QUEUE_TABLE = {
  nodes: nodeWords([], 'its nodes, by name or by a label KEY=VALUE that they have; none: all'),
  users: words([], 'who may use it, by name or uid; no user and no group: everybody'),
  groups: words([], 'groups whose members may use it'),
  priority: fraction(0, 'its rank for a policy that heeds queues, 1 is the highest'),
  defaults_time: time(null, 'walltime of a job in it that names none; else as of the site'),
  max_time: time(null, 'longest walltime of a job in it'),
  max_cpu: orNone(cpuAmount(1000, 'most cpus of a job in it'), null),
  max_ram: orNone(memoryAmount(1024 ** 3, 'most memory of a job in it'), null),
  running: orNone(whole(1, 0, MOST_JOBS, 'most jobs and tasks of it that run at once'), null),
  cpus: orNone(cpuAmount(1000, 'most cpus at once'), null),
  gpus: orNone(whole(1, 0, MOST_GPUS, 'most gpus at once'), null),
  user_running: orNone(whole(1, 0, MOST_JOBS, 'most jobs and tasks of one user that run at once'), null),
  user_cpus: orNone(cpuAmount(1000, 'most cpus of one user at once'), null),
  user_gpus: orNone(whole(1, 0, MOST_GPUS, 'most gpus of one user at once'), null),
} as const

/** Cpus in thousandths, memory in bytes, time in seconds; null: no limit. */
export interface Queue extends Values<typeof QUEUE_TABLE> {
  readonly name: string
}

export type Queues = ReadonlyMap<string, Queue>

export const queueNames = (queues: Queues): readonly string[] => [
  DEFAULT_QUEUE,
  ...[...queues.keys()].filter(name => name !== DEFAULT_QUEUE),
]

export const isQueue = (queues: Queues, name: string): boolean => name === DEFAULT_QUEUE || queues.has(name)

export const mayUse = (queue: Queue | undefined, who: Grantee, numbers: GroupNumbers): boolean =>
  queue === undefined || queue.users.length + queue.groups.length === 0 || isGranted(queue, who, numbers)

export const queuesFor = (queues: Queues, who: Grantee, numbers: GroupNumbers): readonly string[] =>
  queueNames(queues).filter(name => mayUse(queues.get(name), who, numbers))

/** Where a job may run, by its own word and by its queue's. Undefined: anywhere. */
export const whereIn = (
  queues: Queues,
  {queue, where}: {readonly queue: string; readonly where?: Where},
): Where | undefined => {
  const nodes = queues.get(queue)?.nodes ?? []
  return nodes.length === 0 ? where : {...where, nodes}
}
