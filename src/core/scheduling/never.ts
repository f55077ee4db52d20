/** Why a job fits on no node, not even an empty one (scheduling.md 7, `never`). Also asked at submission. Pure. */
import type {NodeReport, Reason, Resources} from '@god-cli/api'
import {counted, cpusText, formatMemory} from '../amounts.js'
import {
  BASIC,
  fits,
  type Kind,
  type Space,
  strangerIn,
  type Vector,
  vectorOf,
  vectorOfNode,
} from './vector.js'

export const showAmount = (kind: Kind, amount: number): string => {
  if (kind === 'cpus') return cpusText(amount)
  if (kind === 'memory') return `${formatMemory(amount)} of memory`
  return kind === 'gpus' ? counted(amount, 'gpu') : `${amount} ${kind}`
}

/** Also of a job that has waited since it was counted. */
export const strangeReason = (name: string): Reason => ({
  code: 'never',
  text: `asks for ${name}, which is not counted on this site any more`,
  numbers: {resource: name},
})

/** Null = it fits on some empty node. */
export const neverReason = (
  need: Resources,
  nodes: readonly NodeReport[],
  space: Space = BASIC,
): Reason | null => {
  const stranger = strangerIn(need, space)
  if (stranger !== null) return strangeReason(stranger)
  const [asked, here] = [vectorOf(need, space), vectorOfNode(need, space)]
  const shared = space.kinds.findIndex(
    (_, i) => i >= space.ofNode && (asked[i] ?? 0) > (space.shared[i] ?? 0),
  )
  if (shared >= 0) return tooMuchOfSite(space, shared, asked)
  const all = nodes.map(({name, capacity}) => ({name, capacity: vectorOfNode(capacity, space)}))
  if (all.length === 0 || all.some(({capacity}) => fits(here, capacity))) return null
  const lacking = here.findIndex((amount, i) => all.every(({capacity}) => amount > (capacity[i] ?? 0)))
  return lacking < 0 ? notTogether(space, here) : tooMuch(space, here, lacking, all)
}

const tooMuchOfSite = ({kinds, shared}: Space, at: number, asked: Vector): Reason => {
  const [kind, most] = [kinds[at] ?? '', shared[at] ?? 0]
  return {
    code: 'never',
    text: `asks for ${showAmount(kind, asked[at] ?? 0)}, but the whole site has ${most}`,
    numbers: {resource: kind, asked: asked[at] ?? 0, greatest: most},
  }
}

/** Each amount is somewhere, but never all on one node. */
const notTogether = ({kinds}: Space, need: Vector): Reason => ({
  code: 'never',
  text: `asks for ${kinds
    .flatMap((kind, i) => ((need[i] ?? 0) > 0 ? [showAmount(kind, need[i] ?? 0)] : []))
    .join(', ')} together, and no node has all of it`,
  numbers: Object.fromEntries(
    kinds.flatMap((kind, i) => (i < 3 || (need[i] ?? 0) > 0 ? [[kind, need[i] ?? 0]] : [])),
  ),
})

interface Empty {
  readonly name: string
  readonly capacity: Vector
}

const tooMuch = ({kinds}: Space, need: Vector, lacking: number, nodes: readonly Empty[]): Reason => {
  const [kind, asked] = [kinds[lacking] ?? '', need[lacking] ?? 0]
  const has = ({capacity}: Empty): number => capacity[lacking] ?? 0
  const largest = nodes.reduce((a, b) => (has(b) > has(a) ? b : a))
  return {
    code: 'never',
    text: `asks for ${showAmount(kind, asked)}, but no node has all it asks for; the largest (${largest.name}) has ${showAmount(kind, has(largest))}`,
    numbers: {resource: kind, asked, greatest: has(largest), node: largest.name},
  }
}
