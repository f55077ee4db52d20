/** What a replay found: as the JSON of design section 4, and as rows for people. */
import {createHash} from 'node:crypto'
import {type Filtered, RULES, type Rule} from '../../core/simulate/filter.js'
import {byUser, type Metrics, metricsOf, startLines, type UserMetrics} from '../../core/simulate/metrics.js'
import type {Started} from '../../core/simulate/workload.js'
import {SCHEMA} from '../jobs/job-json.js'
import type {Column} from '../screen/table.js'

/** What was chosen, by flags or by default. */
export type Options = Readonly<Record<string, string | number | Readonly<Record<string, string>>>>

export interface Report {
  readonly options: Options
  readonly metrics: Metrics & {readonly startsSha256: string}
  readonly dropped: Filtered['dropped']
  readonly changed: Filtered['changed']
  readonly users: readonly UserMetrics[]
}

/** `machine`: thousandths of a cpu. */
export const reportOf = (
  started: readonly Started[],
  machine: number,
  {dropped, changed}: Filtered,
  options: Options,
): Report => {
  const users = byUser(started)
  const startsSha256 = createHash('sha256').update(startLines(started)).digest('hex')
  return {options, metrics: {...metricsOf(started, machine, users), startsSha256}, dropped, changed, users}
}

export const reportJson = ({metrics, dropped, ...rest}: Report): object => ({
  schema: SCHEMA,
  metrics,
  dropped,
  ...rest,
})

export interface Line {
  readonly what: string
  readonly value: string
}

/** At most six decimals, and no zeroes that say nothing. */
const shown = (value: number): string => String(Number(value.toFixed(6)))

const seconds = (value: number): string => `${shown(value)} s`

const percent = (value: number): string => `${shown(100 * value)} %`

const isRule = (name: string): name is Rule => Object.hasOwn(RULES, name)

const droppedLines = ({dropped, changed}: Report): readonly Line[] => [
  ...Object.entries(dropped).flatMap(([rule, rows]) =>
    isRule(rule) ? [{what: `dropped: ${RULES[rule]}`, value: String(rows)}] : [],
  ),
  {what: 'ended at their limit', value: String(changed.cutAtLimit)},
  {what: 'given their run time as limit', value: String(changed.limitFromRun)},
]

export const reportLines = (report: Report): readonly Line[] => {
  const {metrics} = report
  const {fairness} = metrics
  return [
    {what: 'jobs', value: String(metrics.jobs)},
    ...droppedLines(report),
    {what: 'sum of waits', value: seconds(metrics.sumOfWaits)},
    {what: 'mean wait', value: seconds(metrics.meanWait)},
    {what: 'median wait', value: seconds(metrics.medianWait)},
    {what: '95 % waited at most', value: seconds(metrics.p95Wait)},
    {what: 'longest wait', value: seconds(metrics.maxWait)},
    {what: 'mean slowdown', value: shown(metrics.meanSlowdown)},
    {what: 'mean bounded slowdown', value: shown(metrics.meanBoundedSlowdown)},
    {what: 'utilisation', value: percent(metrics.utilisation)},
    {what: 'makespan', value: seconds(metrics.makespan)},
    {what: 'users', value: String(fairness.users)},
    {what: 'mean wait of users', value: seconds(fairness.meanWaitOverUsers)},
    {what: 'mean bounded slowdown of users', value: shown(fairness.meanBoundedSlowdownOverUsers)},
    {what: 'equality of waits (Jain)', value: shown(fairness.jainWait)},
    {what: 'equality of bounded slowdowns (Jain)', value: shown(fairness.jainBoundedSlowdown)},
    {what: 'sha256 of the starts', value: metrics.startsSha256},
  ]
}

export const REPORT_COLUMNS: readonly Column<Line>[] = [
  {title: 'FIGURE', value: ({what}) => what},
  {title: 'VALUE', value: ({value}) => value},
]
