/**
 * Whether mounts may be handed to the engine (docker.md 5.2, rule A). Answers a sentence, or null: they may.
 *
 * The engine follows links in a source when it starts the container, long after any look at it. So a source is
 * taken only if nobody but root could swap a part of it: every component a real directory, those on the way of root and
 * closed to others' writing; whoever owns the last one cannot put another in its place. A target inside a mount that users write would be made as root
 * on the node, through their links: no nesting. Not for the job's directory as source: that is the host's own.
 */
import {lstatSync, type Stats} from 'node:fs'
import {posix} from 'node:path'
import type {ContainerSpec, Mount} from '@god-cli/api'

export type Look = (path: string) => Pick<Stats, 'isDirectory' | 'uid' | 'mode'>

const SYSTEM = /^\/(?:bin|boot|dev|etc|god|lib(?:x?32|64)?|proc|run|sbin|sys|usr|var\/run)(?:\/|$)/

const WRITABLE_BY_OTHERS = 0o022

const isPath = (path: string): boolean =>
  path.startsWith('/') && posix.normalize(path) === path && !/[\0-\x1f]/.test(path) && !/.\/$/.test(path)

const componentFault = (path: string, look: Look): string | null => {
  let seen: ReturnType<Look>
  try {
    seen = look(path)
  } catch (error) {
    return `${path} cannot be looked at (${error instanceof Error ? error.message : String(error)})`
  }
  if (!seen.isDirectory()) return `${path} is not a real directory`
  if (seen.uid !== 0) return `${path} belongs to uid ${seen.uid}, not to root`
  return (seen.mode & WRITABLE_BY_OTHERS) === 0 ? null : `${path} may be written by others than root`
}

const sourceFault = (source: string, look: Look): string | null => {
  if (!isPath(source)) return 'it is not an absolute, plain path'
  const names = source.split('/').filter(name => name !== '')
  // Not the last one: it may be a file system of the user's that never answers.
  const above = ['/', ...names.slice(0, -1).map((_name, index) => `/${names.slice(0, index + 1).join('/')}`)]
  for (const path of above) {
    const fault = componentFault(path, look)
    if (fault !== null) return fault
  }
  return null
}

const isInside = (path: string, folder: string): boolean => path.startsWith(`${folder}/`)

const targetFault = (mount: Mount, all: readonly Mount[]): string | null => {
  const {target} = mount
  if (!isPath(target) || target === '/') return 'it is not an absolute, plain path'
  if (SYSTEM.test(target)) return 'it is a path of the system'
  for (const other of all) {
    if (other === mount) continue
    if (other.target === target) return 'it is taken by another mount'
    if (!other.readOnly && isInside(target, other.target))
      return `it lies inside ${other.target}, which users write`
  }
  return null
}

export const mountFault = (
  {mounts, workDir}: Pick<ContainerSpec, 'mounts' | 'workDir'>,
  look: Look = lstatSync,
): string | null => {
  const all = [workDir, ...mounts]
  for (const mount of all) {
    const target = targetFault(mount, all)
    if (target !== null) return `nothing can be mounted at ${JSON.stringify(mount.target)}: ${target}`
  }
  for (const {source} of mounts) {
    const fault = sourceFault(source, look)
    if (fault !== null) return `${JSON.stringify(source)} cannot be mounted safely: ${fault}`
  }
  return null
}

/** The same nesting through the image: a VOLUME in a mount that users write is made as root on the node (T43). */
export const volumeFault = (
  volumes: readonly string[],
  {mounts, workDir}: Pick<ContainerSpec, 'mounts' | 'workDir'>,
): string | null => {
  for (const volume of volumes.map(path => posix.resolve('/', path))) {
    const outer = [workDir, ...mounts].find(mount => !mount.readOnly && isInside(volume, mount.target))
    if (outer !== undefined)
      return `it declares a volume at ${volume}, inside ${outer.target}, which users write`
  }
  return null
}
