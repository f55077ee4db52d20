/**
 * What a job is charged while it runs: the largest part of the site that it keeps from others, told in cpus
 * (scheduling.md 4). Fixed at its start, so that a node that comes or goes changes nobody's past. Pure.
 */
import type {Resources} from '@god-cli/api'

const KINDS = ['cpus', 'memory', 'gpus'] as const

/** How much what is counted besides weighs against cpus, from 0 to 1. Left out: as much. */
export type Weights = ReadonlyMap<string, number>

const NO_WEIGHTS: Weights = new Map()

const partOf = (asked: number, all: number): number => (all > 0 ? asked / all : 0)

/** In thousandths of a cpu. `capacity`: of the site; what there is none of is not charged. */
export const chargeOf = (resources: Resources, capacity: Resources, weights = NO_WEIGHTS): number => {
  if (capacity.cpus <= 0) return resources.cpus
  const parts = KINDS.map(kind => partOf(resources[kind], capacity[kind]))
  for (const [name, asked] of Object.entries(resources.counted ?? {}))
    parts.push((weights.get(name) ?? 1) * partOf(asked, capacity.counted?.[name] ?? 0))
  return Math.round(capacity.cpus * Math.max(...parts))
}

/** Of a record that tells no charge, as those of an older god: its cpus. */
export const chargedRate = (record: {readonly charge?: number; readonly resources: Resources}): number =>
  (record.charge ?? record.resources.cpus) / 1000
