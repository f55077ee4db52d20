/** Whether one job asks for no more than the site allows one, and than some node has. Pure. */
import type {NodeReport, Resources} from '@god-cli/api'
import {cpusText, formatCpus, formatMemory} from '../amounts.js'
import {type Asking, askForLess} from '../asking.js'
import {checkCounted} from '../counted.js'
import {type Refusal, refusal} from '../errors.js'
import {neverReason} from '../scheduling/never.js'
import type {Sections} from '../settings/sections.js'

/** Of one job; null: no limit. */
export interface SiteLimits {
  readonly maxCpus: number | null
  readonly maxMemory: number | null
  /** Bytes below which the executor starts no job; left out: any amount will do. */
  readonly leastMemory?: number
  /** Seconds. */
  readonly maxWalltime: number | null
}

const tooMuch = (asked: string, most: string, hint: string): Refusal =>
  refusal('E_LIMIT', `the job asks for ${asked}; the site allows ${most}`, hint)

export const checkLimits = (
  resources: Resources,
  walltime: number | null,
  policy: SiteLimits & {readonly sections: Pick<Sections, 'resources' | 'space'>},
  nodes: readonly NodeReport[],
  asking: Asking = 'submit',
): Refusal | null => {
  const {maxCpus, maxMemory, leastMemory = 0} = policy
  const {space, resources: all} = policy.sections
  if (maxCpus !== null && resources.cpus > maxCpus)
    return tooMuch(cpusText(resources.cpus), formatCpus(maxCpus), askForLess('-c', asking))
  if (maxMemory !== null && resources.memory > maxMemory)
    return tooMuch(
      `${formatMemory(resources.memory)} of memory`,
      formatMemory(maxMemory),
      askForLess('-m', asking),
    )
  if (resources.memory < leastMemory)
    return refusal(
      'E_SPEC_BAD',
      `the job asks for ${formatMemory(resources.memory)} of memory; the executor starts none with less than ${formatMemory(leastMemory)}`,
      'Ask for more with -m.',
    )
  const no = checkCounted(resources.counted ?? {}, all)
  if (no !== null) return no
  const never = neverReason(resources, nodes, space)
  if (never !== null)
    return refusal(
      'E_RESOURCES_NEVER',
      `the job ${never.text}`,
      `Ask for less with ${asking === 'update' ? '-c, -m or -r' : '-c, -m, -G or -r'}.`,
    )
  if (policy.maxWalltime !== null && (walltime === null || walltime > policy.maxWalltime)) {
    const text = walltime === null ? 'no walltime' : `a walltime of ${walltime} s`
    return refusal(
      'E_SPEC_BAD',
      `the job asks for ${text}; the site allows ${policy.maxWalltime} s`,
      'Set --time TIME.',
    )
  }
  return null
}
