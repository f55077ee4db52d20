/** What `god simulate --live` found: when each waiting job would start, as things are and as they would be. */
import {instant} from '../../core/brand.js'
import type {Waiting} from '../../core/schedule.js'
import type {Foreseen} from '../../core/simulate/foresee.js'
import {iso} from '../../host/clock.js'
import {SCHEMA} from '../jobs/job-json.js'
import type {Column} from '../screen/table.js'

export interface Foresight {
  readonly job: Waiting
  /** By the rules of the site. */
  readonly present: Foreseen['first']
  /** By those that were asked about. */
  readonly whatIf: Foreseen['first']
}

export interface LiveRules {
  readonly policy: string
  readonly backfill: string
  readonly depth: number
  readonly placement: string
}

export interface LiveReport {
  readonly at: number
  readonly rules: {readonly present: LiveRules; readonly whatIf: LiveRules}
  readonly jobs: readonly Foresight[]
}

const ruleJson = ({policy, backfill, depth, placement}: LiveRules): object => ({
  policy,
  backfill,
  depth,
  placement,
})

const startJson = (first: Foreseen['first']): object | null =>
  first === null ? null : {at: iso(instant(first.start)), node: first.node}

export const liveJson = ({at, rules, jobs}: LiveReport): object => ({
  schema: SCHEMA,
  at: iso(instant(at)),
  rules: {present: ruleJson(rules.present), whatIf: ruleJson(rules.whatIf)},
  jobs: jobs.map(({job, present, whatIf}) => ({
    id: job.id,
    user: job.user,
    present: startJson(present),
    whatIf: startJson(whatIf),
  })),
})

const startText = (first: Foreseen['first']): string => (first === null ? '-' : iso(instant(first.start)))

/** Seconds. */
const gain = ({present, whatIf}: Foresight): string => {
  if (present !== null && whatIf !== null) return String(Math.round((present.start - whatIf.start) / 1000))
  if (present === whatIf) return '-'
  return present === null ? 'at all' : 'never'
}

export const LIVE_COLUMNS: readonly Column<Foresight>[] = [
  {title: 'JOBID', value: ({job}) => String(job.id), align: 'right'},
  {title: 'USER', value: ({job}) => job.user},
  {title: 'START', value: ({present}) => startText(present)},
  {title: 'WHAT IF', value: ({whatIf}) => startText(whatIf)},
  {title: 'EARLIER (s)', value: gain, align: 'right'},
  {title: 'NODE', value: ({whatIf}) => whatIf?.node ?? '-'},
]
