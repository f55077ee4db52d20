/**
 * R15: each reason is true by a look at the site itself, with its numbers; and who does what is suggested to him starts.
 * Looked at when all that could start has started: as a user sees it.
 */
import assert from 'node:assert/strict'
import type {Reason} from '@god-cli/api'
import fc from 'fast-check'
import {instant, jobId} from '../../../src/core/brand.js'
import {type Plan, reasonsOf} from '../../../src/core/plan.js'
import type {Waiting} from '../../../src/core/schedule.js'
import {type Forecast, forecast} from '../../../src/core/scheduling/forecast.js'
import {DEFAULT_RULES} from '../../../src/core/scheduling/rules.js'
import {changed} from '../../../src/core/scheduling/suggestion.js'
import {type Vector, vectorOf} from '../../../src/core/scheduling/vector.js'
import {amount, tellCases} from '../../support/amount.js'
import {amounts, aNode, aPending, NOW} from '../builders.js'
import {ASSUMED, atRest, inTurn, lineUpAt, planOfSite, type SomeSite, someSite} from './some-site.js'

const RUNS = {numRuns: amount(2000, 100_000)}
const PATIENCE = amount(60_000, 3_600_000)
const KINDS = ['cpus', 'memory', 'gpus']

/** How often each was met, so that none is checked in vain. */
const met = new Map<string, number>()
let cases = 0

/** What is free on each node, now or when all that ends until then has ended. */
const freeAt = (site: SomeSite, name: string, at: number = site.now): Vector => {
  const node = site.nodes.find(each => each.name === name) ?? assert.fail(`there is no node ${name}`)
  const there = site.allocations.filter(each => each.node === name && (each.until ?? 0) > at)
  return vectorOf(node.capacity).map((all, i) =>
    there.reduce((left, {resources}) => left - (vectorOf(resources)[i] ?? 0), all),
  )
}

const holds = (free: Vector, ...needs: readonly Vector[]): boolean =>
  free.every((amountFree, i) => needs.reduce((sum, need) => sum + (need[i] ?? 0), 0) <= amountFree)

const needOf = ({resources}: Waiting): Vector => vectorOf(resources)
const limitOf = ({walltime}: Waiting): number => (walltime ?? ASSUMED) * 1000

interface Told {
  readonly site: SomeSite
  readonly plan: Plan
  readonly reasons: ReadonlyMap<number, Reason>
  readonly turns: readonly Waiting[]
}

const toldOf = (site: SomeSite): Told => {
  const plan = planOfSite(site)
  return {site, plan, reasons: reasonsOf(plan), turns: inTurn(site)}
}

type Numbers = NonNullable<Reason['numbers']>
type Check = (job: Waiting, numbers: Numbers, told: Told) => void

const jobOf = ({site}: Told, id: unknown): Waiting =>
  site.pending.find(each => each.id === id) ?? assert.fail(`job ${id} does not wait`)

/** So much of that is missing on that node, and no other is named where it could be placed now. */
const resources: Check = (job, {resource, short, node, at}, told) => {
  const {site, plan} = told
  const kind = KINDS.indexOf(String(resource))
  const free = freeAt(site, String(node))
  assert.ok(Number(short) > 0, 'nothing is short')
  assert.equal(short, (needOf(job)[kind] ?? 0) - (free[kind] ?? 0))
  if (at === undefined) return
  const [first] = plan.reservations
  assert.ok(plan.reservations.some(each => each.id === job.id && each.node === node && each.at === at))
  if (first?.id !== job.id) return
  assert.ok(holds(freeAt(site, String(node), Number(at)), needOf(job)), 'no room at the planned time')
  for (const {name} of site.nodes)
    assert.ok(!holds(freeAt(site, name, Number(at) - 1), needOf(job)), `room on ${name} before that`)
}

/** It fits now, and would still be there; with one reservation also: and then there would not be room for both. */
const reserved: Check = (job, {node, for: whose, until}, told) => {
  const {site, plan} = told
  const name = String(node)
  assert.notEqual(whose, job.id)
  assert.ok(holds(freeAt(site, name), needOf(job)), 'it does not fit now')
  assert.ok(plan.reservations.some(each => each.id === whose && each.node === name && each.at === until))
  assert.ok(site.now + limitOf(job) > Number(until), 'it would have ended before')
  if (plan.reservations.length > 1) return
  const both = holds(freeAt(site, name, Number(until)), needOf(job), needOf(jobOf(told, whose)))
  assert.ok(!both, 'there will be room for both')
}

/** So many that wait for room are before it; and itself it fits nowhere, unless nobody may pass the first. */
const priority: Check = (job, {ahead, next}, told) => {
  const {site, plan, reasons, turns} = told
  const first = jobOf(told, next)
  const waitsForRoom = ({id}: Waiting): boolean =>
    !['quota', 'never'].includes(reasons.get(jobId(id))?.code ?? '')
  const before = turns.slice(0, turns.indexOf(job)).filter(waitsForRoom)
  assert.equal(before[0]?.id, first.id)
  // Who could start only beyond the horizon is passed by others, who are counted before him.
  assert.ok(
    site.rules.horizon === DEFAULT_RULES.horizon ? ahead === before.length : Number(ahead) >= before.length,
  )
  if (site.rules.backfill === 'none') return
  for (const {name} of site.nodes)
    assert.ok(!holds(freeAt(site, name), needOf(job)), `it fits on ${name} now`)
  assert.ok(!plan.reservations.some(each => each.id === job.id))
}

const quota: Check = (job, {whose, measure, limit, used, asked}, {site}) => {
  const own = site.allocations.filter(({user}) => user === job.user)
  const sum = own.reduce((all, each) => all + (measure === 'running' ? 1 : each.resources.cpus), 0)
  assert.equal(whose, `user ${job.user}`)
  assert.equal(used, sum)
  assert.equal(asked, measure === 'running' ? 1 : job.resources.cpus)
  const set = site.quotas?.users.get('*')
  assert.equal(limit, measure === 'running' ? set?.running : set?.cpus)
  assert.ok(Number(used) + Number(asked) > Number(limit))
}

const never: Check = (job, {resource, asked, greatest}, {site}) => {
  for (const {capacity} of site.nodes) assert.ok(!holds(vectorOf(capacity), needOf(job)))
  if (resource === undefined) return
  const kind = KINDS.indexOf(String(resource))
  assert.equal(asked, needOf(job)[kind])
  assert.equal(greatest, Math.max(...site.nodes.map(({capacity}) => vectorOf(capacity)[kind] ?? 0)))
  assert.ok(Number(asked) > Number(greatest))
}

const CHECKS: Readonly<Record<string, Check>> = {resources, reserved, priority, quota, never}

const foreseen = (site: SomeSite, job: Waiting): Forecast =>
  forecast(
    {
      snapshot: site,
      lineUp: lineUpAt(site.fair, site.now),
      terms: undefined,
      knownNodes: site.nodes.length,
      running: [],
      past: [],
    },
    job,
  )

const startsIn = (site: SomeSite, id: number): boolean => planOfSite(site).starts.some(each => each.id === id)

/** Some time has gone by; it was withdrawn, and submitted anew with the change. */
const applied = (site: SomeSite, old: Waiting, instead: Waiting, delay: number): SomeSite => {
  const now = instant(site.now + delay)
  const anew = {...instead, id: 5000, submitted: now, eligible: now}
  return {...site, now, pending: [...site.pending.filter(({id}) => id !== old.id), anew]}
}

describe('R15: what a waiting job is told', () => {
  it('is true of each, with its numbers', () => {
    fc.assert(
      fc.property(someSite, given => {
        const told = toldOf(atRest(given))
        for (const job of told.site.pending) {
          const reason = told.reasons.get(jobId(job.id)) ?? assert.fail(`job ${job.id} has no reason`)
          cases++
          met.set(reason.code, (met.get(reason.code) ?? 0) + 1)
          const check = CHECKS[reason.code] ?? assert.fail(`nobody checks ${reason.code}`)
          check(job, reason.numbers ?? {}, told)
        }
      }),
      RUNS,
    )
    for (const code of Object.keys(CHECKS)) assert.ok((met.get(code) ?? 0) > 4, `${code} was hardly met`)
  }).timeout(PATIENCE)

  it('names the job for which its room is kept where nothing is short, though room is reserved for itself too', () => {
    const of = {walltime: 3600}
    const site: SomeSite = {
      ...{now: NOW, nodes: [aNode('n1', 4)], fair: false},
      allocations: [
        {
          id: jobId(9),
          node: 'n1',
          user: 'ann',
          project: 'default',
          resources: amounts(2),
          until: NOW + 60_000,
        },
      ],
      pending: [aPending(1, amounts(3), of), aPending(2, amounts(2), of)],
      rules: {...DEFAULT_RULES, backfill: 'conservative'},
    }
    const {code, numbers} = toldOf(site).reasons.get(jobId(2)) ?? assert.fail('no reason')
    assert.deepEqual([code, numbers], ['reserved', {node: 'n1', for: 1, until: NOW + 60_000}])
  })

  it('lets it start when it does what is suggested, though some seconds later and behind all others', () => {
    let suggested = 0
    fc.assert(
      fc.property(someSite, fc.nat(), fc.integer({min: 0, max: 50_000}), (given, which, delay) => {
        const site = atRest(given)
        const job = site.pending[which % Math.max(1, site.pending.length)]
        const suggestion = job === undefined ? null : foreseen(site, job).suggestion
        if (job === undefined || suggestion === null) return
        suggested++
        cases++
        const instead = changed(job, suggestion)
        const inPlace = {...site, pending: site.pending.map(each => (each.id === job.id ? instead : each))}
        assert.ok(startsIn(inPlace, job.id), `in its place: ${JSON.stringify(suggestion)}`)
        assert.ok(startsIn(applied(site, job, instead, delay), 5000), `anew: ${JSON.stringify(suggestion)}`)
      }),
      RUNS,
    )
    assert.ok(suggested > 10, `only ${suggested} suggestions`)
  }).timeout(PATIENCE)

  after(() => tellCases('R15', cases))
})
