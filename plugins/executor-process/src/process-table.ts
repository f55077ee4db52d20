/**
 * Processes of this host as /proc tells them, and marks that name one process for ever.
 *
 * A pid alone is no name: the kernel hands it out again. A mark is pid, start time (field 22 of its stat) and
 * boot id; only while all three agree is the process the one that was meant, and only then may it be signalled.
 */
import {readdirSync} from 'node:fs'
import {readText} from './container-files.js'

export interface ProcessMark {
  readonly pid: number
  /** Clock ticks since the boot. */
  readonly start: number
  readonly boot: string
}

export interface ProcessRow {
  readonly pid: number
  readonly state: string
  readonly parent: number
  readonly session: number
  readonly start: number
  /** Clock ticks of this process and of the children it has waited for. */
  readonly ticks: number
}

export const bootId = (): string => (readText('/proc/sys/kernel/random/boot_id') ?? '').trim()

export const parseMark = (text: string | null): ProcessMark | null => {
  const found = /^(\d+) (\d+) ([0-9a-f-]+)$/.exec((text ?? '').trim())
  return found === null ? null : {pid: Number(found[1]), start: Number(found[2]), boot: found[3] ?? ''}
}

/** The comm in parentheses may hold anything, also parentheses: fields count from the last one. */
export const parseRow = (pid: number, stat: string | null): ProcessRow | null => {
  if (stat === null) return null
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (number: number): number => Number(fields[number - 3])
  return {
    pid,
    state: fields[0] ?? 'X',
    parent: field(4),
    session: field(6),
    start: field(22),
    ticks: field(14) + field(15) + field(16) + field(17),
  }
}

/** A process may end between open and read: then the read fails with ESRCH. */
const readStat = (pid: number): string | null => {
  try {
    return readText(`/proc/${pid}/stat`)
  } catch {
    return null
  }
}

const isAlive = (row: ProcessRow | null): row is ProcessRow =>
  row !== null && row.state !== 'Z' && row.state !== 'X'

/** The marked process if it still lives; a zombie does not. */
export const findMarked = (mark: ProcessMark | null): ProcessRow | null => {
  if (mark === null || mark.pid < 2 || mark.boot !== bootId()) return null
  const row = parseRow(mark.pid, readStat(mark.pid))
  return isAlive(row) && row.start === mark.start ? row : null
}

export const allProcesses = (): readonly ProcessRow[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(name => parseRow(Number(name), readStat(Number(name))))
    .filter(isAlive)

/** The session of that process and all that descends from it, also what made a session of its own. */
export const familyOf = (leader: number, table: readonly ProcessRow[]): readonly ProcessRow[] => {
  const family = new Map(
    table.filter(row => row.pid === leader || row.session === leader).map(row => [row.pid, row]),
  )
  for (let before = -1; before !== family.size; ) {
    before = family.size
    for (const row of table) if (family.has(row.parent)) family.set(row.pid, row)
  }
  return [...family.values()]
}

/** Bytes; `now` resident, `peak` the most it ever was. Gone = 0. */
export const memoryOf = (pid: number): {readonly now: number; readonly peak: number} => {
  let status: string | null = null
  try {
    status = readText(`/proc/${pid}/status`)
  } catch {
    return {now: 0, peak: 0}
  }
  const bytes = (key: string): number =>
    Number(new RegExp(`^${key}:\\s*(\\d+) kB$`, 'm').exec(status ?? '')?.[1] ?? 0) * 1024
  return {now: bytes('VmRSS'), peak: bytes('VmHWM')}
}
