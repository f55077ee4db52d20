/** Jobs as commands show them, for golden tables: each state that looks different. */

import type {JobView} from '../../src/cli/jobs/job-view.js'
import {viewOfRecord} from '../../src/cli/jobs/job-view.js'
import {jobId, uid} from '../../src/core/brand.js'
import {aRecord, aRunning, GIB, later, NOW} from '../core/builders.js'

export const LOOKED_AT = later(3_600_000)

export const RUNNING = aRunning({
  id: jobId(7),
  name: 'train',
  walltime: 7200,
  resources: {cpus: 2500, memory: 4 * GIB, gpus: 0},
})

export const WAITING = aRecord({id: jobId(8), name: '訓練-größe', labels: {run: '1'}})

export const DONE = aRunning({
  id: jobId(3),
  name: 'short',
  state: 'done',
  ended: later(61_500),
  exit: {code: 0, signal: null, oom: false},
  usage: {cpuSeconds: 59.25, maxMemory: 300 * 1024 ** 2, exact: true},
})

export const KILLED = aRunning({
  id: jobId(4),
  uid: uid(1001),
  user: 'bob',
  name: 'evil',
  state: 'killed',
  desired: 'killed',
  ended: later(5000),
  attempt: 2,
  exit: {code: 143, signal: 15, oom: false},
  reason: {code: 'killed', text: 'killed by request: \u001b[31mred\n'},
})

const REASONS = new Map([[WAITING.id, {code: 'resources', text: '1 node lacks cpus', numbers: {nodes: 1}}]])

export const viewOf = (record = RUNNING): JobView => viewOfRecord(record, REASONS)

export const SOME_JOBS: readonly JobView[] = [DONE, KILLED, RUNNING, WAITING].map(record => viewOf(record))

export {NOW}
