/** Which of the nodes that the engine offers take new work, and when only some users', by the words of operators. */
import type {NodeReport} from '@god-cli/api'
import {admittedBy, type NodePeriod, periodsAt, whomText} from '../core/node/hold.js'
import type {Snapshot} from '../core/schedule.js'
import type {Closure} from '../core/scheduling/room.js'
import type {Service} from './service.js'

export type Taking = Required<Pick<Snapshot, 'nodes' | 'drained' | 'closures'>>

const closureOf = (period: NodePeriod): Closure => {
  const {from, to} = period
  return {
    from,
    to,
    users: admittedBy(period),
    ...(period.groups === undefined ? {} : {whom: whomText(period)}),
  }
}

export const nodesTaking = (
  {nodes, now}: {readonly nodes: Pick<Service['nodes'], 'records'>} & Pick<Service, 'now'>,
  offered: readonly NodeReport[],
): Taking => {
  const holds = new Map(nodes.records().map(record => [record.name, record]))
  const withheld = (node: NodeReport): Taking['drained'] => {
    const hold = holds.get(node.name)
    if (hold?.lost !== undefined) return [{...node, lost: true}]
    return hold?.drained === undefined ? [] : [node]
  }
  const at = now()
  return {
    nodes: offered.filter(node => withheld(node).length === 0),
    drained: offered.flatMap(withheld),
    closures: new Map([...holds].map(([name, hold]) => [name, periodsAt(hold, at).map(closureOf)])),
  }
}
