/** Sums put together by what somebody asks for, and how well what was kept was used. Pure. */

import {uid} from '../brand.js'
import {addSums, type Sums} from './accounting.js'

export const GROUPINGS = ['user', 'project', 'day'] as const
export type Grouping = (typeof GROUPINGS)[number]

const NOBODY = uid(0)

/** A name counts, whatever its uid was; what is not asked for is empty. */
export const groupSums = (all: readonly Sums[], by: readonly Grouping[]): readonly Sums[] =>
  addSums(
    all.map(sums => ({
      ...sums,
      uid: NOBODY,
      day: by.includes('day') ? sums.day : '',
      user: by.includes('user') ? sums.user : '',
      project: by.includes('project') ? sums.project : '',
    })),
  )

/** Used over kept, by those of which it is known; null: of none. */
export interface Efficiency {
  readonly cpu: number | null
  /** Peaks over what was kept. */
  readonly memory: number | null
}

const ratio = (part: number | undefined, whole: number | undefined): number | null =>
  part === undefined || whole === undefined || whole === 0 ? null : part / whole

export const efficiencyOf = ({measured}: Sums): Efficiency => ({
  cpu: ratio(measured?.cpu, measured?.cpuKept),
  memory: ratio(measured?.memoryPeak, measured?.memoryKept),
})
