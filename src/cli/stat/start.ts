/** `god stat --start`: when the jobs that wait start, as far as can be told. Worked out anew each time, on demand. */
import {formatCpus, formatMemory, formatTime} from '../../core/amounts.js'
import type {Start} from '../../core/scheduling/forecast.js'
import {isOver, isWaiting} from '../../core/state.js'
import {jobJson, SCHEMA} from '../jobs/job-json.js'
import type {JobView} from '../jobs/job-view.js'
import {reachSite} from '../reach-site.js'
import type {Screen} from '../screen/screen.js'
import type {Column} from '../screen/table.js'
import type {Site} from '../site.js'
import {choiceOf, type StatFlags} from './command.js'
import {latestText, likelyText, startJson} from './start-text.js'
import {statExit, statJobs} from './stat.js'

interface Row {
  readonly job: JobView
  readonly start: Start
}

/** What the scheduler would plan now. */
export type ForeseeStarts = (site: Site) => Promise<(id: number) => Start>

/** Also an array of which some tasks run, and others wait. */
const waitsNow = ({state, array}: JobView): boolean =>
  isWaiting(state) || (!isOver(state) && array !== undefined && array.waiting.length > 0)

/** Of jobs that wait for their turn, said before what keeps it now did. */
const OF_TURN = ['new', 'priority', 'resources', 'reserved']

const reasonText = ({job: {reason}, start: {kept}}: Row): string =>
  kept !== null && (reason === null || OF_TURN.includes(reason.code)) ? kept.text : (reason?.text ?? '')

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
  {title: 'LIKELY', value: ({start}) => likelyText(start, now)},
  {title: 'BY WALLTIMES', value: ({start}) => latestText(start, now)},
  {title: 'REASON', value: reasonText, shrink: true},
]

const rowJson = ({job, start}: Row): object => ({
  ...jobJson(job),
  ...startJson(start),
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
  const rows = listed.jobs.filter(waitsNow).map(job => ({job, start: startOf(job.id)}))
  screen.show({schema: SCHEMA, jobs: rows.map(rowJson)}, () =>
    screen.table(columns(site.now()), rows, flags.header),
  )
  for (const failed of listed.failed) screen.fault(failed)
  return statExit(listed)
}
