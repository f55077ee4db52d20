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
import {BASIC, type Vector} from '../../../src/core/scheduling/vector.js'
import {amount, tellCases} from '../../support/amount.js'
import {amounts, aNode, aPending, NOW} from '../builders.js'
import {ALL_KINDS, amountOf, OF_NODE, roomOn, spaceWith, withCounted} from './counted.js'
import {ASSUMED, atRest, inTurn, lineUpAt, planOfSite, type SomeSite, someSite} from './some-site.js'

const RUNS = {numRuns: amount(1000, 100_000)}
const PATIENCE = amount(60_000, 3_600_000)

/** How often each was met, so that none is checked in vain. */
const met = new Map<string, number>()
let cases = 0

/** What is free on each node, with what is free of the seats, now or when all that ends until then has ended. */
const freeAt = (site: SomeSite, name: string, at: number = site.now): Vector => {
  const node = site.nodes.find(each => each.name === name) ?? assert.fail(`there is no node ${name}`)
  const room = roomOn(node, site.space)
  for (const {node: other, resources, until = 0} of site.allocations) {
    if (until <= at) continue
    room.seat -= amountOf(resources, 'seat')
    if (other === name) for (const kind of OF_NODE) room[kind] -= amountOf(resources, kind)
  }
  return ALL_KINDS.map(kind => room[kind])
}

const holds = (free: Vector, ...needs: readonly Vector[]): boolean =>
  free.every((amountFree, i) => {
    const sum = needs.reduce((all, need) => all + (need[i] ?? 0), 0)
    return sum === 0 || sum <= amountFree
  })

const needOf = ({resources}: Waiting): Vector => ALL_KINDS.map(kind => amountOf(resources, kind))
const kindAt = (name: unknown): number => (ALL_KINDS as readonly unknown[]).indexOf(name)
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
const resources: Check = (job, {resource, short, node: named, at}, told) => {
  const {site, plan} = told
  // Of what the nodes share none is named.
  assert.equal(named === undefined, resource === 'seat')
  const [any] = site.nodes
  const node = named ?? plan.reservations.find(each => each.id === job.id)?.node ?? any?.name
  const kind = kindAt(resource)
  const free = freeAt(site, String(node))
  assert.ok(Number(short) > 0, 'nothing is short')
  assert.equal(short, (needOf(job)[kind] ?? 0) - Math.max(0, free[kind] ?? 0))
  if (at === undefined) return
  const [first] = plan.reservations
  assert.ok(plan.reservations.some(each => each.id === job.id && each.node === node && each.at === at))
  if (first?.id !== job.id) return
  assert.ok(holds(freeAt(site, String(node), Number(at)), needOf(job)), 'no room at the planned time')
  for (const {name} of site.nodes)
    assert.ok(!holds(freeAt(site, name, Number(at) - 1), needOf(job)), `room on ${name} before that`)
}

/** It fits now, and would still be there; with one reservation also: and then there would not be room for both. */
const reserved: Check = (job, {node, resource, for: whose, until}, told) => {
  const {site, plan} = told
  if (resource !== undefined) return seatsReserved(job, {resource, for: whose ?? 0, until: until ?? 0}, told)
  const name = String(node)
  assert.notEqual(whose, job.id)
  assert.ok(holds(freeAt(site, name), needOf(job)), 'it does not fit now')
  assert.ok(plan.reservations.some(each => each.id === whose && each.node === name && each.at === until))
  assert.ok(site.now + limitOf(job) > Number(until), 'it would have ended before')
  if (plan.reservations.length > 1) return
  const both = holds(freeAt(site, name, Number(until)), needOf(job), needOf(jobOf(told, whose)))
  assert.ok(!both, 'there will be room for both')
}

/** The same of seats: they fit now, on some node, and there would not be enough for both. */
const seatsReserved: Check = (job, {resource, for: whose, until}, told) => {
  const {site, plan} = told
  assert.equal(resource, 'seat')
  assert.ok(plan.reservations.some(each => each.id === whose && each.at === until))
  assert.ok(site.now + limitOf(job) > Number(until), 'it would have ended before')
  assert.ok(
    site.nodes.some(({name}) => holds(freeAt(site, name), needOf(job))),
    'it fits nowhere now',
  )
  if (plan.reservations.length > 1) return
  const seats = kindAt('seat')
  const free = freeAt(site, site.nodes[0]?.name ?? '', Number(until))[seats] ?? 0
  const both = (needOf(job)[seats] ?? 0) + (needOf(jobOf(told, whose))[seats] ?? 0)
  assert.ok(both > free, 'there will be enough for both')
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
  const empty = site.nodes.map(node => ALL_KINDS.map(kind => roomOn(node, site.space)[kind]))
  for (const room of empty) assert.ok(!holds(room, needOf(job)))
  if (resource === undefined) return
  const kind = kindAt(resource)
  assert.equal(asked, needOf(job)[kind])
  assert.equal(greatest, Math.max(...empty.map(room => room[kind] ?? 0)))
  assert.ok(Number(asked) > Number(greatest))
}

const CHECKS: Readonly<Record<string, Check>> = {resources, reserved, priority, quota, never}

const foreseen = (site: SomeSite, job: Waiting): Forecast =>
  forecast(
    {
      snapshot: site,
      lineUp: lineUpAt(site.fair, site.now, site.space),
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
      ...{now: NOW, nodes: [aNode('n1', 4)], fair: false, space: spaceWith(0)},
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

  const runs = {id: jobId(9), node: 'n1', user: 'ann', project: 'default', until: NOW + 60_000}
  const seats = (count: number) => withCounted(amounts(1), {seat: count})

  it('names the job for which what all nodes share is kept', () => {
    const site: SomeSite = {
      ...{now: NOW, nodes: [aNode('n1', 4), aNode('n2', 4)], fair: false, space: spaceWith(2)},
      allocations: [{...runs, resources: seats(1)}],
      pending: [aPending(1, seats(2), {walltime: 3600}), aPending(2, seats(1), {walltime: 3600})],
      rules: DEFAULT_RULES,
    }
    const told = toldOf(site)
    assert.deepEqual(
      [1, 2].map(id => told.reasons.get(jobId(id))),
      [
        {
          code: 'resources',
          text: 'next to start; waits for 1 seat more of the whole site, planned for 2026-01-01T00:01Z',
          numbers: {resource: 'seat', short: 1, at: NOW + 60_000},
        },
        {
          code: 'reserved',
          text: '1 seat of the whole site would be missing to job 1, planned for 2026-01-01T00:01Z',
          numbers: {resource: 'seat', for: 1, until: NOW + 60_000},
        },
      ],
    )
    assert.deepEqual(foreseen(site, site.pending[1] ?? assert.fail()).funnel.slice(1), [
      {what: 'take work', nodes: 2},
      {what: 'have 1 cpu', nodes: 2},
      {what: 'have 1G of memory', nodes: 2},
      {what: 'share 1 seat', nodes: 2},
      {what: 'have it free now', nodes: 2},
      {what: 'share enough, with 1 seat free', nodes: 2},
    ])
  })

  it('suggests to be done before what all nodes share is given to another, on a node that has room', () => {
    const hour = 3_600_000
    const site: SomeSite = {
      ...{now: NOW, nodes: [aNode('n1', 1), aNode('n2', 4)], fair: false, space: spaceWith(2)},
      allocations: [{...runs, resources: seats(1), until: NOW + 2 * hour}],
      pending: [aPending(1, seats(2), {walltime: 3600}), aPending(2, seats(1), {walltime: 4 * 3600})],
      rules: DEFAULT_RULES,
    }
    const {suggestion} = foreseen(site, site.pending[1] ?? assert.fail())
    assert.deepEqual(suggestion, {change: {walltime: 2 * 3600 - 60}, node: 'n2'})
  })

  it('says of what nobody counts any more that it will never start', () => {
    const site: SomeSite = {
      ...{now: NOW, nodes: [aNode('n1', 4)], fair: false, space: BASIC, allocations: []},
      pending: [aPending(1, seats(1)), aPending(2, amounts(1))],
      rules: DEFAULT_RULES,
    }
    const {reasons, plan} = toldOf(site)
    assert.match(
      reasons.get(jobId(1))?.text ?? '',
      /asks for seat, which is not counted on this site any more/,
    )
    assert.deepEqual(plan.starts, [{id: 2, node: 'n1'}])
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
        const instead = changed(job, suggestion.change)
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
