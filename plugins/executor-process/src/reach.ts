/**
 * Whether the account of a job can get to its own directory: a closed folder above it would end the job before its
 * first word, and nobody could say why. Looked at with root's eyes, judged by owner, groups and mode; no ACLs.
 */
import {statSync} from 'node:fs'
import {dirname} from 'node:path'
import type {ContainerSpec, Reason} from '@god-cli/api'

type Account = Pick<ContainerSpec, 'uid' | 'gid' | 'groups'>

const mayPass = (path: string, {uid, gid, groups}: Account): boolean => {
  const stat = statSync(path)
  if (stat.uid === uid) return (stat.mode & 0o100) !== 0
  const bit = stat.gid === gid || groups.includes(stat.gid) ? 0o010 : 0o001
  return (stat.mode & bit) !== 0
}

/** Null: every folder above lets it pass (or is gone, which the start will tell). */
export const reachReason = (path: string, account: Account): Reason | null => {
  if (account.uid === 0) return null
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      if (!mayPass(folder, account)) {
        const text = `uid ${account.uid} may not pass through ${folder} to the job's directory (chmod o+x, or another place)`
        return {code: 'reach', text, numbers: {uid: account.uid}}
      }
    } catch {
      return null
    }
    if (dirname(folder) === folder) return null
  }
}
