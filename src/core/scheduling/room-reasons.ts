/** Reasons of those for whom there is no room now (scheduling.md 7): what is short where, or for whom room is kept. Pure. */

import type {Reason} from '@god-cli/api'
import {LAST_INSTANT} from '../begin-time.js'
import type {Reservation} from '../plan.js'
import {showAmount} from './never.js'
import {type Closure, closureOf, type Room} from './room.js'
import type {Keeper, Seats} from './seats.js'
import type {Shape} from './shape.js'
import {add, fits, type Kind, type Space, type Vector} from './vector.js'

interface Shortage {
  readonly kind: Kind
  /** The nodes share it. */
  readonly shared: boolean
  readonly missing: number
  /** Of what is asked for. */
  readonly part: number
}

/** What the node lacks most, as a part of what is asked for. */
const shortage = (need: Vector, free: Vector, {kinds, ofNode}: Space): Shortage =>
  kinds
    .map((kind, i) => {
      const asked = need[i] ?? 0
      const missing = asked - Math.max(0, free[i] ?? 0)
      return {kind, shared: i >= ofNode, missing, part: missing / Math.max(1, asked)}
    })
    .reduce((a, b) => (b.part > a.part ? b : a))

/** UTC, to the minute: a reason is read long after it was written, and it is an estimate. */
export const minuteOf = (at: number): string =>
  `${new Date(Math.min(at, LAST_INSTANT)).toISOString().slice(0, 16)}Z`

const plannedFor = (reservation: Reservation | null): string =>
  reservation === null ? '' : `, planned for ${minuteOf(reservation.at)}`

const withSite = ({free}: Room, site: Room): Vector => {
  const all = [...free]
  add(all, site.free)
  return all
}

/** `who` waits: on the node that is reserved for it, else the one that lacks the least of those that could ever run it. */
export const resourcesReason = (
  {need, here, limit, allows}: Shape,
  {rooms, site, now}: Pick<Seats, 'rooms' | 'site' | 'now'>,
  space: Space,
  reservation: Reservation | null,
  who: string,
): Reason => {
  const {room, lack} = rooms
    .filter(each => allows(each) && fits(here, each.capacity))
    .filter(({name}) => reservation === null || name === reservation.node)
    .map(each => ({room: each, lack: shortage(need, withSite(each, site), space)}))
    .reduce((a, b) => (b.lack.part < a.lack.part ? b : a))
  const closure = closureOf(room, who, now + limit)
  if (lack.missing <= 0 && closure !== null) return closedReason(room.name, closure)
  const ofSite = lack.missing > 0 && lack.shared
  const where = ofSite ? 'of the whole site' : `on ${room.name}`
  const lacks = {resource: lack.kind, short: Math.max(0, lack.missing)}
  const numbers = ofSite ? lacks : {...lacks, node: room.name}
  return {
    code: 'resources',
    text: `next to start; waits for ${lack.missing > 0 ? `${showAmount(lack.kind, lack.missing)} more` : 'its turn'} ${where}${plannedFor(reservation)}`,
    numbers: reservation === null ? numbers : {...numbers, at: reservation.at},
  }
}

/** It would fit now, and would still be there when another one is to start. */
export const reservedReason = (keeper: Keeper, {kinds}: Space): Reason => {
  if ('closure' in keeper) return closedReason(keeper.node, keeper.closure)
  if ('shared' in keeper) return sharedReason(keeper, kinds)
  const {node, mark} = keeper
  return {
    code: 'reserved',
    text: `room on ${node} is kept for job ${mark.id}, planned for ${minuteOf(mark.at)}`,
    numbers: {node, for: mark.id, until: mark.at},
  }
}

const sharedReason = ({shared, mark}: Extract<Keeper, {shared: Vector}>, kinds: readonly Kind[]): Reason => {
  const at = shared.findIndex((amount, i) => amount > 0 && amount > (mark.free[i] ?? 0))
  const resource = kinds[at] ?? ''
  return {
    code: 'reserved',
    text: `${showAmount(resource, shared[at] ?? 0)} of the whole site would be missing to job ${mark.id}, planned for ${minuteOf(mark.at)}`,
    numbers: {resource, for: mark.id, until: mark.at},
  }
}

/** Whose job would end before it begins need not wait for it. */
const closedReason = (node: string, {from, to, users, whom}: Closure): Reason => ({
  code: 'reserved',
  text: `${node} is reserved for ${whom ?? (users.join(', ') || 'nobody')} from ${minuteOf(from)} to ${minuteOf(to)}`,
  numbers: {node, from, to, users: users.join(',').slice(0, 256)},
})
