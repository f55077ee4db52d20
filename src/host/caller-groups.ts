/** Names of groups as this host knows them, for what a user is told; the service asks its own source of accounts. */
import {getent} from './getent.js'

/** Null: there is none, or nobody can be asked. */
export const groupNumber = (name: string): number | null => {
  if (!/^[a-z_][\w.@\\-]{0,62}\$?$/i.test(name)) return null
  const [[found, , gid = ''] = []] = getent('group', name) ?? []
  return found === name && /^\d+$/.test(gid) ? Number(gid) : null
}

/** Of this process, the primary one too; ascending. */
export const callerGroups = (): readonly number[] =>
  [...new Set([process.getgid?.() ?? 0, ...(process.getgroups?.() ?? [])])].sort((a, b) => a - b)
