/**
 * Amounts as vectors: one number for each kind of resource of a site, so that the pass does not care which kinds there
 * are. Pure.
 */
import type {Resources} from '@god-cli/api'

/** Whole numbers, in the order of the kinds: thousandths of a cpu, bytes, devices, and what the operator counts. */
export type Vector = readonly number[]

/** Of every site. */
export const KINDS = ['cpus', 'memory', 'gpus'] as const
export type Kind = string

const GPUS = KINDS.indexOf('gpus')

/** The kinds of a site. */
export interface Space {
  /** Those of every site, then what the operator counts on each node, then what the nodes share. */
  readonly kinds: readonly Kind[]
  /** So many of them are of a node; of the rest the site has some as a whole. */
  readonly ofNode: number
  /** What the nodes share. */
  readonly shared: Vector
}

/** Nothing else is counted. */
export const BASIC: Space = {kinds: KINDS, ofNode: KINDS.length, shared: KINDS.map(() => 0)}

export const spaceOf = (
  counted: Iterable<{readonly name: string; readonly scope: 'node' | 'site'; readonly amount: number}>,
): Space => {
  const all = [...counted].sort((a, b) => (a.name < b.name ? -1 : 1))
  const [ofNode, shared] = [
    all.filter(({scope}) => scope === 'node'),
    all.filter(({scope}) => scope === 'site'),
  ]
  const here: readonly Kind[] = [...KINDS, ...ofNode.map(({name}) => name)]
  return {
    kinds: [...here, ...shared.map(({name}) => name)],
    ofNode: here.length,
    shared: [...here.map(() => 0), ...shared.map(({amount}) => amount)],
  }
}

const countOf = (counted: Readonly<Record<string, number>>, kind: Kind): number =>
  Object.hasOwn(counted, kind) ? (counted[kind] ?? 0) : 0

/** `far`: the first so many kinds; the others are none of it. */
const upTo = (far: number, {cpus, memory, gpus, counted}: Resources, {kinds}: Space): number[] => {
  const vector: number[] = [cpus, memory, gpus]
  for (let i = KINDS.length; i < kinds.length; i++)
    vector.push(counted === undefined || i >= far ? 0 : countOf(counted, kinds[i] ?? ''))
  return vector
}

export const vectorOf = (resources: Resources, space: Space = BASIC): Vector =>
  upTo(space.kinds.length, resources, space)

/** Of a node, or what is asked of one. */
export const vectorOfNode = (resources: Resources, space: Space = BASIC): Vector =>
  upTo(space.ofNode, resources, space)

/** What is asked of the site. Null: nothing. */
export const vectorOfSite = (resources: Resources, space: Space): Vector | null => {
  if (resources.counted === undefined) return null
  const need = vectorOf(resources, space)
  return need.some((amount, i) => i >= space.ofNode && amount > 0)
    ? need.map((amount, i) => (i < space.ofNode ? 0 : amount))
    : null
}

/** What is counted nowhere on the site. */
export const strangerIn = ({counted}: Resources, {kinds}: Space): string | null =>
  counted === undefined
    ? null
    : (Object.keys(counted).find(name => !kinds.includes(name, KINDS.length)) ?? null)

/** How many kinds the node has that not every node need have, and that are not asked for. */
export const hadInVain = (need: Vector, capacity: Vector): number => {
  let kinds = 0
  for (let i = GPUS; i < need.length; i++) if ((capacity[i] ?? 0) > 0 && (need[i] ?? 0) === 0) kinds++
  return kinds
}

/** What is below zero lacks nothing to those who ask for none of it: a node may have shrunk under its jobs. */
export const fits = (need: Vector, free: Vector): boolean => {
  for (let i = 0; i < need.length; i++) {
    const asked = need[i] ?? 0
    if (asked > 0 && asked > (free[i] ?? 0)) return false
  }
  return true
}

export const add = (sum: number[], amounts: Vector): void => {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (amounts[i] ?? 0)
}

export const subtract = (sum: number[], amounts: Vector): void => {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) - (amounts[i] ?? 0)
}

/** The greatest of each of so many kinds. */
export const greatest = (kinds: number, vectors: Iterable<Vector>): number[] => {
  const most: number[] = Array.from({length: kinds}, () => 0)
  for (const vector of vectors)
    for (let i = 0; i < most.length; i++) most[i] = Math.max(most[i] ?? 0, vector[i] ?? 0)
  return most
}
