/** `god stat --start`: when the jobs that wait start, as far as can be told. Worked out anew each time, on demand. */
import {formatCpus, formatMemory, formatTime} from '../core/amounts.js'
import type {Start} from '../core/scheduling/forecast.js'
import {whenJson, whenText} from './forecast-text.js'
import {jobJson, SCHEMA} from './job-json.js'
import type {JobView} from './job-view.js'
import {reachSite} from './reach-site.js'
import type {Screen} from './screen.js'
import type {Site} from './site.js'
import {statExit, statJobs} from './stat.js'
import {choiceOf, type StatFlags} from './stat-command.js'
import type {Column} from './table.js'

interface Row {
  readonly job: JobView
  readonly start: Start
}

/** What the scheduler would plan now. */
export type ForeseeStarts = (site: Site) => Promise<(id: number) => Start>

const columns = (now: number): readonly Column<Row>[] => [
  {title: 'JOBID', value: ({job}) => String(job.id), align: 'right'},
  {title: 'NAME', value: ({job}) => job.name, shrink: true},
  {title: 'USER', value: ({job}) => job.user},
  {title: 'CPUS', value: ({job}) => formatCpus(job.resources.cpus), align: 'right'},
  {title: 'MEM', value: ({job}) => formatMemory(job.resources.memory), align: 'right'},
  {
    title: 'LIMIT',
    value: ({job}) => (job.walltime === null ? '-' : formatTime(job.walltime)),
    align: 'right',
  },
  {title: 'LIKELY', value: ({start}) => whenText(start.likely, now)},
  {title: 'BY WALLTIMES', value: ({start}) => whenText(start.latest, now)},
  {title: 'REASON', value: ({job}) => job.reason?.text ?? '', shrink: true},
]

const rowJson = ({job, start}: Row): object => ({
  ...jobJson(job),
  likely: whenJson(start.likely),
  latest: whenJson(start.latest),
})

/** The exit code. */
export const statStart = async (
  flags: StatFlags,
  words: readonly string[],
  screen: Screen,
  foresee: ForeseeStarts,
): Promise<number> => {
  const site = await reachSite(flags, screen)
  const listed = statJobs(site, await choiceOf(flags, words))
  const startOf = await foresee(site)
  const rows = listed.jobs
    .filter(({state}) => state === 'pending')
    .map(job => ({job, start: startOf(job.id)}))
  screen.show({schema: SCHEMA, jobs: rows.map(rowJson)}, () =>
    screen.table(columns(site.now()), rows, flags.header),
  )
  for (const failed of listed.failed) screen.fault(failed)
  return statExit(listed)
}
