/**
 * `god why`: the reason that the last pass wrote, and what would end it, with the reason's own numbers, so it says what
 * `stat` says. Of a job that waits for its turn besides what the scheduler would say now: its place, the nodes that are left
 * for it, when it starts, and a change that would let it start.
 */

import type {Reason} from '@god-cli/api'
import {counted} from '../../core/amounts.js'
import {SHOW} from '../../core/limits/quota.js'
import type {Forecast} from '../../core/scheduling/forecast.js'
import {parseSelector} from '../../core/selector.js'
import {isOver} from '../../core/state.js'
import {neutralise} from '../../core/text.js'
import {iso} from '../../host/clock.js'
import {SCHEMA} from '../jobs/job-json.js'
import type {JobView} from '../jobs/job-view.js'
import {selectOne} from '../jobs/listing.js'
import type {Site} from '../site.js'
import {forecastJson, forecastLines} from './forecast-text.js'

export interface Why {
  readonly job: JobView
  /** Null: nothing keeps it. */
  readonly reason: Reason | null
  /** What would let it start; null: there is nothing to be done. */
  readonly needs: string | null
  /** Null: it does not wait for its turn, or nobody could be asked. */
  readonly forecast: Forecast | null
  readonly now: number
}

/** What the scheduler would say of that job now. */
export type Foresee = (site: Site, job: JobView) => Promise<Forecast | null>

const AMOUNTS: Readonly<Record<string, (amount: number) => string>> = {
  ...SHOW,
  gpus: amount => counted(amount, 'gpu'),
}

const show = (measure: string | number | undefined, amount: number): string =>
  measure === undefined ? String(amount) : (AMOUNTS[measure]?.(amount) ?? `${amount} ${measure}`)

const numberOf = (value: string | number | undefined): number => Number(value ?? 0)

const quotaNeeds = ({numbers = {}}: Reason): string => {
  const {whose, measure, limit, used, asked} = numbers
  if (measure === 'cpuTime')
    return `used time of ${whose} to grow older than quota_window, or a larger cpu_time in [quota]`
  const over = numberOf(used) + numberOf(asked) - numberOf(limit)
  return `that ${whose} uses ${show(measure, over)} less: jobs of it must end first`
}

const seeShow = (id: string): string => `'god why ${id}'`

const queueNeeds = ({numbers = {}}: Reason): string => `that job ${numbers.next} starts first`

const roomNeeds = ({numbers = {}}: Reason, beyond = ''): string =>
  `${show(numbers.resource, numberOf(numbers.short))} more free on ${numbers.node ?? 'the site'}${beyond}, or a job that asks for less`

/** It is not its turn that it waits for: it would not start as the first either, and may start before the first. */
const lacksRoom = ({code}: Reason, forecast: Forecast | null): Reason | null =>
  code === 'priority' && forecast?.lacks?.code === 'resources' ? forecast.lacks : null

/** The reason itself says what must come. */
const dependencyNeeds = ({numbers = {}}: Reason): string | null => {
  const jobs = String(numbers.jobs ?? '')
  return jobs === '' ? null : `that to happen: see ${jobs.split(',').slice(0, 3).map(seeShow).join(', ')}`
}

/** By the code of a reason. */
const NEEDS: Readonly<Record<string, (reason: Reason, job: JobView, now: number) => string | null>> = {
  quota: quotaNeeds,
  priority: queueNeeds,
  resources: reason => roomNeeds(reason),
  reserved: ({numbers = {}}, _job, now) =>
    numbers.for === undefined
      ? `the end of that reservation${numberOf(numbers.from) > now ? ', or a walltime that ends before it begins' : ''}`
      : `that job ${numbers.for} starts, or a walltime that ends before it is to start`,
  never: () => 'a larger node, or to be submitted with less',
  'no-node': ({numbers}) =>
    numbers?.constraint === undefined
      ? "an engine that answers: see 'god doctor'"
      : 'a node that it may run on and that takes work',
  maintenance: () => 'that the operator ends the maintenance',
  new: () => "a scheduling pass: 'god schedule' or 'god watch'",
  rate: () => 'time, or an operator who raises that limit',
  dependency: dependencyNeeds,
  retry: ({numbers = {}}) => `time: its next attempt may start at ${iso(numberOf(numbers.at))}`,
  held: (_reason, {id}) => `'god release ${id}'`,
  identity: (_reason, {id}) => `an account for its user, then 'god release ${id}'`,
  restored: (_reason, {id}) => `'god release ${id}', if it did not run yet`,
  suspended: (_reason, {id}) => `'god resume ${id}'`,
  'begin-time': (_reason, {id}) => `that time to come, or 'god update ${id} --begin now'`,
  limit: reason =>
    reason.numbers?.measure === undefined ? 'that other tasks of the array end' : quotaNeeds(reason),
  queue: (_reason, {id}) => `'god kill ${id}', and to be submitted to another queue`,
  packing: () => "that finished tasks are packed: by the scheduler, or 'god gc'",
}

const needsOf = (job: JobView, forecast: Forecast | null, now: number): string | null => {
  const {reason, state} = job
  if (reason === null || isOver(state)) return null
  const lacks = lacksRoom(reason, forecast)
  if (lacks !== null) return roomNeeds(lacks, ' than the jobs ahead of it take')
  return Object.hasOwn(NEEDS, reason.code) ? (NEEDS[reason.code]?.(reason, job, now) ?? null) : null
}

export const whyJob = async (site: Site, selector: string, foresee: Foresee): Promise<Why> => {
  const job = selectOne(site, parseSelector(selector))
  const waits = job.state === 'pending'
  const forecast = waits ? await foresee(site, job) : null
  const now = site.now()
  return {job, reason: job.reason, needs: needsOf(job, forecast, now), forecast, now}
}

export const whyJson = ({job: {id, state}, reason, needs, forecast}: Why): object => ({
  schema: SCHEMA,
  id,
  state,
  reason,
  needs,
  forecast: forecast === null ? null : forecastJson(forecast),
})

/** A state of which nothing was said says enough by itself. */
const silent = ({state}: JobView): string => {
  if (state === 'pending') return 'no pass has looked at it yet'
  return isOver(state) ? 'it is over' : 'nothing keeps it'
}

export const whyText = ({job, reason, needs, forecast, now}: Why): string => {
  const lines = [
    `job ${job.id} is ${job.state}: ${reason?.text ?? silent(job)}`,
    ...(needs === null ? [] : [`needs ${needs}`]),
    ...(forecast === null ? [] : forecastLines(job, forecast, now)),
  ]
  return lines.map(line => `${neutralise(line)}\n`).join('')
}
