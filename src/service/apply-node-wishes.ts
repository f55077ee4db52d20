/**
 * What operators want of nodes: drained, ready again, reserved. Taken by the scheduler alone, the oldest first.
 *
 * Each is published in the node's record and unlinked, both on the disk, before the next is looked at. So after a crash at
 * most the last one is applied once more, which changes nothing.
 */
import type {Uid} from '../core/brand.js'
import {type Refusal, refusal} from '../core/errors.js'
import {holdAfter} from '../core/node/hold.js'
import type {AdminRequest} from '../core/request.js'
import type {Drop} from '../store/requests/inbox.js'
import type {Service} from './service.js'

export interface NodeWish {
  readonly drop: Drop
  readonly request: AdminRequest
  readonly writtenAt: number
}

const apply = (service: Service, {drop, request}: NodeWish, operators: ReadonlySet<Uid>): Refusal | null => {
  const {node, act} = request
  if (!operators.has(drop.uid))
    return refusal('E_NOT_PERMITTED', `${act} of node ${node}: this is for operators`, 'Ask an operator.')
  let full = false
  const known = service.nodes.hold(node, hold => {
    const after = holdAfter(hold, request, `u${drop.uid}`, service.now())
    full = after === null
    return after ?? hold
  })
  if (!known) return refusal('E_NO_NODE', `there is no node '${node}'`, "See 'god nodes'.")
  return full ? refusal('E_LIMIT', `node ${node} has as many reservations as it can have`) : null
}

export const applyNodeWishes = (
  service: Service,
  wishes: readonly NodeWish[],
  operators: ReadonlySet<Uid>,
): {readonly applied: number; readonly refused: number} => {
  let refused = 0
  for (const wish of wishes) {
    const {drop, request} = wish
    const no = apply(service, wish, operators)
    const at = service.now()
    const text = no?.message ?? `node ${request.node}: ${request.act}`
    service.journal.write({at, what: no === null ? 'node' : 'refused', by: `u${drop.uid}`, text})
    if (no === null) drop.finish(request.tok)
    else drop.refuse(request.tok, {...no, id: null, at})
    service.durable.syncFolder(drop.path, drop.name)
    if (no !== null) refused++
  }
  return {applied: wishes.length - refused, refused}
}
