/** What may wake a loop before its time: bells, locks, and what the executor tells of containers. All of it hints. */
import {jobId, MAX_ID} from '../core/brand.js'
import {type PartKey, partKey} from '../core/part-key.js'
import type {Layout} from '../store/layout.js'
import type {Service} from './service.js'

export type Listen = (wake: (part?: PartKey) => void) => () => Promise<void>

const isWithin = (n: number, least: number): boolean => Number.isInteger(n) && n >= least && n <= MAX_ID

/** Undefined: it is no job of ours, by the executor's own words. */
const partOf = (job: number | undefined, task: number | undefined): PartKey | undefined =>
  job === undefined || !isWithin(job, 1) || (task !== undefined && !isWithin(task, 0))
    ? undefined
    : partKey({id: jobId(job), task})

export const listenTo =
  ({bells, locks}: Layout, executor: Service['executor'], log: Service['log']): Listen =>
  wake => {
    // Here alone: a single pass watches nothing, and pays for no watching.
    const hints = import('./hints.js').then(({watchFolders}) =>
      watchFolders(
        [bells, locks],
        () => wake(),
        text => log('warning', text),
      ),
    )
    const stop = executor.watch((job, task) => wake(partOf(job, task)))
    return async () => {
      stop()
      await (await hints).close()
    }
  }
