/**
 * Which labels a job wants its node to have: `-C key=value,key2=value2`, all of them. Pure.
 *
 * What no node has is refused at once, with what there is; a node that has it and takes no work now may take some later.
 */
import type {NodeReport} from '@god-cli/api'
import * as v from 'valibot'
import {type Refusal, refusal} from '../errors.js'
import {text} from '../record-fields.js'
import {labelsOf, nodesIn, type Where} from '../scheduling/shape.js'
import {readLabels} from './label.js'

const MOST_LABELS = 16

export const constraintSchema = v.pipe(
  v.record(text(64), text(256)),
  v.check(labels => Object.keys(labels).length <= MOST_LABELS, `more than ${MOST_LABELS} labels`),
)
export type Constraint = Readonly<Record<string, string>>

export type ReadConstraint = {readonly labels: Record<string, string>} | {readonly refusal: Refusal}

export const readConstraint = (words: string): ReadConstraint => {
  const labels = readLabels(words)
  if (typeof labels !== 'string') return {labels}
  const what = `constraint: '${words}' cannot be read: ${labels}`
  return {refusal: refusal('E_SPEC_BAD', what, 'Write KEY=VALUE,KEY2=VALUE2.')}
}

/** As a part of what waits. */
export const whereOf = (constraint: Constraint | undefined): {readonly where?: Where} =>
  constraint === undefined ? {} : {where: {labels: constraint}}

export const constraintText = (constraint: Constraint): string => labelsOf({labels: constraint}).join(',')

const MOST_TOLD = 20

/** What the site has of it, so that a slip of the pen is seen. */
const hintOf = (wanted: readonly string[], nodes: readonly NodeReport[]): string => {
  const all = [...new Set(nodes.flatMap(labelsOf))].sort()
  if (all.length === 0) return 'The nodes have no labels.'
  const keys = new Set(wanted.map(word => word.slice(0, word.indexOf('=') + 1)))
  const near = all.filter(label => keys.has(label.slice(0, label.indexOf('=') + 1)))
  const told = near.length > 0 ? near : all
  const more = told.length > MOST_TOLD ? ` and ${told.length - MOST_TOLD} more` : ''
  return `Nodes have: ${told.slice(0, MOST_TOLD).join(', ')}${more}.`
}

/** `where`: with the nodes of its queue. Nothing is said while no node is known. */
export const checkConstraint = (
  constraint: Constraint | undefined,
  where: Where | undefined,
  nodes: readonly NodeReport[],
): Refusal | null => {
  if (constraint === undefined || nodes.length === 0 || nodesIn(where, nodes).length > 0) return null
  const wanted = labelsOf({labels: constraint})
  const among = where?.nodes === undefined ? '' : ' of its queue'
  const inQueue = nodesIn(where?.nodes === undefined ? undefined : {nodes: where.nodes}, nodes)
  return refusal(
    'E_NODE_NEVER',
    `no node${among} has ${wanted.join(' and ')}`,
    hintOf(wanted, inQueue.length > 0 ? inQueue : nodes),
  )
}
