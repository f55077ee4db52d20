/**
 * Paths of volumes: which an operator may grant, and what they are for one user. Pure; whether the folder is there, and
 * whether nobody can swap a part of the path for a link, is looked at before each start (`service/mountable.ts`).
 */
import type {Grantee} from './grants.js'

/** What no job may see, also below: the system's own folders, what engines keep, and root's home. */
const SYSTEM =
  /^\/(?:bin|boot|dev|etc|lib(?:x?32|64)?|lost\+found|proc|root|run|sbin|sys|usr|god|var\/(?:run|lock|lib\/(?:docker|containerd|containers|kubelet|god))|snap)(?:\/|$)/

/** Folders that hold too much of the system to be given away whole. */
const WHOLE = ['/', '/var', '/var/lib', '/var/log', '/home', '/mnt', '/tmp', '/var/tmp', '/opt', '/srv']

/** Where the host itself mounts something. */
const OURS = /^\/mnt\/(?:go-docker|home)(?:\/|$)/

const plain = (path: string): boolean =>
  path.startsWith('/') &&
  path.length <= 1024 &&
  !/[\0-\x1f\x7f\\:,"*?]/.test(path) &&
  path.split('/').every((part, i) => (i === 0 ? part === '' : part !== '' && part !== '.' && part !== '..'))

/** A dollar sign stands for a user or it is none: no other variable, and only as a whole part of the path. */
const marksFault = (path: string): boolean =>
  path.split('/').some(part => part.includes('$') && part !== '$USER' && part !== '$UID')

const formFault = (path: string): string | null => {
  if (!plain(path)) return 'it is not an absolute, plain path'
  return marksFault(path)
    ? '$USER and $UID stand for a whole part of the path, and there are no others'
    : null
}

/** Why that path on a node cannot be granted; null: it can. */
export const sourceFault = (path: string): string | null => {
  const form = formFault(path)
  if (form !== null) return form
  if (SYSTEM.test(path)) return 'it is a folder of the system'
  if (WHOLE.includes(path)) return 'it is too much of the system to be given away'
  return /^\/\$/.test(path) ? 'a user may not choose the first folder' : null
}

/** Why nothing can be mounted there inside a container; null: it can. */
export const targetFault = (path: string): string | null => {
  const form = formFault(path)
  if (form !== null) return form
  if (path === '/' || SYSTEM.test(path)) return 'it is a folder of the system'
  return OURS.test(path) ? 'it is where god mounts the job’s own folders' : null
}

/** For one user. His name is the site's; still nothing of it may lead anywhere else. */
export const pathFor = (path: string, {uid, name}: Pick<Grantee, 'uid' | 'name'>): string | null => {
  const safe = /^[\w][\w.@+-]*\$?$/.test(name) && name !== '..'
  if (path.includes('$USER') && !safe) return null
  return path
    .split('/')
    .map(part => (part === '$USER' ? name : part === '$UID' ? String(uid) : part))
    .join('/')
}
