/** Which nodes are left for a job, one demand after the other (scheduling.md 7). Pure. */
import {showAmount} from './never.js'
import type {RoomState} from './room.js'
import type {Shape} from './shape.js'
import {fits, type Space, type Vector} from './vector.js'

export interface FunnelStep {
  readonly what: string
  readonly nodes: number
}

const only = (need: Vector, at: number): Vector => need.map((amount, i) => (i === at ? amount : 0))

interface Site {
  /** Nodes of the site, those that take no work among them. */
  readonly known: number
  readonly rooms: readonly RoomState[]
  /** What the nodes share. */
  readonly site: Pick<RoomState, 'capacity' | 'free'>
  readonly space: Space
}

/** What the nodes share each of them has, or none. */
export const funnelOf = (shape: Shape, {known, rooms, site, space}: Site): readonly FunnelStep[] => {
  const steps: FunnelStep[] = [{what: 'nodes', nodes: known}]
  let left = rooms
  steps.push({what: 'take work', nodes: left.length})
  left = left.filter(shape.allows)
  if (left.length < rooms.length) steps.push({what: 'allowed', nodes: left.length})
  space.kinds.forEach((kind, i) => {
    const asked = shape.need[i] ?? 0
    if (asked === 0) return
    const shared = i >= space.ofNode
    left = left.filter(({capacity}) => fits(only(shape.need, i), shared ? site.capacity : capacity))
    steps.push({what: `${shared ? 'share' : 'have'} ${showAmount(kind, asked)}`, nodes: left.length})
  })
  const free = left.filter(room => fits(shape.here, room.free))
  steps.push({what: 'have it free now', nodes: free.length})
  const {shared} = shape
  if (shared === null) return steps
  const what = space.kinds.flatMap((kind, i) =>
    (shared[i] ?? 0) > 0 ? [`${site.free[i] ?? 0} ${kind}`] : [],
  )
  return [
    ...steps,
    {what: `share enough, with ${what.join(' and ')} free`, nodes: fits(shared, site.free) ? free.length : 0},
  ]
}
