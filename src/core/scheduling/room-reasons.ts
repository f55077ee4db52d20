/** Reasons of those for whom there is no room now (scheduling.md 7): what is short where, or for whom room is kept. Pure. */
import type {Reason} from '@god-cli/api'
import type {Reservation} from '../plan.js'
import {showAmount} from './never.js'
import {type Closure, closureOf, type Room} from './room.js'
import type {Keeper} from './seats.js'
import type {Shape} from './shape.js'
import {fits, KINDS, type Kind, type Vector} from './vector.js'

interface Shortage {
  readonly kind: Kind
  readonly missing: number
  /** Of what is asked for. */
  readonly part: number
}

/** What the node lacks most, as a part of what is asked for. */
const shortage = (need: Vector, free: Vector): Shortage =>
  KINDS.map((kind, i) => {
    const asked = need[i] ?? 0
    const missing = asked - Math.max(0, free[i] ?? 0)
    return {kind, missing, part: missing / Math.max(1, asked)}
  }).reduce((a, b) => (b.part > a.part ? b : a))

/** UTC, to the minute: a reason is read long after it was written, and it is an estimate. */
export const minuteOf = (at: number): string => `${new Date(at).toISOString().slice(0, 16)}Z`

const plannedFor = (reservation: Reservation | null): string =>
  reservation === null ? '' : `, planned for ${minuteOf(reservation.at)}`

/** `who` waits: on the node that is reserved for it, else the one that lacks the least of those that could ever run it. */
export const resourcesReason = (
  {need, limit, allows}: Shape,
  rooms: readonly Room[],
  reservation: Reservation | null,
  {who, now} = {who: '', now: 0},
): Reason => {
  const {room, lack} = rooms
    .filter(each => allows(each) && fits(need, each.capacity))
    .filter(({name}) => reservation === null || name === reservation.node)
    .map(each => ({room: each, lack: shortage(need, each.free)}))
    .reduce((a, b) => (b.lack.part < a.lack.part ? b : a))
  const closure = closureOf(room, who, now + limit)
  if (lack.missing <= 0 && closure !== null) return closedReason(room.name, closure)
  const numbers = {resource: lack.kind, short: Math.max(0, lack.missing), node: room.name}
  return {
    code: 'resources',
    text: `next to start; waits for ${lack.missing > 0 ? `${showAmount(lack.kind, lack.missing)} more` : 'its turn'} on ${room.name}${plannedFor(reservation)}`,
    numbers: reservation === null ? numbers : {...numbers, at: reservation.at},
  }
}

/** It would fit now, and would still be there when another one is to start. */
export const reservedReason = (keeper: Keeper): Reason => {
  if ('closure' in keeper) return closedReason(keeper.node, keeper.closure)
  const {node, mark} = keeper
  return {
    code: 'reserved',
    text: `room on ${node} is kept for job ${mark.id}, planned for ${minuteOf(mark.at)}`,
    numbers: {node, for: mark.id, until: mark.at},
  }
}

/** Whose job would end before it begins need not wait for it. */
const closedReason = (node: string, {from, to, users, whom}: Closure): Reason => ({
  code: 'reserved',
  text: `${node} is reserved for ${whom ?? (users.join(', ') || 'nobody')} from ${minuteOf(from)} to ${minuteOf(to)}`,
  numbers: {node, from, to, users: users.join(',').slice(0, 256)},
})
