/** The cases of R20: which fault of which call how often, the job that meets it, and the ends that are true then. */
import type {Wish} from '../../src/core/job.js'
import type {State} from '../../src/core/state.js'
import {isNight} from '../support/amount.js'
import {type Fault, faultsOf} from '../support/engine-faults.js'
import type {Call} from '../support/engine-proxy.js'

export interface Case {
  /** Name of its job, and tag of its image. */
  readonly name: string
  readonly call: Call
  readonly fault: Fault
  readonly times: number
}

const ALL = process.env.GOD_R20 === 'all' || isNight

/** A stream of events that stays open is asked for once. */
const timesOf = (fault: Fault, n: number): readonly number[] => {
  if (fault === 'events missed' || fault === 'events doubled') return [1]
  return ALL ? [1, 3] : [n % 4 < 2 ? 1 : 3]
}

/** By day every second fault of all calls together. */
const isOfToday = (n: number): boolean => ALL || n % 2 === 0

export const casesOf = (calls: readonly Call[]): readonly Case[] =>
  calls
    .flatMap(call => faultsOf(call).map(fault => ({call, fault})))
    .flatMap(({call, fault}, n) =>
      (isOfToday(n) ? timesOf(fault, n) : []).map(times => ({
        name: `${call}-${fault.toLowerCase().replaceAll(' ', '-')}-${times}`,
        call,
        fault,
        times,
      })),
    )

/** What the job of a case does, so that the call is made. */
export type Kind = 'plain' | 'killed' | 'paused'

export const kindOf = ({call}: Pick<Case, 'call'>): Kind => {
  if (call === 'kill') return 'killed'
  return call === 'pause' || call === 'unpause' ? 'paused' : 'plain'
}

const TEXTS: Readonly<Record<Kind, string>> = {
  plain: 'exit 3',
  killed: 'sleep 1000',
  paused: 'while [ ! -e go ]; do sleep 0.1; done; exit 4',
}

/** Each says first that it began, and in which attempt. */
export const wishOf = (name: string, kind: Kind, image: string): Wish => ({
  name,
  image,
  cpus: 100,
  memory: 16 * 1024 ** 2,
  command: {kind: 'argv', argv: ['sh', '-c', `echo $GOD_ATTEMPT >>begun; ${TEXTS[kind]}`]},
})

export interface End {
  readonly state: State
  readonly code: number | null
  readonly reason: string | null
}

type Allowed = Partial<End> & {readonly state: State}

const NATURAL: Readonly<Record<Kind, Allowed>> = {
  plain: {state: 'failed', code: 3},
  killed: {state: 'killed'},
  paused: {state: 'failed', code: 4},
}

/** Somebody removed it while it ran: nobody can know, unless its death was seen first. */
const REMOVED: readonly Allowed[] = [{state: 'lost'}, {state: 'failed', code: 137}]

const special = ({call, fault, times}: Case): readonly Allowed[] => {
  if (fault === 'foreign name') return [{state: 'failed', reason: 'name'}]
  if (fault === 'vanished' && (call === 'pause' || call === 'unpause')) return REMOVED
  if (fault === 'vanished' && call === 'inspect') return [NATURAL.plain, ...REMOVED]
  // The engine passes on what the registry said, also its errors.
  if (call === 'pull' && /^error 500|hang|late/.test(fault))
    return [NATURAL.plain, {state: 'failed', reason: 'image'}]
  // A HEAD has no words that could be doubted; only asking again can.
  if (call === 'archive' && fault === 'page 404' && times > 1) return [{state: 'failed', reason: 'image'}]
  return []
}

export const allowedEnds = (one: Case): readonly Allowed[] => {
  const other = special(one)
  return other.length > 0 ? other : [NATURAL[kindOf(one)]]
}

export const isAllowed = (end: End, allowed: readonly Allowed[]): boolean =>
  allowed.some(
    ({state, code, reason}) =>
      state === end.state &&
      (code === undefined || code === end.code) &&
      (reason === undefined || reason === end.reason),
  )
