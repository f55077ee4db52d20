/**
 * All nodes of a pass: where a shape has room now, and from when it could have some. What was refused once is refused for
 * the rest of the pass, for in it room only shrinks (scheduling.md 6). Pure but for its own state.
 */
import type {Reservation} from '../plan.js'
import {placeLater, placeNow} from './placement.js'
import {
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

export interface Keeper {
  readonly node: string
  readonly mark: Mark
}

export interface Seats {
  /** By name. */
  readonly rooms: readonly Room[]
  readonly now: number
  /** Starts it and says on which node. Null: it fits nowhere now. */
  take(shape: Shape): string | null
  /** False: there is not so much of one thing on any node now. */
  mayFit(shape: Shape): boolean
  /** Where it has room first. Null: not within the horizon. */
  reserve(id: number, shape: Shape): Reservation | null
  /** The reservation, other than its own if it has one, for which room is kept that it would fit into. */
  keeper(shape: Shape, own?: Reservation): Keeper | null
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
  let now = start
  let most: Vector | null = null

  const hasRoomSomewhere = ({need}: Shape): boolean => {
    most ??= greatest(rooms.map(({free}) => free))
    return fits(need, most)
  }

  const roomFor = (shape: Shape): Room | null => {
    if (refused.has(shape)) return null
    const room = hasRoomSomewhere(shape) ? placeNow(rooms, shape, now, placement) : null
    if (room === null) refused.add(shape)
    return room
  }

  const gapFor = ({need, limit}: Shape, room: Room): Gap | null => {
    if (!fits(need, room.capacity)) return null
    const gap = earliestGap(room, need, limit, now)
    return gap === null || gap.at > now + horizon ? null : gap
  }

  return {
    rooms,
    get now() {
      return now
    },
    take: shape => {
      const room = roomFor(shape)
      if (room === null) return null
      occupy(room, shape.need, now + shape.limit)
      most = null
      return room.name
    },
    mayFit: hasRoomSomewhere,
    reserve: (id, shape) => {
      const found = placeLater(rooms, shape, room => gapFor(shape, room))
      if (found === null) return null
      reserve(found.room, id, shape.need, shape.limit, found.gap)
      return {id, node: found.room.name, at: found.gap.at}
    },
    keeper: ({need, limit, allows}, own) => {
      for (const room of rooms) {
        if (room.marks.length === 0 || (own !== undefined && room.name !== own.node)) continue
        const mark = allows(room) ? keeperOf(room, need, now + limit, own?.id) : null
        if (mark !== null) return {node: room.name, mark}
      }
      return null
    },
    moveTo: later => {
      now = later
    },
  }
}
