/**
 * What a job is charged while it runs: the largest part of the site that it keeps from others, told in cpus
 * (scheduling.md 4). Fixed at its start, so that a node that comes or goes changes nobody's past. Pure.
 */
import type {Resources} from '@god-cli/api'

const KINDS = ['cpus', 'memory', 'gpus'] as const

/** In thousandths of a cpu. `capacity`: of all nodes; what there is none of is not charged. */
export const chargeOf = (resources: Resources, capacity: Resources): number => {
  if (capacity.cpus <= 0) return resources.cpus
  const parts = KINDS.map(kind => (capacity[kind] > 0 ? resources[kind] / capacity[kind] : 0))
  return Math.round(capacity.cpus * Math.max(...parts))
}

/** Of a record that tells no charge, as those of an older god: its cpus. */
export const chargedRate = (record: {readonly charge?: number; readonly resources: Resources}): number =>
  (record.charge ?? record.resources.cpus) / 1000
