/**
 * Amounts as vectors: one number for each kind of resource of a site, so that the pass does not care which kinds there
 * are. Pure.
 */
import type {Resources} from '@god-cli/api'

/** Whole numbers, in the order of the kinds: thousandths of a cpu, bytes, devices. */
export type Vector = readonly number[]

export const KINDS = ['cpus', 'memory', 'gpus'] as const
export type Kind = (typeof KINDS)[number]

const GPUS = KINDS.indexOf('gpus')

export const vectorOf = (resources: Resources): Vector => KINDS.map(kind => resources[kind])

export const asksForGpus = (need: Vector): boolean => (need[GPUS] ?? 0) > 0

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

/** The greatest of each kind. */
export const greatest = (vectors: Iterable<Vector>): Vector => {
  const most: number[] = KINDS.map(() => 0)
  for (const vector of vectors)
    for (let i = 0; i < most.length; i++) most[i] = Math.max(most[i] ?? 0, vector[i] ?? 0)
  return most
}
