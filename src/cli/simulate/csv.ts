/** The jobs of a replay, one a line, as comma-separated values (RFC 4180 but for its line ends). Times in seconds. */
import {inOrder} from '../../core/part-key.js'
import {inUnits, type Started} from '../../core/simulate/workload.js'

const COLUMNS: readonly (readonly [string, (one: Started) => string | number])[] = [
  ['job', ({job}) => job.job],
  ['user', ({job}) => job.user],
  ['project', ({job}) => job.project],
  ['queue', ({job}) => job.queue],
  ['cpus', ({job}) => inUnits(job.resources.cpus)],
  ['submit', ({job}) => inUnits(job.submit)],
  ['start', ({start}) => inUnits(start)],
  ['end', ({job, start}) => inUnits(start + job.run)],
  ['wait', ({job, start}) => inUnits(start - job.submit)],
  ['run', ({job}) => inUnits(job.run)],
  ['limit', ({job}) => inUnits(job.limit)],
  ['node', ({node}) => node],
]

/** A cell that a spreadsheet would take for a formula is marked as text; numbers are ours and stay. */
const cell = (value: string | number): string => {
  const text = String(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export const jobsCsv = (started: readonly Started[]): string => {
  const inJobOrder = started.toSorted((a, b) => inOrder(a.job.job, b.job.job))
  const lines = inJobOrder.map(one => COLUMNS.map(([, value]) => cell(value(one))).join(','))
  return `${[COLUMNS.map(([name]) => name).join(','), ...lines].join('\n')}\n`
}
