/** `god nodes drain|ready|reserve NAME`: an early word, then one request to the scheduler. Durable when it returns. */
import {parseTime} from '../../core/amounts.js'
import {LAST_INSTANT} from '../../core/begin-time.js'
import {instant} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import {type AdminRequest, NODE_ACTS, type NodeAct} from '../../core/request.js'
import {nearest} from '../../core/text.js'
import {dropRequest, newToken} from '../../store/requests/drop-folder.js'
import {SCHEMA} from '../jobs/job-json.js'
import {isOperator} from '../operator.js'
import type {Site} from '../site.js'
import {checkReadable} from '../submit/readable.js'
import {checkNames} from './check-names.js'

export interface NodeActFlags {
  readonly reason: string | undefined
  readonly from: string | undefined
  readonly to: string | undefined
  readonly users: readonly string[] | undefined
  readonly groups: readonly string[] | undefined
}

const isNodeAct = (word: string): word is NodeAct => NODE_ACTS.some(act => act === word)

export type Meant =
  | {readonly act: NodeAct; readonly node: string}
  /** To be shown; left out: all. */
  | {readonly act: null; readonly node: string | undefined}

/** The first word is what to do, or the node that is to be shown. */
export const meantOf = ({
  act,
  node,
}: {
  readonly act: string | undefined
  readonly node: string | undefined
}): Meant => {
  if (act === undefined || !isNodeAct(act)) {
    if (node === undefined) return {act: null, node: act}
    throw new GodError(
      'E_USAGE',
      `'${act}' is nothing to do with a node`,
      'Write drain, lost, ready or reserve.',
    )
  }
  if (node === undefined) throw new GodError('E_USAGE', `${act}: no node is named`, "See 'god nodes'.")
  return {act, node}
}

/** `now`, `+2h` after `base`, or as ISO 8601 has it. */
const momentOf = (text: string, flag: string, now: number, base: number): number => {
  if (text === 'now') return now
  const ahead = /^\+\d+[smhd]$/.test(text) ? parseTime(text.slice(1)) : null
  const date = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  const at = ahead === null ? date : base + ahead * 1000
  if (at >= 0 && at <= LAST_INSTANT) return at
  throw new GodError(
    'E_AMOUNT_BAD',
    `${flag}: '${text}' is no point in time`,
    'Write 2026-01-31T12:00Z, now, or +2h for in two hours.',
  )
}

const periodOf = (
  {from, to, users = [], groups = []}: NodeActFlags,
  now: number,
): NonNullable<AdminRequest['period']> => {
  if (to === undefined) throw new GodError('E_USAGE', 'reserve: no --to is given', 'Write --to +4h.')
  const begin = momentOf(from ?? 'now', '--from', now, now)
  const period = {
    from: instant(begin),
    to: instant(momentOf(to, '--to', now, begin)),
    users: [...users],
    ...(groups.length === 0 ? {} : {groups: [...groups]}),
  }
  if (period.to <= period.from || period.to <= now)
    throw new GodError('E_USAGE', `reserve: it ends before it begins, or is over ('${to}')`)
  return period
}

const checkFlags = (act: NodeAct, {from, to, users, groups, reason}: NodeActFlags): void => {
  const periodFlags = from ?? to ?? users ?? groups
  if (act !== 'reserve' && periodFlags !== undefined)
    throw new GodError(
      'E_USAGE',
      `${act} takes no --from, --to, --users and --groups`,
      'They belong to reserve.',
    )
  if (act !== 'drain' && act !== 'lost' && reason !== undefined)
    throw new GodError('E_USAGE', `${act} takes no --reason`, 'It belongs to drain and lost.')
}

export const checkNode = (site: Site, name: string): void => {
  const names = site.nodes.all().map(node => node.name)
  if (names.includes(name)) return
  const near = nearest(name, names)
  const hint =
    near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `There are: ${names.join(', ') || 'none yet'}.`
  throw new GodError('E_NO_NODE', `there is no node '${name}'`, hint)
}

export interface NodeActed {
  readonly request: AdminRequest
  /** What may be wrong with it. */
  readonly remarks: readonly string[]
}

export const requestNodeAct = (site: Site, act: NodeAct, node: string, flags: NodeActFlags): NodeActed => {
  checkFlags(act, flags)
  const period = act === 'reserve' ? periodOf(flags, site.now()) : undefined
  checkNode(site, node)
  // A site of one user is its user's.
  if (site.format.mode !== 'single' && !isOperator(site))
    throw new GodError('E_NOT_PERMITTED', `${act} of node ${node}: this is for operators`, 'Ask an operator.')
  const remarks = period === undefined ? [] : checkNames(site, period)
  const request: AdminRequest = {
    ...{v: 1, op: 'admin', act, node, tok: newToken(site.random), cluster: site.format.cluster},
    ...(period === undefined ? {} : {period}),
    ...(flags.reason === undefined ? {} : {remark: flags.reason}),
  }
  checkReadable(request)
  dropRequest(site, request)
  return {request, remarks}
}

const DONE: Readonly<Record<NodeAct, string>> = {
  drain: 'will take no new work; what runs there runs on',
  lost: 'is gone for good: what ran there will end as lost, and it will take no new work',
  ready: 'will take work again, and is reserved for nobody',
  reserve: 'will be reserved',
}

export const nodeActText = ({node, act}: AdminRequest): string => `node ${node}: ${DONE[act]}\n`

export const nodeActJson = ({node, act}: AdminRequest): object => ({
  schema: SCHEMA,
  node,
  act,
  result: 'requested',
})
