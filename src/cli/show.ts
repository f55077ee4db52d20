/** `god show`: the whole record of one job, and its spec if it is mine to see. */

import {counted, cpusText, formatMemory, formatTime} from '../core/amounts.js'
import {momentText} from '../core/begin-time.js'
import {countedText} from '../core/counted.js'
import {GodError} from '../core/errors.js'
import type {Wish} from '../core/job.js'
import {constraintText} from '../core/node/constraint.js'
import {mayReadSpec} from '../core/rights/permission.js'
import {parseSelector} from '../core/selector.js'
import {neutralise} from '../core/text.js'
import type {LiveUsage} from '../core/usage/live-usage.js'
import {iso} from '../host/clock.js'
import {idText, tasksText} from './jobs/array-tasks.js'
import {attemptRows} from './jobs/attempt-rows.js'
import {type JobJson, jobJson, SCHEMA} from './jobs/job-json.js'
import {elapsed, type JobView} from './jobs/job-view.js'
import {selectOne} from './jobs/listing.js'
import {withLiveUsage} from './jobs/live-usage.js'
import {waitingJobs} from './jobs/own-requests.js'
import {specOf} from './jobs/packed-jobs.js'
import {revealed} from './jobs/revealed.js'
import {type OutputFile, type OutputFiles, outputFilesOf} from './output-files.js'
import type {Style} from './screen/style.js'
import type {Site} from './site.js'

export interface Shown {
  readonly job: JobView
  readonly wish: Wish | null
  /** Why there is no wish, though the job has one that is mine to see. */
  readonly fault: string | null
  readonly files: OutputFiles | null
}

interface Told {
  readonly wish: Wish | null
  readonly fault: string | null
}

const LOST = "its private spec is lost; 'god fsck' tells more"

/** Of a record, which can be shown whatever its spec is. */
const told = (site: Site, {id, state}: JobView): Told => {
  try {
    const wish = specOf(site, id)?.wish ?? null
    // A request that was refused has none.
    return {wish, fault: wish === null && state !== 'refused' ? LOST : null}
  } catch (error) {
    if (!(error instanceof GodError) || error.code !== 'E_RECORD_BAD') throw error
    return {wish: null, fault: error.message}
  }
}

const wishOf = (site: Site, job: JobView): Told => {
  if (!mayReadSpec({uid: site.uid, operator: site.uid === 0}, job)) return {wish: null, fault: null}
  if (job.record !== null) return told(site, job)
  return {wish: waitingJobs(site).find(({id}) => id === job.id)?.wish ?? null, fault: null}
}

export const showJob = (site: Site, selector: string): Shown => {
  const chosen = selectOne(site, parseSelector(selector))
  const [job = chosen] = withLiveUsage(site, [chosen])
  const {wish, fault} = wishOf(site, job)
  return {
    job: revealed(job, wish),
    wish,
    fault,
    // The tasks of an array have an output each.
    files:
      wish === null || job.record === null || job.array !== undefined
        ? null
        : outputFilesOf(site, job.record, wish),
  }
}

/** What only the owner sees, by the long names of the flags. */
interface SpecJson {
  readonly argv?: readonly string[]
  readonly script?: string
  readonly args?: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly workdir: string | null
  readonly output: string | null
  readonly error: string | null
  readonly volumes: readonly string[]
  /** Only where it is wished. */
  readonly root?: true
  /** Only where it has one. */
  readonly key?: string
}

const specJson = ({command, env, workdir, output, error, volumes, root, key}: Wish): SpecJson => ({
  ...(command.kind === 'argv' ? {argv: command.argv} : {script: command.text, args: command.args}),
  env: env ?? {},
  workdir: workdir ?? null,
  output: output ?? null,
  error: error ?? null,
  volumes: volumes ?? [],
  ...(root === true ? {root} : {}),
  ...(key === undefined ? {} : {key}),
})

export interface ShownJson extends JobJson {
  readonly schema: number
  readonly spec?: SpecJson
  /** Why it is not here, though it is mine to see. */
  readonly specFault?: string
  /** Where its output is on this host; null: in its container alone. */
  readonly files?: {readonly output: string | null; readonly error: string | null}
}

const hostPath = ({path, onHost}: OutputFile): string | null => (onHost ? path : null)

const placeText = ({path, onHost}: OutputFile): string => (onHost ? path : `${path} in its container`)

export const showJson = ({job, wish, fault, files}: Shown): ShownJson => ({
  schema: SCHEMA,
  ...jobJson(job),
  ...(wish === null ? {} : {spec: specJson(wish)}),
  ...(fault === null ? {} : {specFault: fault}),
  ...(files === null ? {} : {files: {output: hostPath(files.output), error: hostPath(files.error)}}),
})

const moment = (at: number | null): string => (at === null ? '-' : iso(at))

const commandText = (wish: Wish): string =>
  wish.command.kind === 'argv'
    ? wish.command.argv.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')
    : `script, ${counted(wish.command.text.length, 'character')}${wish.command.args.length > 0 ? `, arguments ${JSON.stringify(wish.command.args)}` : ''}`

const exitText = ({exit}: JobView): string => {
  if (exit === null) return '-'
  const signal = exit.signal === null ? '' : `, signal ${exit.signal}`
  return `${exit.code ?? '-'}${signal}${exit.oom ? ', out of memory' : ''}`
}

const usageText = ({usage}: JobView): string =>
  usage === null
    ? '-'
    : `${usage.cpuSeconds.toFixed(2)} cpu seconds, at most ${formatMemory(usage.maxMemory)}${usage.exact ? '' : ' (sampled)'}`

const liveText = ({cpus, memory, cpuSeconds, at}: LiveUsage, now: number): string => {
  const parts = [
    cpus === null ? '' : `${cpus.toFixed(2)} cpus`,
    memory === null ? '' : `${formatMemory(memory)} memory`,
    `${cpuSeconds.toFixed(2)} cpu seconds so far`,
  ]
  const ago = Math.max(0, Math.round((now - at) / 1000))
  return `${parts.filter(part => part !== '').join(', ')} (${ago}s ago)`
}

const placeOf = ({node, record}: JobView): string =>
  node === null ? '-' : `${node}${record?.devices === undefined ? '' : `, gpus ${record.devices.join(' ')}`}`

const spent = (job: JobView, now: number): string => {
  const ms = elapsed(job, now)
  return `${ms === null ? '-' : formatTime(ms / 1000)} of ${job.walltime === null ? 'no limit' : formatTime(job.walltime)}`
}

/** Only what was asked for. */
const orderRows = ({nice, priority, begin}: JobView): readonly (readonly [string, string])[] => [
  ...(nice === 0 && priority === 0 ? [] : ([['order', `nice ${nice}, priority ${priority}`]] as const)),
  ...(begin === null ? [] : ([['begins', `${momentText(begin)} at the earliest`]] as const)),
]

const dependRows = ({record}: JobView): readonly (readonly [string, string])[] => {
  const depend = record?.depend
  if (depend === undefined) return []
  return [['depends on', `${depend.on}${depend.met === null ? '' : `, held at ${iso(depend.met)}`}`]]
}

const rootRows = ({record}: JobView, wish: Wish | null): readonly (readonly [string, string])[] =>
  record?.root === true || wish?.root === true ? [['root', 'in its container']] : []

const timetableRows = ({record}: JobView): readonly (readonly [string, string])[] => {
  const timetable = record?.timetable
  const schedule = record?.schedule
  if (schedule !== undefined) return [['run of', `schedule ${schedule}`]]
  if (timetable === undefined) return []
  const {cron, zone, overlap, next, last} = timetable
  return [
    ['timetable', `${cron} (${zone})${overlap ? ', runs may overlap' : ''}`],
    ['next run', moment(next)],
    ['last run', last === null ? '-' : `job ${last.child}, for ${moment(last.at)}`],
  ]
}

/** Lines for people: what, then how it went, then where its traces are. */
const showLines = ({job, wish, fault, files}: Shown, now: number): readonly (readonly [string, string])[] => {
  const {resources, labels} = job
  const others = resources.counted === undefined ? '' : `, ${countedText(resources.counted, ', ')}`
  const rows: (readonly [string, string])[] = [
    ['job', `${idText(job)} ${job.name}`],
    ...(job.array === undefined ? [] : ([['tasks', tasksText(job.array)]] as const)),
    ['state', `${job.state}${job.reason === null ? '' : `: ${job.reason.text}`}`],
    ['desired', job.desired],
    ['user', `${job.user} (${job.uid})`],
    ['queue', `${job.queue}, project ${job.project}`],
    ['image', job.image || '-'],
    ...(job.record?.imageId === undefined ? [] : ([['image id', job.record.imageId]] as const)),
    [
      'asks for',
      `${cpusText(resources.cpus)}, ${formatMemory(resources.memory)} memory, ${counted(resources.gpus, 'gpu')}${others}`,
    ],
    ['time', spent(job, now)],
    ...orderRows(job),
    ['submitted', moment(job.submitted)],
    ['started', moment(job.started)],
    ['ended', moment(job.ended)],
    ['exit', exitText(job)],
    job.live === null ? ['usage', usageText(job)] : ['uses now', liveText(job.live, now)],
    ['node', placeOf(job)],
    ...attemptRows(job),
    ...dependRows(job),
    ['container', job.record?.container?.name ?? '-'],
  ]
  if (Object.keys(labels).length > 0)
    rows.push([
      'labels',
      Object.entries(labels)
        .map(pair => pair.join('='))
        .join(' '),
    ])
  rows.push(...timetableRows(job))
  rows.push(...rootRows(job, wish))
  if (wish?.key !== undefined) rows.push(['key', wish.key])
  const constraint = job.record?.constraint ?? wish?.constraint
  if (constraint !== undefined) rows.push(['constraint', constraintText(constraint)])
  if (wish?.volumes !== undefined) rows.push(['volumes', wish.volumes.join(', ')])
  if (wish !== null) rows.push(['command', commandText(wish)])
  if (fault !== null) rows.push(['command', `cannot be told: ${fault}`])
  if (files !== null) rows.push(['output', placeText(files.output)], ['error', placeText(files.error)])
  return rows.map(([title, text]) => [title, neutralise(text)] as const)
}

export const showText = (shown: Shown, now: number, style: Style): string =>
  showLines(shown, now)
    .map(([title, text]) => `${style.title(title.padEnd(10))} ${text}\n`)
    .join('')
