/** Drop folders and what waits in them, judged as the passes judge it (inbox.ts); what its owner put beside is his. */
import {join} from 'node:path'
import type {JobId, Token, Uid} from '../../core/brand.js'
import {isSubmission, jobsOf} from '../../core/request.js'
import {listNames} from '../disk/read-file.js'
import {parseUserName, requestName} from '../layout.js'
import {createInbox, type Drop} from '../requests/inbox.js'
import type {Finding} from './finding.js'
import type {Place} from './place.js'
import {statOf, strangerFinding} from './seen.js'

export interface RequestsChecked {
  /** What submits in the inbox name. */
  readonly submitted: readonly {readonly id: JobId; readonly uid: Uid}[]
  readonly requests: number
  readonly findings: readonly Finding[]
}

interface Sum {
  readonly submitted: {readonly id: JobId; readonly uid: Uid}[]
  readonly findings: Finding[]
  requests: number
}

const checkOne = ({layout}: Place, drop: Drop, tok: Token, sum: Sum): void => {
  const taken = drop.read(tok)
  if (taken.kind === 'gone') return
  sum.requests++
  if (taken.kind === 'request') {
    if (isSubmission(taken.request))
      for (const {id} of jobsOf(taken.request)) sum.submitted.push({id, uid: drop.uid})
    return
  }
  const path = join(layout.dropFolder(drop.uid), requestName(tok))
  const repair = {do: 'refuse', uid: drop.uid, tok} as const
  sum.findings.push({id: 'F_REQUEST', path, text: taken.refusal.message, repair})
}

const folderText = ({fs}: Place, path: string, uid: number): string | null => {
  const stat = statOf(fs, path)
  if (stat === null) return null
  if (stat.kind !== 'folder') return 'it is no folder'
  if (stat.uid !== uid) return `it belongs to uid ${stat.uid}`
  return (stat.mode & 0o007) === 0 ? null : 'it is open to all users'
}

const checkUser = (place: Place, name: string, sum: Sum): void => {
  const {fs, layout, cluster} = place
  const path = join(layout.inbox, name)
  const uid = parseUserName(name)
  if (uid === null) {
    sum.findings.push(...[strangerFinding(fs, path) ?? []].flat())
    return
  }
  const text = folderText(place, path, uid)
  if (text !== null) {
    sum.findings.push({id: 'F_USER_FOLDER', path, text})
    return
  }
  // Without the cluster each request would be of another directory.
  const drop = cluster === null ? null : createInbox(fs, layout, cluster).open(uid)
  if (drop === null) return
  try {
    for (const tok of drop.tokens()) checkOne(place, drop, tok, sum)
  } finally {
    drop.close()
  }
}

export const checkRequests = (place: Place): RequestsChecked => {
  const sum: Sum = {submitted: [], findings: [], requests: 0}
  for (const name of listNames(place.fs, place.layout.inbox)) checkUser(place, name, sum)
  return sum
}
