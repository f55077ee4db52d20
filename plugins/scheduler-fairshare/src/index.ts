/**
 * Policy "fair share": who used less of what is due to him goes first; see `ranking.ts`.
 *
 * Pure, no clock. Asked without a world it takes all users for equal, all queues and projects too, and sees no size.
 */
import {defineProvider, type PolicyWorld, type Scheduler} from '@god-cli/api'
import {type Options, readOptions} from './options.js'
import {rankAt} from './ranking.js'

const equals = (now: number): PolicyWorld => ({
  now,
  capacity: {cpus: 0, memory: 0, gpus: 0},
  standing: () => ({ratio: 0, factor: 1}),
  queueFactor: () => 0,
  projectFactor: () => 0,
})

const fairshare = (options: Options): Scheduler => ({
  order: (pending, now) => [...pending].sort(rankAt(equals(now), options).compare).map(({id}) => id),
  rank: world => rankAt(world, options),
})

export default defineProvider('scheduler', host => fairshare(readOptions(host.options)))
