/**
 * The control group above one attempt's container: what it used, also after the end (docker.md 6).
 *
 * The engine deletes a container's own group at its end, the parent we name stays with the totals. Reads the
 * files of this host, whichever version and driver made them, and asks no engine; what cannot be read is null.
 * A crash between the removal of a container and that of its group leaves an empty group until the next reboot.
 */
import {existsSync, lstatSync, readdirSync, readFileSync, rmdirSync} from 'node:fs'
import {join} from 'node:path'
import type {Usage} from '@god-cli/api'

export interface Hierarchy {
  readonly folder: string
  /** Empty for version 2. */
  readonly controllers: readonly string[]
}

/** From the text of /proc/self/mounts. */
export const parseHierarchies = (mounts: string): readonly Hierarchy[] =>
  mounts.split('\n').flatMap(line => {
    const [, folder, type, options = ''] = line.split(' ')
    if (folder === undefined || (type !== 'cgroup' && type !== 'cgroup2')) return []
    return [{folder, controllers: type === 'cgroup' ? options.split(',') : []}]
  })

export const hostHierarchies = (): readonly Hierarchy[] => {
  try {
    return parseHierarchies(readFileSync('/proc/self/mounts', 'utf8'))
  } catch {
    return []
  }
}

/** A dash nests slices, so the name has none; names of attempts have no underscore to be mixed up with. */
export const sliceOf = (name: string): string => `god-${name.replaceAll('-', '_')}.slice`

export const parentFor = (driver: string, name: string): string | null => {
  if (driver === 'cgroupfs') return `/god/${name}`
  return driver === 'systemd' ? sliceOf(name) : null
}

/** Where the group may be in each hierarchy; which driver made it does not matter later. */
const pathsOf = (name: string): readonly string[] => [`god/${name}`, `god.slice/${sliceOf(name)}`]

/** All folders that are, or would be, the attempt's group. */
export const groupsOf = (hierarchies: readonly Hierarchy[], name: string): readonly string[] =>
  hierarchies.flatMap(({folder}) => pathsOf(name).map(path => join(folder, path)))

/** Where the engine puts a container that was given no parent, and that goes with its end. */
const ownGroupsOf = (hierarchies: readonly Hierarchy[], id: string): readonly string[] =>
  hierarchies.flatMap(({folder}) =>
    [`docker/${id}`, `system.slice/docker-${id}.scope`].map(path => join(folder, path)),
  )

/** The first number that any of the folders has in that file; one that is beyond all numbers is none. */
const firstNumber = (folders: readonly string[], file: string, pattern = /^(\d+)/): number | null => {
  for (const folder of folders) {
    try {
      const text = pattern.exec(readFileSync(join(folder, file), 'utf8'))?.[1]
      if (text !== undefined && Number.isFinite(Number(text))) return Number(text)
    } catch {
      // Not in this hierarchy.
    }
  }
  return null
}

/** Folders of one attempt, by what they count. */
interface Counted {
  readonly cpu: readonly string[]
  readonly memory: readonly string[]
}

/** Each file that is not there costs an error: only folders that are there, of hierarchies that have the counters. */
const countedIn = (
  hierarchies: readonly Hierarchy[],
  foldersIn: (some: readonly Hierarchy[]) => readonly string[],
): Counted => {
  const having = (controller: string): readonly string[] =>
    foldersIn(
      hierarchies.filter(({controllers}) => controllers.length === 0 || controllers.includes(controller)),
    ).filter(folder => existsSync(folder))
  return {cpu: having('cpuacct'), memory: having('memory')}
}

const cpuSeconds = (groups: readonly string[]): number | null => {
  const nano = firstNumber(groups, 'cpuacct.usage')
  if (nano !== null) return nano / 1e9
  const micro = firstNumber(groups, 'cpu.stat', /^usage_usec (\d+)/m)
  return micro === null ? null : micro / 1e6
}

/** As `docker stats` counts: file cache that nobody has touched lately is no need of the job. */
const memoryNow = (groups: readonly string[]): number | null => {
  const held = firstNumber(groups, 'memory.usage_in_bytes') ?? firstNumber(groups, 'memory.current')
  if (held === null) return null
  const idle =
    firstNumber(groups, 'memory.stat', /^total_inactive_file (\d+)/m) ??
    firstNumber(groups, 'memory.stat', /^inactive_file (\d+)/m)
  return Math.max(0, held - (idle ?? 0))
}

const usageIn = (groups: Counted): Usage | null => {
  const cpu = cpuSeconds(groups.cpu)
  const peak =
    firstNumber(groups.memory, 'memory.max_usage_in_bytes') ?? firstNumber(groups.memory, 'memory.peak')
  // Kernels before 5.19 keep no peak in version 2.
  const memory = peak ?? firstNumber(groups.memory, 'memory.current')
  const now = memoryNow(groups.memory)
  if (cpu === null || memory === null) return null
  return {cpuSeconds: cpu, maxMemory: memory, exact: peak !== null, ...(now === null ? {} : {memory: now})}
}

export const readUsage = (hierarchies: readonly Hierarchy[], name: string): Usage | null =>
  usageIn(countedIn(hierarchies, some => groupsOf(some, name)))

/** Of a container without a parent of ours, while it runs; what it uses later is not seen. */
export const readOwnUsage = (hierarchies: readonly Hierarchy[], id: string): Usage | null => {
  const usage = usageIn(countedIn(hierarchies, some => ownGroupsOf(some, id)))
  return usage === null ? null : {...usage, exact: false}
}

const children = (group: string): readonly string[] => {
  try {
    return readdirSync(group, {withFileTypes: true})
      .filter(entry => entry.isDirectory())
      .map(entry => join(group, entry.name))
  } catch {
    return []
  }
}

/** Asked of the folder itself: a read-only mount refuses to remove also what is not there. */
const isGone = (group: string): boolean => {
  try {
    return lstatSync(group, {throwIfNoEntry: false}) === undefined
  } catch {
    return false
  }
}

const tryRemove = (group: string): boolean => {
  try {
    rmdirSync(group)
    return true
  } catch {
    return isGone(group)
  }
}

/** A group whose engine died early has empty ones below. False: it is still there. */
const removeGroup = (group: string): boolean => {
  // Looked at first: of the places where it may be most are none, and each error costs time.
  if (isGone(group) || tryRemove(group)) return true
  children(group).forEach(removeGroup)
  return tryRemove(group)
}

/** False: something is still there, on its way out or not ours to remove. */
export const removeGroups = (hierarchies: readonly Hierarchy[], name: string): boolean =>
  groupsOf(hierarchies, name)
    .map(removeGroup)
    .every(removed => removed)

/** The one that systemd keeps its units in; all where none says so. */
const ofSystemd = (hierarchies: readonly Hierarchy[]): readonly Hierarchy[] => {
  const own = hierarchies.filter(
    ({controllers}) => controllers.length === 0 || controllers.includes('name=systemd'),
  )
  return own.length === 0 ? hierarchies : own
}

/** There is a slice of systemd for this attempt. */
export const hasSlice = (hierarchies: readonly Hierarchy[], name: string): boolean =>
  ofSystemd(hierarchies).some(({folder}) => existsSync(join(folder, 'god.slice', sliceOf(name))))
