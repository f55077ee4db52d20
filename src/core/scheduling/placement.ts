/**
 * On which of the nodes where it fits a job runs (scheduling.md 3). Pure; of equals the first by name, for rooms are in
 * that order.
 */
import {fitsUntil, type Gap, type Room} from './room.js'
import type {Placement} from './rules.js'
import type {Shape} from './shape.js'
import {hadInVain, type Vector} from './vector.js'

/** What would be left over, as parts of what the node has. */
const leftOver = ({capacity}: Pick<Room, 'capacity'>, free: Vector, need: Vector): number => {
  let sum = 0
  for (let i = 0; i < need.length; i++) {
    const all = capacity[i] ?? 0
    if (all > 0) sum += ((free[i] ?? 0) - (need[i] ?? 0)) / all
  }
  return sum
}

/**
 * Less is better. A node with gpus, or with anything else that is counted, is kept for those who ask for it, by either way:
 * to have one in vain costs more than all that can be left over.
 */
const cost = (room: Room, free: Vector, need: Vector, placement: Placement): number => {
  const over = leftOver(room, free, need)
  const waste = (need.length + 1) * hadInVain(need, room.capacity)
  return waste + (placement === 'pack' ? over : -over)
}

/** Null: it fits nowhere now. */
export const placeNow = (
  rooms: readonly Room[],
  {here, limit, allows}: Shape,
  now: number,
  placement: Placement,
  who: string,
): Room | null => {
  let best: Room | null = null
  let least = Number.POSITIVE_INFINITY
  for (const room of rooms) {
    if (!fitsUntil(room, here, now + limit, who) || !allows(room)) continue
    const price = cost(room, room.free, here, placement)
    if (price < least) {
      best = room
      least = price
    }
  }
  return best
}

export interface Found {
  readonly room: Room
  readonly gap: Gap
  /** Those that have it as early, but are filled less well: who starts on one of them may change that. */
  readonly rivals: readonly Room[]
}

/** The room with the earliest gap; of equals the one it fills best. */
export const placeLater = (
  rooms: readonly Room[],
  {allows, here}: Shape,
  gapIn: (room: Room) => Gap | null,
): Found | null => {
  let best: {readonly room: Room; readonly gap: Gap; readonly price: number} | null = null
  let tied: Room[] = []
  for (const room of rooms) {
    const gap = allows(room) ? gapIn(room) : null
    if (gap === null || (best !== null && gap.at > best.gap.at)) continue
    const isEarlier = best === null || gap.at < best.gap.at
    if (isEarlier) tied = []
    tied.push(room)
    const price = cost(room, gap.free, here, 'pack')
    if (isEarlier || best === null || price < best.price) best = {room, gap, price}
  }
  if (best === null) return null
  const {room, gap} = best
  return {room, gap, rivals: tied.filter(each => each !== room)}
}
