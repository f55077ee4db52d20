/** What is to be done next for a job, or a task: decided by `reconcile.ts`, carried out by whoever watches it. Pure. */
import type {ContainerView} from '@god-cli/api'
import type {Instant} from './brand.js'
import type {Change} from './outcome.js'

export type Step =
  | {readonly do: 'none' /** When to look again though nothing rings. */; readonly until: Instant | null}
  | {readonly do: 'create'}
  | {readonly do: 'start'; readonly id: string}
  | {readonly do: 'pause'; readonly id: string}
  | {readonly do: 'unpause'; readonly id: string}
  /** Signal, then publish (null: nothing to publish). */
  | {readonly do: 'signal'; readonly id: string; readonly signal: string; readonly change: Change | null}
  | {readonly do: 'publish'; readonly change: Change}
  /** Read the counters, then publish the end. Container null: somebody removed it; what it left is tidied up after. */
  | {readonly do: 'collect'; readonly container: ContainerView | null; readonly change: Change}
  | {readonly do: 'remove'; readonly container: ContainerView}
  /** Take the fence as a file, so that this attempt can never start; then look again. */
  | {readonly do: 'void'}
