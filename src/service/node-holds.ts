/** Which of the nodes that the engine offers take new work, and when only some users', by the words of operators. */
import type {NodeReport} from '@god-cli/api'
import {periodsAt} from '../core/node-hold.js'
import type {Snapshot} from '../core/schedule.js'
import type {Service} from './service.js'

export type Taking = Required<Pick<Snapshot, 'nodes' | 'drained' | 'closures'>>

export const nodesTaking = (
  {nodes, now}: Pick<Service, 'nodes' | 'now'>,
  offered: readonly NodeReport[],
): Taking => {
  const holds = new Map(nodes.records().map(record => [record.name, record]))
  const isDrained = ({name}: NodeReport): boolean => {
    const hold = holds.get(name)
    return hold?.drained !== undefined || hold?.lost !== undefined
  }
  const at = now()
  return {
    nodes: offered.filter(node => !isDrained(node)),
    drained: offered.filter(isDrained),
    closures: new Map([...holds].map(([name, hold]) => [name, periodsAt(hold, at)])),
  }
}
