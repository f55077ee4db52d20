/** Which nodes are left for a job, one demand after the other (scheduling.md 7). Pure. */
import {showAmount} from './never.js'
import type {RoomState} from './room.js'
import type {Shape} from './shape.js'
import {fits, KINDS, type Vector} from './vector.js'

export interface FunnelStep {
  readonly what: string
  readonly nodes: number
}

const only = (need: Vector, at: number): Vector => need.map((amount, i) => (i === at ? amount : 0))

/** `known`: nodes of the site, those that take no work among them. */
export const funnelOf = (shape: Shape, rooms: readonly RoomState[], known: number): readonly FunnelStep[] => {
  const steps: FunnelStep[] = [{what: 'nodes', nodes: known}]
  let left = rooms
  steps.push({what: 'take work', nodes: left.length})
  left = left.filter(shape.allows)
  if (left.length < rooms.length) steps.push({what: 'allowed', nodes: left.length})
  KINDS.forEach((kind, i) => {
    const asked = shape.need[i] ?? 0
    if (asked === 0) return
    left = left.filter(({capacity}) => fits(only(shape.need, i), capacity))
    steps.push({what: `have ${showAmount(kind, asked)}`, nodes: left.length})
  })
  const free = left.filter(room => fits(shape.need, room.free))
  return [...steps, {what: 'have it free now', nodes: free.length}]
}
