/**
 * All nodes of a pass: where a shape has room now, and from when it could have some. What was refused once is refused for
 * the rest of the pass, for in it room only shrinks (scheduling.md 6). Pure but for its own state.
 */
import type {Reservation} from '../plan.js'
import {placeLater, placeNow} from './placement.js'
import {
  type Closure,
  closureOf,
  earliestGap,
  type Gap,
  keeperOf,
  type Mark,
  occupy,
  openRoom,
  type Room,
  type RoomState,
  reserve,
} from './room.js'
import type {Rules} from './rules.js'
import type {Shape} from './shape.js'
import {fits, greatest, type Vector} from './vector.js'

/** For whom room is kept on a node: another job, or those for whom an operator reserved it. */
export type Keeper =
  | {readonly node: string; readonly mark: Mark}
  | {readonly node: string; readonly closure: Closure}

export interface Seats {
  /** By name. */
  readonly rooms: readonly Room[]
  readonly now: number
  /** Starts it and says on which node. Null: it fits nowhere now. `who`: whose job it is. */
  take(shape: Shape, who?: string): string | null
  /** False: there is not so much of one thing on any node now. */
  mayFit(shape: Shape): boolean
  /** Where it has room first. Null: not within the horizon. */
  reserve(id: number, shape: Shape, who?: string): Reservation | null
  /** The reservation, other than its own if it has one, for which room is kept that it would fit into. */
  keeper(shape: Shape, who?: string, own?: Reservation): Keeper | null
  /** Some node is reserved for him: what holds for others of a shape need not hold for him. */
  isFavoured(who: string): boolean
  /** Time goes on, and nothing ends. */
  moveTo(now: number): void
}

export const createSeats = (
  states: readonly RoomState[],
  start: number,
  {placement, horizon}: Pick<Rules, 'placement' | 'horizon'>,
): Seats => {
  const rooms = states.map(openRoom)
  const refused = new Set<Shape>()
  const favoured = new Set(rooms.flatMap(({closures}) => closures.flatMap(({users}) => users)))
  let now = start
  let most: Vector | null = null

  const hasRoomSomewhere = ({need}: Shape): boolean => {
    most ??= greatest(rooms.map(({free}) => free))
    return fits(need, most)
  }

  const roomFor = (shape: Shape, who: string): Room | null => {
    if (refused.has(shape) && !favoured.has(who)) return null
    const room = hasRoomSomewhere(shape) ? placeNow(rooms, shape, now, placement, who) : null
    if (room === null && !favoured.has(who)) refused.add(shape)
    return room
  }

  const gapFor = ({need, limit}: Shape, room: Room, who: string): Gap | null => {
    if (!fits(need, room.capacity)) return null
    const gap = earliestGap(room, need, limit, now, who)
    return gap === null || gap.at > now + horizon ? null : gap
  }

  const keeperIn = (
    room: Room,
    {need, limit}: Shape,
    who: string,
    own: Reservation | undefined,
  ): Keeper | null => {
    if (room.marks.length + room.closures.length === 0) return null
    const closure = fits(need, room.free) ? closureOf(room, who, now + limit) : null
    if (closure !== null) return {node: room.name, closure}
    const mark = keeperOf(room, need, now + limit, own?.id)
    return mark === null ? null : {node: room.name, mark}
  }

  return {
    rooms,
    get now() {
      return now
    },
    take: (shape, who = '') => {
      const room = roomFor(shape, who)
      if (room === null) return null
      occupy(room, shape.need, now + shape.limit)
      most = null
      return room.name
    },
    mayFit: hasRoomSomewhere,
    reserve: (id, shape, who = '') => {
      const found = placeLater(rooms, shape, room => gapFor(shape, room, who))
      if (found === null) return null
      reserve(found.room, id, shape.need, shape.limit, found.gap)
      return {id, node: found.room.name, at: found.gap.at}
    },
    keeper: (shape, who = '', own = undefined) => {
      for (const room of own === undefined ? rooms : rooms.filter(({name}) => name === own.node)) {
        const keeper = shape.allows(room) ? keeperIn(room, shape, who, own) : null
        if (keeper !== null) return keeper
      }
      return null
    },
    isFavoured: who => favoured.has(who),
    moveTo: later => {
      now = later
    },
  }
}
