/**
 * The one table of states: which state a job may go to from where (state.md 6).
 *
 * A revision that the table does not allow is never written, and is quarantined when found.
 * States before the end follow the life of an attempt; a final state never changes, except that an
 * explicit requeue opens the next attempt and packing seals the record. An attempt that was stopped for a requeue has
 * no end of its own: the next one follows it at once (docs/decisions/0029).
 */

export const STATES = [
  'pending',
  'held',
  'starting',
  'running',
  'suspended',
  'stopping',
  'done',
  'failed',
  'killed',
  'timeout',
  'oom',
  'lost',
  'refused',
] as const

export type State = (typeof STATES)[number]

export const FINAL_STATES = ['done', 'failed', 'killed', 'timeout', 'oom', 'lost'] as const
export type FinalState = (typeof FINAL_STATES)[number]

/** States in which a node's resources are taken. */
export const ALLOCATED_STATES = ['starting', 'running', 'suspended', 'stopping'] as const

export type Desired = 'run' | 'suspended' | 'killed'

/** Where the next attempt waits. */
const AGAIN = ['pending', 'held'] as const

const NEXT: Readonly<Record<State, readonly State[]>> = {
  pending: ['held', 'starting', 'killed', 'refused'],
  held: ['pending', 'killed'],
  starting: ['running', ...AGAIN, ...FINAL_STATES],
  running: ['suspended', 'stopping', ...AGAIN, ...FINAL_STATES],
  suspended: ['running', 'stopping', ...AGAIN, ...FINAL_STATES],
  stopping: [...AGAIN, ...FINAL_STATES],
  done: AGAIN,
  failed: AGAIN,
  killed: AGAIN,
  timeout: AGAIN,
  oom: AGAIN,
  lost: AGAIN,
  refused: [],
}

/** An array is running as soon as a task of it is, and pending before; it is over when nothing of it is left. */
const NEXT_OF_ARRAY: Readonly<Record<State, readonly State[]>> = {
  ...NEXT,
  pending: ['held', 'running', 'killed', 'refused'],
  held: ['pending', 'running', 'killed'],
  running: FINAL_STATES,
}

export const isWaiting = (state: State): boolean => (AGAIN as readonly State[]).includes(state)

export const isFinal = (state: State): state is FinalState =>
  (FINAL_STATES as readonly State[]).includes(state)

export const isAllocated = (state: State): boolean => (ALLOCATED_STATES as readonly State[]).includes(state)

/** Over for the user: nothing more will happen by itself. */
export const isOver = (state: State): boolean => isFinal(state) || state === 'refused'

/** What the table looks at in a revision. */
export interface Stage {
  readonly id: number
  readonly rev: number
  readonly state: State
  readonly attempt: number
  readonly sealed: boolean
  /** There: it is an array, with a life of its own. */
  readonly array?: object
}

/** Null = allowed; else why not. */
export const transitionFault = (from: Stage, to: Stage): string | null => {
  if (to.id !== from.id || to.rev !== from.rev + 1) {
    return `revision ${to.rev} of job ${to.id} cannot follow revision ${from.rev} of job ${from.id}`
  }
  if (from.sealed) return `job ${from.id} is sealed: nothing may follow`
  const same = to.state === from.state
  if (to.sealed && !(same && isFinal(to.state))) return `only a final state can be sealed, not ${to.state}`
  if (same) return sameStateFault(from, to)
  const next = from.array === undefined ? NEXT : NEXT_OF_ARRAY
  if (!next[from.state].includes(to.state)) return `${to.state} cannot follow ${from.state}`
  return attemptFault(from, to)
}

const sameStateFault = (from: Stage, to: Stage): string | null => {
  if (isOver(from.state) && !to.sealed) return `${from.state} is final: nothing may follow but a new attempt`
  return from.attempt === to.attempt ? null : 'the attempt cannot change within a state'
}

/** A new attempt begins only when a start is given back or a job is requeued. */
const attemptFault = (from: Stage, to: Stage): string | null => {
  const opens = isWaiting(to.state) && !isWaiting(from.state)
  const expected = opens ? from.attempt + 1 : from.attempt
  return to.attempt === expected ? null : `attempt ${to.attempt} cannot follow attempt ${from.attempt}`
}

/** Clients of the original know only these. */
export const originalStatus = (state: State): 'pending' | 'running' | 'over' => {
  if (state === 'pending' || state === 'held') return 'pending'
  return isOver(state) ? 'over' : 'running'
}
