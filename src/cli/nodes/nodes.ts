/** `god nodes`: which nodes there are and what is free on them, by their records and the live jobs. Reads only. */

import type {Resources} from '@god-cli/api'
import {formatCpus, formatMemory} from '../../core/amounts.js'
import {partRecords} from '../../core/array/view.js'
import {addCounted, resourcesOf} from '../../core/counted.js'
import {type NodePeriod, periodsAt, whomText} from '../../core/node/hold.js'
import {labelsOf} from '../../core/scheduling/shape.js'
import {isAllocated} from '../../core/state.js'
import {iso} from '../../host/clock.js'
import type {NodeRecord} from '../../store/node-store.js'
import {SCHEMA} from '../jobs/job-json.js'
import type {Style} from '../screen/style.js'
import type {Column} from '../screen/table.js'
import type {Site} from '../site.js'
import {checkNode} from './acts.js'

type NodeState = 'up' | 'down' | 'lost' | 'drained' | 'reserved'
type Amounts = Resources

export interface NodeView {
  readonly name: string
  readonly state: NodeState
  /** Epoch milliseconds; null: it is up. */
  readonly since: number | null
  readonly reason: string
  readonly total: Amounts
  readonly used: Amounts
  /** Jobs and tasks. */
  readonly jobs: number
  readonly labels: Readonly<Record<string, string>>
  /** Those that are not over. */
  readonly reserved: readonly NodePeriod[]
}

const periodText = (period: NodePeriod): string =>
  `for ${whomText(period)} from ${iso(period.from)} to ${iso(period.to)}`

const withPeriods = (why: string, reserved: readonly NodePeriod[]): string =>
  [...(why === '' ? [] : [why]), ...reserved.map(each => `also reserved ${periodText(each)}`)].join('; ')

/** What keeps work off it, the strongest first. `reserved`: in order of time. */
const stateOf = (
  {down, drained, lost}: NodeRecord,
  reserved: readonly NodePeriod[],
  now: number,
): Pick<NodeView, 'state' | 'since' | 'reason'> => {
  if (lost !== undefined) return {state: 'lost', since: lost.since, reason: withPeriods(lost.why, reserved)}
  if (down !== undefined) return {state: 'down', since: down.since, reason: withPeriods(down.why, reserved)}
  if (drained !== undefined)
    return {state: 'drained', since: drained.since, reason: withPeriods(drained.why, reserved)}
  const [first, ...others] = reserved
  if (first !== undefined && first.from <= now)
    return {state: 'reserved', since: first.from, reason: withPeriods(periodText(first), others)}
  return {state: 'up', since: null, reason: reserved.map(each => `reserved ${periodText(each)}`).join('; ')}
}

const NOTHING: Amounts = {cpus: 0, memory: 0, gpus: 0}

const usedOn = (site: Site): ReadonlyMap<string, {readonly used: Amounts; readonly jobs: number}> => {
  const all = new Map<string, {readonly used: Amounts; readonly jobs: number}>()
  for (const {record} of site.jobs.all())
    for (const part of partRecords(record)) {
      const {state, node} = part
      if (!isAllocated(state) || node === null) continue
      const resources = resourcesOf(part)
      const {used, jobs} = all.get(node) ?? {used: NOTHING, jobs: 0}
      const sum = {
        cpus: used.cpus + resources.cpus,
        memory: used.memory + resources.memory,
        gpus: used.gpus + resources.gpus,
        counted: addCounted(used.counted, resources.counted),
      }
      all.set(node, {used: sum, jobs: jobs + 1})
    }
  return all
}

export const viewNodes = (site: Site, name: string | undefined): readonly NodeView[] => {
  if (name !== undefined) checkNode(site, name)
  const used = usedOn(site)
  const now = site.now()
  return site.nodes
    .records()
    .filter(node => name === undefined || node.name === name)
    .map(node => {
      const reserved = [...periodsAt(node, now)].sort((a, b) => a.from - b.from)
      return {
        name: node.name,
        ...stateOf(node, reserved, now),
        total: resourcesOf({
          resources: node.capacity,
          ...(node.counted === undefined ? {} : {counted: node.counted}),
        }),
        used: used.get(node.name)?.used ?? NOTHING,
        jobs: used.get(node.name)?.jobs ?? 0,
        labels: node.labels,
        reserved,
      }
    })
}

/** What the nodes share, and how much of it is taken. */
export interface SharedView {
  readonly name: string
  readonly total: number
  readonly used: number
}

export const viewShared = (site: Site): readonly SharedView[] => {
  const all = [...usedOn(site).values()].map(({used}) => used.counted)
  return [...site.configuration.sections.resources.values()]
    .filter(({scope}) => scope === 'site')
    .map(({name, amount}) => ({
      name,
      total: amount,
      used: all.reduce((sum, counted) => sum + (counted?.[name] ?? 0), 0),
    }))
}

/** For people, below the nodes. */
export const sharedText = (shared: readonly SharedView[]): string | null =>
  shared.length === 0
    ? null
    : `of the whole site: ${shared.map(({name, total, used}) => `${used}/${total} ${name}`).join(', ')}`

export const nodesJson = (nodes: readonly NodeView[], shared: readonly SharedView[]): object => ({
  schema: SCHEMA,
  shared,
  nodes: nodes.map(({name, state, since, reason, total, used, jobs, labels, reserved}) => ({
    name,
    state,
    since: since === null ? null : iso(since),
    reason: reason === '' ? null : reason,
    cpus: {total: total.cpus / 1000, used: used.cpus / 1000},
    memory: {total: total.memory, used: used.memory},
    gpus: {total: total.gpus, used: used.gpus},
    resources: Object.fromEntries(
      Object.entries(total.counted ?? {}).map(([kind, all]) => [
        kind,
        {total: all, used: used.counted?.[kind] ?? 0},
      ]),
    ),
    jobs,
    labels,
    reservations: reserved.map(({from, to, users, groups = []}) => ({
      from: iso(from),
      to: iso(to),
      users,
      groups,
    })),
  })),
})

const memoryText = (bytes: number): string => (bytes === 0 ? '0' : formatMemory(bytes))

const LIKE_JOBS: Readonly<Record<NodeState, Parameters<Style['state']>[0]>> = {
  up: 'running',
  reserved: 'held',
  drained: 'held',
  down: 'failed',
  lost: 'failed',
}

export const nodeColumns = (style: Style): readonly Column<NodeView>[] => [
  {title: 'NODE', value: node => node.name},
  {
    title: 'STATE',
    value: node => node.state,
    paint: (node, text) => style.state(LIKE_JOBS[node.state], text),
  },
  {
    title: 'CPUS',
    value: ({used, total}) => `${formatCpus(used.cpus)}/${formatCpus(total.cpus)}`,
    align: 'right',
  },
  {
    title: 'MEM',
    value: ({used, total}) => `${memoryText(used.memory)}/${memoryText(total.memory)}`,
    align: 'right',
  },
  {title: 'GPU', value: ({used, total}) => `${used.gpus}/${total.gpus}`, align: 'right'},
  {title: 'JOBS', value: node => String(node.jobs), align: 'right'},
  {title: 'LABELS', value: node => labelsOf(node).join(','), shrink: true},
  {title: 'SINCE', value: node => (node.since === null ? '' : iso(node.since)), yields: 1},
  {title: 'REASON', value: node => node.reason, shrink: true},
  {
    title: 'OTHER',
    value: ({used, total}) =>
      Object.entries(total.counted ?? {})
        .map(([kind, all]) => `${kind}=${used.counted?.[kind] ?? 0}/${all}`)
        .join(','),
    yields: 1,
  },
]
