/** How large the simulated site is: its nodes, from a file, or the one machine that a trace tells of. */
import type {NodeReport} from '@god-cli/api'
import {GodError} from '../../core/errors.js'
import {capacityOf, neverReason} from '../../core/schedule.js'
import type {Space} from '../../core/scheduling/vector.js'
import {type Filtered, filterRows} from '../../core/simulate/filter.js'
import {spaceOfNodes, virtualNode} from '../../core/simulate/nodes-file.js'
import {shaken} from '../../core/simulate/shake.js'
import type {Trace} from '../../core/simulate/trace.js'
import {inputName} from '../submit/job-lines.js'
import {processorsGiven, type SimulateFlags, spanGiven} from './choices.js'
import {readNodes, readTrace} from './read-input.js'

export interface Workload {
  readonly nodes: readonly NodeReport[]
  /** What is counted on them. */
  readonly space: Space
  /** Thousandths of a cpu. */
  readonly machine: number
  readonly filtered: Filtered
}

const processorsOf = (from: string, {processors}: Trace, given: number | null): number => {
  const count = given ?? processors
  if (count !== null) return count
  throw new GodError(
    'E_TRACE_BAD',
    `${inputName(from)} does not say how many processors the machine has (MaxProcs)`,
    'Give them: --procs N, or --nodes FILE.',
  )
}

const judged = (trace: Trace, nodes: readonly NodeReport[], flags: SimulateFlags): Workload => {
  const machine = capacityOf(nodes).cpus
  const space = spaceOfNodes(nodes)
  const most = flags.shake === undefined ? 0 : spanGiven('shake', flags.shake)
  const filtered = filterRows(shaken(trace.rows, most, flags.seed), {
    machine,
    missingLimit: flags['missing-limit'],
    overLimit: flags['over-limit'],
    memory: flags.memory,
    gpus: flags.nodes !== undefined,
    fits: need => neverReason(need, nodes, space) === null,
  })
  return {nodes, space, machine, filtered}
}

const nothingLeft = (from: string, {dropped}: Filtered): GodError => {
  const [rule] = Object.entries(dropped).sort((a, b) => b[1] - a[1])[0] ?? []
  const limits = rule === 'noLimit' ? ' Its rows have no limits: try --missing-limit run.' : ''
  return new GodError(
    'E_TRACE_BAD',
    `of ${inputName(from)} no job is left to replay; most rows fell to the rule ${rule}`,
    `See god help simulate for the rules.${limits}`,
  )
}

/** Reads and judges all that is given. */
export const readWorkload = async (from: string, flags: SimulateFlags): Promise<Workload> => {
  const given = processorsGiven(flags)
  const named = flags.nodes === undefined ? null : await readNodes(flags.nodes)
  const trace = await readTrace(from)
  const workload = judged(trace, named ?? [virtualNode(processorsOf(from, trace, given))], flags)
  if (workload.filtered.jobs.length === 0) throw nothingLeft(from, workload.filtered)
  return workload
}
