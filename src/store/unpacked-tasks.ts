/**
 * Tasks whose results a live array still holds though a segment has them already: the packer takes them out of the
 * record after it has packed them. Whoever adds up what packed and live jobs used counts them once.
 */

import {has} from '../core/array/interval-set.js'
import type {JobId} from '../core/brand.js'
import type {JobRecord} from '../core/job.js'
import {isFinal} from '../core/state.js'
import type {Manifest} from './packs/manifest-form.js'
import type {Packs} from './packs/packs.js'

const NONE: ReadonlySet<number> = new Set()

export const packedTasksOf = (
  packs: Packs,
  manifest: Manifest,
  {id, array}: Pick<JobRecord, 'array'> & {readonly id: JobId},
): ReadonlySet<number> => {
  const over = Object.entries(array?.parts ?? {}).flatMap(([task, {state}]) =>
    isFinal(state) ? [Number(task)] : [],
  )
  return over.length > 0 && manifest.segments.some(({arrays}) => has(arrays, id))
    ? packs.packedTasks(manifest, id, over)
    : NONE
}
