/** What the operator says of a node in `[node.NAME]`, beside what its executor tells of it; and what he counts on each. Pure. */
import type {NodeReport} from '@god-cli/api'
import {type Counted, type CountedResources, counts, inOrder} from '../counted.js'
import {labels, orNone, type Values, whole} from '../settings/setting-kinds.js'

export const NODE_TABLE = {
  labels: labels('labels by which jobs and queues choose it, as KEY=VALUE'),
  gpus: orNone(whole(0, 0, 1024, 'how many gpus it has; none = as its executor tells'), null),
  resources: counts('how many it has of what [resource.NAME] counts on nodes, as NAME=NUMBER'),
} as const

export type NodeWord = Values<typeof NODE_TABLE>
export type NodeWords = ReadonlyMap<string, NodeWord>

const countedOn = (own: Counted, resources: CountedResources): Pick<NodeReport['capacity'], 'counted'> => {
  const found = [...resources.values()].flatMap(({name, scope, amount}) => {
    const has = own[name] ?? amount
    return scope === 'node' && has > 0 ? [[name, has] as const] : []
  })
  return found.length === 0 ? {} : {counted: inOrder(Object.fromEntries(found))}
}

interface Words {
  readonly nodes: NodeWords
  readonly resources: CountedResources
}

/** The operator has the last word. */
export const withWords = (reports: readonly NodeReport[], {nodes, resources}: Words): readonly NodeReport[] =>
  reports.map(node => {
    const word = nodes.get(node.name)
    if (word === undefined && resources.size === 0) return node
    const {cpus, memory, gpus} = node.capacity
    const capacity = {cpus, memory, gpus: word?.gpus ?? gpus, ...countedOn(word?.resources ?? {}, resources)}
    return {...node, capacity, labels: {...node.labels, ...word?.labels}}
  })
