/** What the operator says of a node in `[node.NAME]`, beside what its executor tells of it. Pure. */
import type {NodeReport} from '@god-cli/api'
import {labels, orNone, type Values, whole} from './setting-kinds.js'

export const NODE_TABLE = {
  labels: labels('labels by which jobs and queues choose it, as KEY=VALUE'),
  gpus: orNone(whole(0, 0, 1024, 'how many gpus it has; none = as its executor tells'), null),
} as const

export type NodeWord = Values<typeof NODE_TABLE>
export type NodeWords = ReadonlyMap<string, NodeWord>

/** The operator has the last word. */
export const withWords = (nodes: readonly NodeReport[], words: NodeWords): readonly NodeReport[] =>
  nodes.map(node => {
    const word = words.get(node.name)
    if (word === undefined) return node
    const capacity = word.gpus === null ? node.capacity : {...node.capacity, gpus: word.gpus}
    return {...node, capacity, labels: {...node.labels, ...word.labels}}
  })
