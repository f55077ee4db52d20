/** What keeps a whole group from starting, whatever room there is (scheduling.md 7). Pure; asked of each shape once. */
import type {NodeReport, Reason} from '@god-cli/api'
import type {Group} from './groups.js'
import {neverReason} from './never.js'
import type {Shape} from './shape.js'
import {fits, KINDS, vectorOf} from './vector.js'

const NO_NODE: Reason = {
  code: 'no-node',
  text: 'no node takes work: none is known or its engine does not answer',
}

const noneAllowed = ({where: {labels = {}, nodes = []}}: Shape, all: number): Reason => {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  const what = [
    ...(wanted.length > 0 ? [`has ${wanted.join(' and ')}`] : []),
    ...(nodes.length > 0 ? [`is one of ${nodes.join(', ')}`] : []),
  ].join(' and ')
  return {
    code: 'no-node',
    text: `none of the ${all} nodes that take work ${what}`,
    numbers: {constraint: wanted.join(','), matching: 0, nodes: all},
  }
}

const barOfShape = (shape: Shape, nodes: readonly NodeReport[]): Reason | null => {
  if (nodes.length === 0) return NO_NODE
  const allowed = nodes.filter(shape.allows)
  if (allowed.length === 0) return noneAllowed(shape, nodes.length)
  const [cpus = 0, memory = 0, gpus = 0] = shape.need
  return neverReason({cpus, memory, gpus}, allowed)
}

/** `closed`: why nothing starts at all. */
export const barOf = (
  nodes: readonly NodeReport[],
  closed: Reason | null,
): ((group: Pick<Group, 'shape'>) => Reason | null) => {
  const [large] = [...nodes].sort((a, b) => b.capacity.cpus - a.capacity.cpus)
  const largest = large === undefined ? KINDS.map(() => -1) : vectorOf(large.capacity)
  const known = new Map<Shape, Reason | null>()
  return ({shape}) => {
    if (closed !== null) return closed
    if (large !== undefined && fits(shape.need, largest) && shape.allows(large)) return null
    const before = known.get(shape)
    if (before !== undefined) return before
    const reason = barOfShape(shape, nodes)
    known.set(shape, reason)
    return reason
  }
}
