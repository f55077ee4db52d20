/** What keeps a whole group from starting, whatever room there is (scheduling.md 7). Pure; asked of each shape once. */
import type {NodeReport, Reason} from '@god-cli/api'
import type {Group} from './groups.js'
import {neverReason} from './never.js'
import {labelsOf, type Shape} from './shape.js'
import {add, BASIC, fits, type Space, type Vector, vectorOfNode} from './vector.js'

const NO_NODE: Reason = {
  code: 'no-node',
  text: 'no node takes work: none is known or its engine does not answer',
}

/** A node that an operator lets nothing new start on. */
export type Withheld = NodeReport & {readonly lost?: true}

const areSo = (nodes: readonly Withheld[], how: string): readonly string[] =>
  nodes.length === 0
    ? []
    : [`${nodes.map(({name}) => name).join(', ')} ${nodes.length === 1 ? 'is' : 'are'} ${how}`]

const told = (drained: readonly Withheld[]): string =>
  [
    ...areSo(
      drained.filter(({lost}) => lost === undefined),
      'drained',
    ),
    ...areSo(
      drained.filter(({lost}) => lost === true),
      'lost',
    ),
  ].join(', ')

/** It waits until one of them takes work again. */
const onlyDrained = ({where: {labels = {}}}: Shape, drained: readonly Withheld[]): Reason => ({
  code: 'no-node',
  text: `no node that it fits on takes work now: ${told(drained)}`.slice(0, MOST_TEXT),
  numbers: {constraint: labelsOf({labels}).join(',').slice(0, 256), matching: 0, drained: drained.length},
})

/** As much as a reason may say. */
const MOST_TEXT = 1000

const noneAllowed = ({where: {labels = {}, nodes = []}}: Shape, all: number): Reason => {
  const wanted = labelsOf({labels})
  const what = [
    ...(wanted.length > 0 ? [`has ${wanted.join(' and ')}`] : []),
    ...(nodes.length > 0 ? [`is one of ${nodes.join(', ')}`] : []),
  ].join(' and ')
  return {
    code: 'no-node',
    text: `${all === 1 ? 'no node that takes work' : `none of the ${all} nodes that take work`} ${what}`.slice(
      0,
      MOST_TEXT,
    ),
    numbers: {constraint: wanted.join(',').slice(0, 256), matching: 0, nodes: all, drained: 0},
  }
}

const barOfShape = (
  shape: Shape,
  nodes: readonly NodeReport[],
  drained: readonly Withheld[],
  space: Space,
): Reason | null => {
  const {resources, allows} = shape
  const allowed = nodes.filter(allows)
  const never = neverReason(resources, allowed, space)
  if (allowed.length > 0 && never === null) return null
  const later = drained.filter(node => allows(node) && neverReason(resources, [node], space) === null)
  if (later.length > 0) return onlyDrained(shape, later)
  return never ?? (nodes.length === 0 ? NO_NODE : noneAllowed(shape, nodes.length))
}

/** What one job could have on it. */
const allOf = (node: NodeReport, space: Space): Vector => {
  const all = [...vectorOfNode(node.capacity, space)]
  add(all, space.shared)
  return all
}

/** `closed`: why nothing starts at all. */
export const barOf = (
  nodes: readonly NodeReport[],
  closed: Reason | null,
  drained: readonly Withheld[] = [],
  space: Space = BASIC,
): ((group: Pick<Group, 'shape'>) => Reason | null) => {
  const [large] = [...nodes].sort((a, b) => b.capacity.cpus - a.capacity.cpus)
  const largest = large === undefined ? [] : allOf(large, space)
  const known = new Map<Shape, Reason | null>()
  return ({shape}) => {
    if (closed !== null) return closed
    const {need, stranger, allows} = shape
    if (large !== undefined && stranger === null && fits(need, largest) && allows(large)) return null
    const before = known.get(shape)
    if (before !== undefined) return before
    const reason = barOfShape(shape, nodes, drained, space)
    known.set(shape, reason)
    return reason
  }
}
