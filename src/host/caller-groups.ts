/** Names of groups as this host knows them, for what a user is told; the service asks its own source of accounts. */
import {execFileSync} from 'node:child_process'

/** Null: there is none, or nobody can be asked. */
export const groupNumber = (name: string): number | null => {
  if (!/^[a-z_][\w.@\\-]{0,62}\$?$/i.test(name)) return null
  try {
    const line = execFileSync('getent', ['group', name], {
      encoding: 'utf8',
      timeout: 5000,
      env: {LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin'},
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [found, , gid] = line.split(':')
    return found === name && gid !== undefined && /^\d+$/.test(gid) ? Number(gid) : null
  } catch {
    return null
  }
}

/** Of this process, the primary one too; ascending. */
export const callerGroups = (): readonly number[] =>
  [...new Set([process.getgid?.() ?? 0, ...(process.getgroups?.() ?? [])])].sort((a, b) => a - b)
