/**
 * Control groups of an attempt: `/god/<name>` in each hierarchy, made and limited before the start.
 *
 * Both versions: v1 with memory, cpu, cpuacct and pids mounted, else v2 with the controllers enabled from the
 * root. Made again by a repeated start; they vanish in a reboot, as does the job. The counters are read from the
 * supervisor's copy when there is one (the job is over), else from the kernel.
 */
import {accessSync, mkdirSync, rmdirSync, writeFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {errno, readText} from './container-files.js'
import type {StoredContainer} from './stored-container.js'

interface Controller {
  /** Folder of all our groups in this hierarchy. */
  readonly base: string
  /** File and value in the order of writing; a `?` at the end of the file: may be missing. */
  readonly limits: (container: StoredContainer) => readonly (readonly [string, string])[]
  readonly counters: readonly string[]
}

export interface Cgroups {
  readonly version: 1 | 2
  readonly controllers: readonly Controller[]
}

export interface Counters {
  readonly cpuSeconds: number | null
  /** Null: this kernel does not keep the peak. */
  readonly maxMemory: number | null
  /** Without file cache that can be dropped; zero when it is over. */
  readonly memoryNow: number
  readonly oomKills: number
}

const PERIOD = 100_000
/** Microseconds of each period; the kernel takes no less than 1000. */
const quota = (container: StoredContainer): number =>
  Math.max(1000, Math.round((container.cpus * PERIOD) / 1000))

const LIMITS_1: Readonly<Record<string, Omit<Controller, 'base'>>> = {
  memory: {
    limits: ({memory}) => [
      ['memory.limit_in_bytes', String(memory)],
      ['memory.memsw.limit_in_bytes?', String(memory)],
    ],
    counters: ['memory.max_usage_in_bytes', 'memory.oom_control'],
  },
  cpu: {
    limits: container => [
      ['cpu.cfs_period_us', String(PERIOD)],
      ['cpu.cfs_quota_us', String(quota(container))],
    ],
    counters: [],
  },
  cpuacct: {limits: () => [], counters: ['cpuacct.usage']},
  pids: {limits: ({pids}) => [['pids.max', String(pids)]], counters: []},
}

const LIMITS_2: Omit<Controller, 'base'> = {
  limits: container => [
    ['memory.max', String(container.memory)],
    ['memory.swap.max?', '0'],
    ['cpu.max', `${quota(container)} ${PERIOD}`],
    ['pids.max', String(container.pids)],
  ],
  counters: ['memory.peak', 'memory.events', 'cpu.stat'],
}

interface MountLine {
  readonly point: string
  readonly type: string
  readonly options: readonly string[]
}

const cgroupMounts = (): readonly MountLine[] =>
  (readText('/proc/self/mountinfo') ?? '')
    .split('\n')
    .map(line => {
      const [left = '', right = ''] = line.split(' - ')
      const [type = '', , options = ''] = right.split(' ')
      return {point: left.split(' ')[4] ?? '', type, options: options.split(',')}
    })
    // An octal escape is a blank in the path: the supervisor's lists are separated by blanks.
    .filter(mount => mount.type.startsWith('cgroup') && !mount.point.includes('\\'))

/** Makes the folder of our groups and tries it with one. */
const isUsable = (base: string, files: readonly string[]): boolean => {
  const probe = join(base, `probe-${process.pid}`)
  try {
    mkdirSync(base, {recursive: true})
    mkdirSync(probe)
    try {
      for (const file of files) accessSync(join(probe, file))
    } finally {
      rmdirSync(probe)
    }
    return true
  } catch {
    return false
  }
}

const findFirst = (mounts: readonly MountLine[]): Cgroups | null => {
  const controllers: Controller[] = []
  for (const [name, rest] of Object.entries(LIMITS_1)) {
    const mount = mounts.find(one => one.type === 'cgroup' && one.options.includes(name))
    if (mount === undefined) return null
    const base = join(mount.point, 'god')
    if (!isUsable(base, ['cgroup.procs', ...rest.counters])) return null
    controllers.push({base, ...rest})
  }
  return {version: 1, controllers}
}

/** Groups below that folder of the one hierarchy; its controllers are enabled already. */
export const secondVersion = (base: string): Cgroups => ({version: 2, controllers: [{base, ...LIMITS_2}]})

const findSecond = (mounts: readonly MountLine[]): Cgroups | null => {
  const mount = mounts.find(one => one.type === 'cgroup2')
  if (mount === undefined) return null
  const base = join(mount.point, 'god')
  try {
    mkdirSync(base, {recursive: true})
    for (const folder of [mount.point, base]) {
      writeFileSync(join(folder, 'cgroup.subtree_control'), '+memory +cpu +pids')
    }
  } catch {
    return null
  }
  const files = ['cgroup.procs', 'memory.max', 'cpu.max', 'pids.max']
  return isUsable(base, files) ? secondVersion(base) : null
}

export const findCgroups = (): Cgroups | null => {
  const mounts = cgroupMounts()
  return findFirst(mounts) ?? findSecond(mounts)
}

const foldersOf = (cgroups: Cgroups, name: string): readonly string[] => [
  ...new Set(cgroups.controllers.map(controller => join(controller.base, name))),
]

export const procsFiles = (cgroups: Cgroups, name: string): readonly string[] =>
  foldersOf(cgroups, name).map(folder => join(folder, 'cgroup.procs'))

export const counterFiles = (cgroups: Cgroups, name: string): readonly string[] =>
  cgroups.controllers.flatMap(controller =>
    controller.counters.map(file => join(controller.base, name, file)),
  )

const writeLimit = (folder: string, file: string, value: string): void => {
  const path = join(folder, file.replace('?', ''))
  if (file.endsWith('?') && readText(path) === null) return
  writeFileSync(path, value)
}

/** Throws what the kernel says to a limit that it does not take. */
export const makeGroups = (cgroups: Cgroups, container: StoredContainer): void => {
  for (const controller of cgroups.controllers) {
    const folder = join(controller.base, container.name)
    mkdirSync(folder, {recursive: true})
    for (const [file, value] of controller.limits(container)) writeLimit(folder, file, value)
  }
}

/** All processes in the groups; a process is in all of them. */
export const membersOf = (cgroups: Cgroups, name: string): readonly number[] => {
  const [first] = procsFiles(cgroups, name)
  const text = first === undefined ? null : readText(first)
  return (text ?? '').split('\n').filter(Boolean).map(Number)
}

/** Null: none, or beyond all numbers. */
const numberIn = (text: string, pattern: RegExp): number | null => {
  const found = Number(pattern.exec(text)?.[1] ?? Number.NaN)
  return Number.isFinite(found) ? found : null
}

/** As `docker stats` counts. The memory controller is the first in either version. */
const memoryNow = (folder: string): number => {
  const held = readText(join(folder, 'memory.usage_in_bytes')) ?? readText(join(folder, 'memory.current'))
  const stat = readText(join(folder, 'memory.stat')) ?? ''
  const idle = numberIn(stat, /^total_inactive_file (\d+)/m) ?? numberIn(stat, /^inactive_file (\d+)/m)
  return Math.max(0, (numberIn(held ?? '', /^(\d+)/) ?? 0) - (idle ?? 0))
}

/** Null: neither a copy nor the groups are there. */
export const readCounters = (cgroups: Cgroups, name: string, copies: string): Counters | null => {
  const files = counterFiles(cgroups, name)
  const texts = new Map<string, string>()
  for (const file of files) {
    const text = readText(join(copies, `end.${basename(file)}`)) ?? readText(file)
    if (text !== null) texts.set(basename(file), text)
  }
  if (texts.size === 0) return null
  const number = (file: string, pattern: RegExp): number | null => numberIn(texts.get(file) ?? '', pattern)
  const nano = number('cpuacct.usage', /^(\d+)/)
  const micro = number('cpu.stat', /^usage_usec (\d+)/m)
  return {
    cpuSeconds: nano !== null ? nano / 1e9 : micro === null ? null : micro / 1e6,
    maxMemory: number('memory.max_usage_in_bytes', /^(\d+)/) ?? number('memory.peak', /^(\d+)/),
    memoryNow: memoryNow(foldersOf(cgroups, name)[0] ?? ''),
    oomKills:
      number('memory.oom_control', /^oom_kill (\d+)/m) ?? number('memory.events', /^oom_kill (\d+)/m) ?? 0,
  }
}

/** False: the kernel still holds one of them (a process is on its way out); ask again. */
export const removeGroups = (cgroups: Cgroups, name: string): boolean => {
  let free = true
  for (const folder of foldersOf(cgroups, name)) {
    try {
      rmdirSync(folder)
    } catch (error) {
      if (errno(error) === 'EBUSY') free = false
      else if (errno(error) !== 'ENOENT') throw error
    }
  }
  return free
}

/** Where they are; for findings. */
export const controllersText = (cgroups: Cgroups): string =>
  `v${cgroups.version}: ${cgroups.controllers.map(controller => controller.base).join(', ')}`
