/**
 * Which gpus of a node a start gets: the lowest that nobody has, so that two jobs never share one by accident. Pure but for
 * what it gave out itself.
 *
 * An index belongs to whoever has it on record until that is over. Where somebody has gpus and nobody knows which, none
 * is given: it might be any.
 */
import type {NodeReport} from '@god-cli/api'

/** What has, or had, a place on a node. */
export interface GpuHolder {
  readonly node: string
  readonly gpus: number
  /** Left out: it is not known which. */
  readonly devices?: readonly number[]
}

export interface GpuDesk {
  /** Null: there are not so many that are surely free. */
  take(node: string, count: number): readonly number[] | null
}

interface Shelf {
  readonly count: number
  readonly taken: Set<number>
  unknown: boolean
}

export const createGpuDesk = (nodes: readonly NodeReport[], holders: Iterable<GpuHolder>): GpuDesk => {
  const shelves = new Map(
    nodes.map(({name, capacity}): [string, Shelf] => [
      name,
      {count: capacity.gpus, taken: new Set(), unknown: false},
    ]),
  )
  for (const {node, gpus, devices} of holders) {
    const shelf = shelves.get(node)
    if (shelf === undefined || gpus === 0) continue
    for (const device of devices ?? []) shelf.taken.add(device)
    if ((devices?.length ?? 0) < gpus) shelf.unknown = true
  }
  return {
    take: (node, count) => {
      if (count === 0) return []
      const shelf = shelves.get(node)
      if (shelf === undefined || shelf.unknown) return null
      const free: number[] = []
      for (let device = 0; device < shelf.count && free.length < count; device++)
        if (!shelf.taken.has(device)) free.push(device)
      if (free.length < count) return null
      for (const device of free) shelf.taken.add(device)
      return free
    },
  }
}
