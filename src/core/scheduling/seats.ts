/**
 * All nodes of a pass: where a shape has room now, and from when it could have some. What was refused once is refused for
 * the rest of the pass, for in it room only shrinks (scheduling.md 6). Pure but for its own state.
 */
import type {Reservation} from '../plan.js'
import {type Found, placeLater, placeNow} from './placement.js'
import {
  type Closure,
  closureOf,
  earliestGap,
  fitsUntil,
  freeAt,
  type Gap,
  keeperOf,
  type Mark,
  occupy,
  openRoom,
  type Room,
  type RoomState,
  reserve,
  shortTimes,
} from './room.js'
import type {Rules} from './rules.js'
import type {Shape} from './shape.js'
import {add, fits, greatest, type Vector} from './vector.js'

/** For whom room is kept on a node, or some of what the nodes share: another job, or those for whom an operator reserved it. */
export type Keeper =
  | {readonly node: string; readonly mark: Mark}
  | {readonly shared: Vector; readonly mark: Mark}
  | {readonly node: string; readonly closure: Closure}

export interface Seats {
  /** By name. */
  readonly rooms: readonly Room[]
  /** What the nodes share, as one more room. */
  readonly site: Room
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
  /**
   * Time goes on, and nothing ends. False: all would have to be decided anew, for another node may be the best for whom room
   * is reserved, or time alone gives room to who was refused some.
   */
  moveTo(now: number): boolean
}

export const createSeats = (
  {rooms: states, site: shared}: {readonly rooms: readonly RoomState[]; readonly site: RoomState},
  start: number,
  {placement, horizon}: Pick<Rules, 'placement' | 'horizon'>,
): Seats => {
  const rooms = states.map(openRoom)
  const site = openRoom(shared)
  const refused = new Set<Shape>()
  const favoured = new Set(rooms.flatMap(({closures}) => closures.flatMap(({users}) => users)))
  let now = start
  let most: Vector | null = null
  /** With those for whom it may become the better one, as soon as they are to start. */
  const rivals = new Map<Room, number>()
  let isUpset = false
  /** From when on who was refused room could have some, though nothing ends. */
  let opens = Math.min(...rooms.flatMap(({closures}) => closures.map(({to}) => to)))

  const mostFree = (): Vector => {
    const free = greatest(
      site.free.length,
      rooms.map(room => room.free),
    )
    add(free, site.free)
    return free
  }

  const hasRoomSomewhere = ({need}: Shape): boolean => {
    most ??= mostFree()
    return fits(need, most)
  }

  const siteHas = ({shared, limit}: Shape): boolean =>
    shared === null || fitsUntil(site, shared, now + limit, '')

  const roomFor = (shape: Shape, who: string): Room | null => {
    if (refused.has(shape) && !favoured.has(who)) return null
    const room =
      hasRoomSomewhere(shape) && siteHas(shape) ? placeNow(rooms, shape, now, placement, who) : null
    if (room === null && !favoured.has(who)) refused.add(shape)
    return room
  }

  /** `short`: when the site lacks what it shares. */
  const gapFor = ({here, limit}: Shape, room: Room, who: string, short: readonly Closure[]): Gap | null => {
    if (!fits(here, room.capacity)) return null
    const open = short.length === 0 ? room : {...room, closures: [...room.closures, ...short]}
    return earliestGap(open, here, limit, now, who)
  }

  /** Its part of the node and of what the nodes share. */
  const keep = ({room, gap, rivals: others}: Found, id: number, {here, shared, limit}: Shape): void => {
    const {at} = gap
    for (const rival of others) rivals.set(rival, Math.min(at, rivals.get(rival) ?? at))
    reserve(room, id, here, limit, gap)
    if (shared !== null) reserve(site, id, shared, limit, {at, free: freeAt(site, at)})
  }

  const keeperIn = (
    room: Room,
    {here, shared, limit}: Shape,
    who: string,
    own: Reservation | undefined,
  ): Keeper | null => {
    if (room.marks.length + room.closures.length + site.marks.length === 0) return null
    if (!fits(here, room.free) || (shared !== null && !fits(shared, site.free))) return null
    const closure = closureOf(room, who, now + limit)
    if (closure !== null) return {node: room.name, closure}
    const mark = keeperOf(room, here, now + limit, own?.id)
    if (mark !== null) return {node: room.name, mark}
    const other = shared === null ? null : keeperOf(site, shared, now + limit, own?.id)
    return other === null || shared === null ? null : {shared, mark: other}
  }

  return {
    rooms,
    site,
    get now() {
      return now
    },
    take: (shape, who = '') => {
      const room = roomFor(shape, who)
      if (room === null) return null
      const until = now + shape.limit
      occupy(room, shape.here, until)
      if (shape.shared !== null) occupy(site, shape.shared, until)
      isUpset ||= until > (rivals.get(room) ?? until)
      most = null
      return room.name
    },
    mayFit: hasRoomSomewhere,
    reserve: (id, shape, who = '') => {
      const {shared} = shape
      if (shared !== null && !fits(shared, site.capacity)) return null
      const short = shared === null ? [] : shortTimes(site, shared, now)
      const found = placeLater(rooms, shape, room => gapFor(shape, room, who, short))
      if (found === null) return null
      const {at} = found.gap
      if (at > now + horizon) {
        opens = Math.min(opens, at - horizon)
        return null
      }
      keep(found, id, shape)
      return {id, node: found.room.name, at}
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
      return !isUpset && now < opens
    },
  }
}
