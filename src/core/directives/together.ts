/** What foreign directives come to all together: cpus of tasks, memory of cpus, an array with its limit. Pure. */
import {parseCpus, parseMemory} from '../amounts.js'
import {badLine, type Given} from './directive.js'
import type {Field, Setting} from './foreign.js'

export interface Placed extends Setting {
  readonly line: number
}

/** They make a flag only with others. */
const PARTS: readonly Field[] = ['tasks', 'cpusPerTask', 'memPerCpu', 'array', 'arrayLimit', 'merge']

/** Thousandths. */
const CPU = 1000

type Last = (field: Field) => Placed | undefined

const totalOf = (last: Last): number =>
  Number(last('tasks')?.value ?? 1) * Number(last('cpusPerTask')?.value ?? 1)

const cpusOf = (last: Last): readonly Given[] => {
  const some = last('tasks') ?? last('cpusPerTask')
  return some === undefined ? [] : [{line: some.line, flag: 'cpus', value: String(totalOf(last))}]
}

const memoryOf = (last: Last, cpus: string | null): readonly Given[] => {
  const perCpu = last('memPerCpu')
  if (perCpu === undefined || last('mem') !== undefined) return []
  const milli = cpus === null ? totalOf(last) * CPU : (parseCpus(cpus) ?? CPU)
  const bytes = Math.ceil(((parseMemory(String(perCpu.value)) ?? 1) * milli) / CPU)
  return [{line: perCpu.line, flag: 'mem', value: `${bytes}B`}]
}

const arrayOf = (last: Last): readonly Given[] => {
  const array = last('array')
  const limit = last('arrayLimit')
  if (array === undefined) {
    if (limit !== undefined) throw badLine(limit.line, 'a limit of tasks, and no array')
    return []
  }
  const value = limit === undefined ? String(array.value) : `${array.value}%${limit.value}`
  return [{line: array.line, flag: 'array', value}]
}

const errorOf = (last: Last): readonly Given[] => {
  const merge = last('merge')
  return merge === undefined
    ? []
    : [{line: merge.line, flag: 'error', value: String(last('output')?.value ?? 'god.log')}]
}

/** `cpus`: as the command line or `#GOD` has them, for memory is of those that the job will have. */
export const together = (settings: readonly Placed[], cpus: string | null): readonly Given[] => {
  // The last word counts, as with sbatch.
  const last: Last = field => settings.findLast(each => each.field === field)
  const alone = settings.flatMap(({line, field, value}) =>
    PARTS.includes(field) ? [] : [{line, flag: field, value}],
  )
  return [...alone, ...cpusOf(last), ...memoryOf(last, cpus), ...arrayOf(last), ...errorOf(last)]
}
