/** Why a job fits on no node, not even an empty one (scheduling.md 7, `never`). Also asked at submission. Pure. */
import type {NodeReport, Reason, Resources} from '@god-cli/api'
import {formatCpus, formatMemory} from '../amounts.js'
import {fits, KINDS, type Kind, vectorOf} from './vector.js'

const counted = (amount: string, noun: string): string => `${amount} ${noun}${amount === '1' ? '' : 's'}`

export const showAmount = (kind: Kind, amount: number): string => {
  if (kind === 'cpus') return counted(formatCpus(amount), 'cpu')
  return kind === 'memory' ? `${formatMemory(amount)} of memory` : counted(String(amount), 'gpu')
}

/** Null = it fits on some empty node. */
export const neverReason = (need: Resources, nodes: readonly NodeReport[]): Reason | null => {
  const asked = vectorOf(need)
  if (nodes.length === 0 || nodes.some(node => fits(asked, vectorOf(node.capacity)))) return null
  const lacking = KINDS.find(kind => nodes.every(node => need[kind] > node.capacity[kind]))
  return lacking === undefined ? notTogether(need) : tooMuch(need, lacking, nodes)
}

/** Each amount is somewhere, but never all on one node. */
const notTogether = (need: Resources): Reason => ({
  code: 'never',
  text: `asks for ${KINDS.filter(kind => need[kind] > 0)
    .map(kind => showAmount(kind, need[kind]))
    .join(', ')} together, and no node has all of it`,
  numbers: {cpus: need.cpus, memory: need.memory, gpus: need.gpus},
})

const tooMuch = (need: Resources, lacking: Kind, nodes: readonly NodeReport[]): Reason => {
  const largest = nodes.reduce((a, b) => (b.capacity[lacking] > a.capacity[lacking] ? b : a))
  return {
    code: 'never',
    text: `asks for ${showAmount(lacking, need[lacking])}, but no node has all it asks for; the largest (${largest.name}) has ${showAmount(lacking, largest.capacity[lacking])}`,
    numbers: {
      resource: lacking,
      asked: need[lacking],
      greatest: largest.capacity[lacking],
      node: largest.name,
    },
  }
}
