/**
 * What is replayed: jobs with the moment of their submission and the time that they will run, which no scheduler is told.
 * Pure; times in whole milliseconds, cpus in thousandths, memory in bytes, so that sums and comparisons are exact.
 */
import type {PendingJob} from '@god-cli/api'
import type {Counted} from '../counted.js'
import type {PartKey} from '../part-key.js'
import type {Where} from '../scheduling/shape.js'

/** A job as its trace tells of it, before any rule is asked. Seconds, as they are written; -1 = unknown. */
export interface TraceRow {
  /** Where it stands: the line, or the place in the list, from 1. */
  readonly at: number
  readonly job: PartKey
  readonly submit: number
  readonly run: number
  /** How long it asked to run. */
  readonly limit: number
  /** Processors. */
  readonly allocated: number
  readonly requested: number
  /** Bytes of the whole job that were asked for. */
  readonly memory: number
  readonly gpus: number
  /** Of what is counted besides. Left out: nothing. */
  readonly counted?: Counted
  readonly user: string
  readonly project: string
  readonly queue: string
  readonly nice: number
  /** Among the jobs of its own user. */
  readonly priority: number
}

/** Kept small: there are very many. Its id follows the order of submission, which the numbers of a trace need not do. */
export interface SimulatedJob
  extends Pick<PendingJob, 'id' | 'uid' | 'user' | 'project' | 'queue' | 'resources' | 'nice' | 'priority'> {
  /** Its number in its trace. */
  readonly job: PartKey
  readonly submit: number
  /** What a policy is told of its waiting. Left out: that it waits since `submit`. */
  readonly since?: Pick<PendingJob, 'submitted' | 'eligible'>
  /** Until its end, or until its limit ends it. */
  readonly run: number
  readonly limit: number
  /** Of an array: how many of it wait, all alike; each starts by itself. Left out: it is no array. */
  readonly tasks?: number
  /** Left out: any node. */
  readonly where?: Where
}

export interface Started {
  readonly job: SimulatedJob
  readonly node: string
  readonly start: number
}

/** Thousandths of a cpu to cpus, milliseconds to seconds. */
export const inUnits = (thousandths: number): number => thousandths / 1000

/** Longest time from the start of a trace, in seconds: more than 300 years. */
export const MOST_SECONDS = 1e10

/** Whole milliseconds; what takes any time at all takes one. */
export const milliseconds = (seconds: number): number => Math.max(1, Math.round(seconds * 1000))
