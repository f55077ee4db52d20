/**
 * Facts about this host and its processes that a lease needs: who I am, and whether a holder still lives.
 * A pid alone says nothing (pids are reused): with its start time it names one process of one boot.
 */
import {readFileSync} from 'node:fs'
import {hostname, uptime} from 'node:os'

export interface ProcessIdentity {
  readonly host: string
  readonly boot: string
  readonly pid: number
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat (proc(5)); '' where there is no /proc. */
  readonly started: string
}

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const startOf = (pid: number): string => {
  const stat = readText(`/proc/${pid}/stat`)
  // The name in field 2 may hold blanks and brackets: count from the last one.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

/** Empty where there is no /proc. */
export const bootId = (): string => readText('/proc/sys/kernel/random/boot_id').trim()

export const ownIdentity = (): ProcessIdentity => ({
  host: hostname(),
  boot: bootId(),
  pid: process.pid,
  started: startOf(process.pid),
})

/** Signal 0 asks and does nothing; EPERM means that somebody has that number. */
const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

/** False only when it is certain: same host, and that process is gone or its number is somebody else's now. */
export const mayBeAlive = (other: ProcessIdentity): boolean => {
  if (other.host !== hostname()) return true
  if (other.boot !== bootId()) return false
  if (isGone(other.pid)) return false
  const started = startOf(other.pid)
  // Not told to us (a closed /proc), or not to him: then its number alone must do.
  return started === '' || other.started === '' || started === other.started
}

/** Seconds since boot: the same monotonic clock for all processes of this host. */
export const upSeconds = (): number => uptime()
