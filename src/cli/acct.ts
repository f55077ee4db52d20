/**
 * `god acct`: what jobs and tasks that ended used, by user, project or day (UTC, of the end): the sums of packed ones,
 * also of those that retention dropped, and the records of those that are not packed yet. Reads one small file a segment.
 */

import {formatTime} from '../core/amounts.js'
import {dayOf, type Sums, sumsOfLive} from '../core/usage/accounting.js'
import {efficiencyOf, type Grouping, groupSums} from '../core/usage/accounting-groups.js'
import {containsOf} from '../store/packs/manifest.js'
import type {Manifest} from '../store/packs/manifest-form.js'
import {parseSegmentName} from '../store/packs/segment-names.js'
import {readSums} from '../store/packs/sums.js'
import {packedTasksOf} from '../store/unpacked-tasks.js'
import {SCHEMA} from './jobs/job-json.js'
import type {Column} from './screen/table.js'
import type {Site} from './site.js'
import {parseMoment} from './stat/stat.js'

export interface AcctChoice {
  readonly by: readonly Grouping[]
  /** Points in time; whole days count. Null: the oldest, and now. */
  readonly since: string | null
  readonly until: string | null
  /** None: all. */
  readonly users: readonly string[]
}

export interface Acct {
  readonly by: readonly Grouping[]
  /** `2026-01-31`. */
  readonly since: string | null
  readonly until: string
  readonly rows: readonly Sums[]
}

/** A segment is named after the day of all ends in it. */
const packedSums = (site: Site, {sums}: Manifest, isMeant: (day: string) => boolean): readonly Sums[] => {
  const names = sums.filter(name => isMeant(parseSegmentName(name)?.day.replace('/', '-') ?? ''))
  return readSums(site.durable.fs, site.layout, {sums: names})
}

export const acctOf = (site: Site, {by, since, until, users}: AcctChoice): Acct => {
  const now = site.now()
  const first = since === null ? null : dayOf(parseMoment(since, now))
  const last = dayOf(until === null ? now : parseMoment(until, now))
  const isMeant = (day: string): boolean =>
    (first === null || day >= first) && (until === null || day <= last)
  // Live names first, the manifest after: what is packed meanwhile is left out of the live ones.
  const live = site.jobs.live()
  const {manifest} = site.manifest.newest()
  const isPacked = containsOf(manifest)
  const all = [
    ...live.all.flatMap(({record}) =>
      isPacked(record.id) ? [] : sumsOfLive(record, packedTasksOf(site.packs, manifest, record)),
    ),
    ...packedSums(site, manifest, isMeant),
  ]
  const wanted = all.filter(({day, user}) => isMeant(day) && (users.length === 0 || users.includes(user)))
  return {by, since: first, until: last, rows: groupSums(wanted, by)}
}

const seconds = (ms: number): number => ms / 1000

const rowJson = (sums: Sums, by: readonly Grouping[]): object => {
  const {jobs, tasks, failed, ran, waited, cpu, cpuKept, memoryKept, gpuKept} = sums
  return {
    ...Object.fromEntries(by.map(name => [name, sums[name]])),
    ...{jobs, tasks, failed, ranSeconds: seconds(ran), waitedSeconds: seconds(waited)},
    ...{
      cpuSeconds: seconds(cpu),
      cpuSecondsKept: seconds(cpuKept),
      memoryByteSecondsKept: memoryKept * 1024 ** 2,
    },
    gpuSecondsKept: seconds(gpuKept),
    ...(sums.countedKept === undefined ? {} : {resourceSecondsKept: sums.countedKept}),
    efficiency: efficiencyOf(sums),
  }
}

export const acctJson = ({by, since, until, rows}: Acct): object => ({
  schema: SCHEMA,
  ...{by, since, until},
  sums: rows.map(row => rowJson(row, by)),
})

const hours = (ms: number): string => (ms / 3_600_000).toFixed(2)

const percent = (part: number | null): string => (part === null ? '-' : `${(100 * part).toFixed(0)}%`)

/** Of jobs and tasks alike; an array itself waits for nothing. */
const meanWait = ({waited, jobs, tasks}: Sums): string =>
  jobs + tasks === 0 ? '-' : formatTime(waited / 1000 / (jobs + tasks))

const otherHours = ({countedKept = {}}: Sums): string =>
  Object.entries(countedKept)
    .map(([name, kept]) => `${name}=${(kept / 3600).toFixed(2)}`)
    .join(',')

const right = {align: 'right'} as const

export const acctColumns = (by: readonly Grouping[]): readonly Column<Sums>[] => [
  ...by.map(name => ({title: name.toUpperCase(), value: (sums: Sums) => sums[name], shrink: true})),
  {title: 'JOBS', value: ({jobs}) => String(jobs), ...right},
  {title: 'TASKS', value: ({tasks}) => String(tasks), ...right, yields: 4},
  {title: 'FAILED', value: ({failed}) => String(failed), ...right, yields: 5},
  {title: 'CPU-HOURS', value: ({cpuKept}) => hours(cpuKept), ...right},
  {title: 'GPU-HOURS', value: ({gpuKept}) => hours(gpuKept), ...right, yields: 1},
  {title: 'GIB-HOURS', value: ({memoryKept}) => (memoryKept / 1024 / 3600).toFixed(2), ...right, yields: 2},
  {title: 'CPU-EFF', value: sums => percent(efficiencyOf(sums).cpu), ...right},
  {title: 'MEM-EFF', value: sums => percent(efficiencyOf(sums).memory), ...right},
  {title: 'WAIT', value: meanWait, ...right, yields: 3},
  {title: 'OTHER-HOURS', value: otherHours, yields: 6},
]
