/**
 * What a job needs of a node: amounts, time, labels. Very many jobs have few shapes, and what did not fit once in a pass
 * does not fit again in it. Pure.
 */
import type {PendingJob, Resources} from '@god-cli/api'
import {BASIC, type Space, strangerIn, type Vector, vectorOf, vectorOfNode, vectorOfSite} from './vector.js'

/** A node, as far as a job may choose one. */
export interface Choosable {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** Which nodes a job may run on. */
export interface Where {
  /** Labels that a node must have. Left out: any. */
  readonly labels?: Readonly<Record<string, string>>
  /** Names of nodes, and labels `KEY=VALUE` of which one is enough. Left out: all. */
  readonly nodes?: readonly string[]
}

export interface Shape {
  readonly resources: Resources
  readonly need: Vector
  /** What of it is asked of the node. */
  readonly here: Vector
  /** What of it is asked of the site as a whole. Null: nothing. */
  readonly shared: Vector | null
  /** What it asks for and nobody counts. Null: nothing. */
  readonly stranger: string | null
  /** Milliseconds for which it is planned. */
  readonly limit: number
  readonly where: Where
  allows(node: Choosable): boolean
}

export const labelsOf = ({labels}: Pick<Choosable, 'labels'>): readonly string[] =>
  Object.entries(labels).map(([key, value]) => `${key}=${value}`)

const isAmong = (words: readonly string[]): ((node: Choosable) => boolean) => {
  const among = new Set(words)
  const names = words.every(word => !word.includes('='))
  return node => among.has(node.name) || (!names && labelsOf(node).some(label => among.has(label)))
}

const allowing = ({labels, nodes}: Where): Shape['allows'] => {
  if (labels === undefined && nodes === undefined) return () => true
  const wanted = Object.entries(labels ?? {})
  const among = nodes === undefined ? null : isAmong(nodes)
  return node => (among === null || among(node)) && wanted.every(([key, value]) => node.labels[key] === value)
}

const ANYWHERE: Where = {}

/** Those on which it may run. */
export const nodesIn = <T extends Choosable>(where: Where | undefined, nodes: readonly T[]): readonly T[] =>
  where === undefined ? nodes : nodes.filter(allowing(where))

/** `assumed`: seconds for one without a walltime. */
export const shapeOf = (
  {
    resources,
    walltime,
    where = ANYWHERE,
  }: Pick<PendingJob, 'resources' | 'walltime'> & {readonly where?: Where},
  assumed: number,
  space: Space = BASIC,
): Shape => {
  const need = vectorOf(resources, space)
  const shared = vectorOfSite(resources, space)
  return {
    resources,
    need,
    here: shared === null ? need : vectorOfNode(resources, space),
    shared,
    stranger: strangerIn(resources, space),
    limit: (walltime ?? assumed) * 1000,
    where,
    allows: allowing(where),
  }
}

/** Equal for equal shapes. */
export const shapeKey = ({need, stranger, limit, where}: Shape): string =>
  `${need.join(' ')} ${limit}${stranger === null ? '' : ` ${stranger}`}${where.labels === undefined && where.nodes === undefined ? '' : JSON.stringify(where)}`
