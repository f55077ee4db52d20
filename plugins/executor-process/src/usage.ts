/**
 * What an attempt has used. With control groups: the kernel's counters, exact, until the removal.
 *
 * Without them cpu time is that of the processes seen, at the end that of all waited for (the shell's `times`);
 * the memory peak is sampled whenever somebody looks, and never less than the peak of the job's shell.
 * Limit: a short burst between two looks is not seen, as sh has no way to ask for the true peak of a child.
 */

import type {Usage} from '@god-cli/api'
import {type Counters, readCounters} from './cgroups.js'
import {type Folder, readText, replace} from './container-files.js'
import {allProcesses, familyOf, memoryOf, type ProcessRow} from './process-table.js'
import {type Found, phaseOf, type Site} from './view.js'

interface Sample {
  readonly cpuSeconds: number
  readonly maxMemory: number
}

const NOTHING: Sample = {cpuSeconds: 0, maxMemory: 0}
/** Linux tells user space hundredths of a second on every platform. */
const TICKS = 100
const TABLE_MS = 1000

/** One reading of /proc serves all samples of a second: a pass over many jobs must not read it for each. */
export const sharedTable = (now: () => number): (() => readonly ProcessRow[]) => {
  let table: readonly ProcessRow[] = []
  let at = Number.NEGATIVE_INFINITY
  return () => {
    if (Math.abs(now() - at) >= TABLE_MS) {
      table = allProcesses()
      at = now()
    }
    return table
  }
}

const more = (one: Sample, other: Sample): Sample => ({
  cpuSeconds: Math.max(one.cpuSeconds, other.cpuSeconds),
  maxMemory: Math.max(one.maxMemory, other.maxMemory),
})

const savedSample = (folder: Folder): Sample => {
  const [cpu, memory] = (readText(folder.sample) ?? '').split(' ').map(Number)
  return {cpuSeconds: cpu || 0, maxMemory: memory || 0}
}

const seenNow = (leader: ProcessRow, table: readonly ProcessRow[]): Sample => {
  const rows = familyOf(leader.pid, table)
  const memory = rows.map(row => memoryOf(row.pid))
  return {
    cpuSeconds: rows.reduce((sum, row) => sum + row.ticks, 0) / TICKS,
    maxMemory: Math.max(
      memory.reduce((sum, one) => sum + one.now, 0),
      ...memory.map(one => one.peak),
    ),
  }
}

const familyMemory = (leader: ProcessRow | null, table: () => readonly ProcessRow[]): number | null =>
  leader === null ? null : familyOf(leader.pid, table()).reduce((sum, row) => sum + memoryOf(row.pid).now, 0)

/** Written down only when it grew by a sixteenth: a look must stay cheap. */
const isWorth = (before: Sample, after: Sample): boolean =>
  after.maxMemory > before.maxMemory * 1.0625 || after.cpuSeconds > before.cpuSeconds * 1.0625

export const sample = (folder: Folder, table: () => readonly ProcessRow[]): Sample => {
  const before = savedSample(folder)
  const phase = phaseOf(folder)
  if (phase.is !== 'alive' || phase.leader === null) return before
  const after = more(before, seenNow(phase.leader, table()))
  if (isWorth(before, after)) replace(folder.root, folder.sample, `${after.cpuSeconds} ${after.maxMemory}\n`)
  return after
}

/** `times` of sh: two lines, the second is that of the children: `0m1.25s 0m0.01s`. */
const supervisorTimes = (folder: Folder): number => {
  const children = (readText(folder.times) ?? '').split('\n')[1] ?? ''
  const parts = [...children.matchAll(/(\d+)m([\d.]+)s/g)]
  return parts.reduce((sum, part) => sum + Number(part[1]) * 60 + Number(part[2]), 0)
}

/** VmHWM of the job's shell, kB. */
const shellPeak = (folder: Folder): number => (Number.parseInt(readText(folder.passed) ?? '', 10) || 0) * 1024

export const countersOf = (site: Site, {folder, stored}: Found): Counters | null => {
  const {cgroups} = site.platform()
  return cgroups === null ? null : readCounters(cgroups, stored.name, folder.root)
}

const isExact = (counters: Counters | null): boolean =>
  counters !== null && counters.cpuSeconds !== null && counters.maxMemory !== null

/** Called at each look: keeps the sampled peak up where the kernel does not keep it. */
export const sampleAtLook = (site: Site, found: Found, table: () => readonly ProcessRow[]): void => {
  if (!isExact(countersOf(site, found))) sample(found.folder, table)
}

export const usageOf = (site: Site, found: Found, table: () => readonly ProcessRow[]): Usage | null => {
  const {folder} = found
  const phase = phaseOf(folder)
  if (phase.is === 'created') return null
  const counters = countersOf(site, found)
  const exact = isExact(counters)
  const seen = exact ? NOTHING : sample(folder, table)
  const memory = phase.is === 'alive' ? (counters?.memoryNow ?? familyMemory(phase.leader, table)) : null
  return {
    ...(memory === null ? {} : {memory}),
    cpuSeconds: counters?.cpuSeconds ?? Math.max(seen.cpuSeconds, supervisorTimes(folder)),
    maxMemory: counters?.maxMemory ?? Math.max(seen.maxMemory, shellPeak(folder), counters?.memoryNow ?? 0),
    exact,
  }
}
