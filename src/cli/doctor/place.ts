/** Findings of `god doctor` on where the shared directory lies (state.md 13): its mount, its room, and watching it. */
import type {Mount, Room, WatchLimits} from '../../host/place.js'

export interface PlaceFinding {
  readonly check: string
  readonly severity: 'ok' | 'warning' | 'error'
  readonly text: string
  readonly remedy?: string
}

const MIB = 1024 ** 2

const warning = (check: string, text: string, remedy: string): PlaceFinding => ({
  check,
  severity: 'warning',
  text,
  remedy,
})
const good = (check: string, text: string): PlaceFinding => ({check, severity: 'ok', text})

/** What was tried; others may do as well. */
const LOCAL = ['ext4', 'ext3', 'xfs', 'btrfs', 'zfs', 'overlay', 'f2fs', 'jfs']

const nfsFinding = (text: string, {options}: Mount): PlaceFinding => {
  const version = Number(options.find(option => option.startsWith('vers='))?.slice('vers='.length) ?? 0)
  if (options.includes('soft') || options.includes('softerr'))
    return {
      check: 'mount',
      severity: 'error',
      text: `${text}, mounted soft: a write that the server did not answer is lost`,
      remedy: 'Mount it hard.',
    }
  if (options.includes('async'))
    return warning('mount', `${text}, mounted async`, 'Mount it sync, or leave both words out.')
  if (version < 4.1)
    return warning('mount', `${text}, version ${version || 'unknown'}`, 'Mount it with vers=4.1 or newer.')
  return good('mount', `${text}, version ${version}, hard`)
}

/** `declared`: what FORMAT says; it decides how long a silent holder of a lease is waited for. */
export const mountFinding = (mount: Mount | null, declared: 'local' | 'nfs' | null): PlaceFinding => {
  if (mount === null) return good('mount', 'unknown: the system does not tell')
  const text = `${mount.type} at ${mount.at}`
  const remote = /^nfs/.test(mount.type)
  if (mount.options.includes('ro'))
    return {check: 'mount', severity: 'error', text: `${text}, read only`, remedy: 'Mount it to be written.'}
  if (remote && declared === 'local')
    return warning('mount', `${text}, but FORMAT says that it is local`, 'Write "fs":"nfs" into FORMAT.')
  if (remote) return nfsFinding(text, mount)
  if (mount.type === 'tmpfs' || mount.type === 'ramfs')
    return warning('mount', `${text}: nothing of it is there after the next start`, 'Use a disk.')
  if (mount.options.includes('volatile') || mount.options.includes('nobarrier'))
    return warning('mount', `${text}: its syncs are not kept`, 'Mount it without volatile or nobarrier.')
  return LOCAL.includes(mount.type)
    ? good('mount', text)
    : warning('mount', `${text}: nobody tried that one`, 'See whether exclusive, owner and sync are ok.')
}

const percent = (part: number, whole: number): number => (whole === 0 ? 100 : (100 * part) / whole)

const SHORT = 5
const LEAST = 64 * MIB
const REMEDY = 'Free some: output of old jobs lies in work/.'

export const roomFinding = (room: Room | null): PlaceFinding => {
  if (room === null) return good('space', 'unknown: the system does not tell')
  const {free, total, freeInodes, inodes} = room
  const text = `${Math.floor(free / MIB)} MiB free (${Math.floor(percent(free, total))} %)`
  if (free < LEAST) return {check: 'space', severity: 'error', text, remedy: REMEDY}
  if (inodes > 0 && freeInodes < 1000)
    return {check: 'space', severity: 'error', text: `${freeInodes} inodes are left`, remedy: REMEDY}
  if (percent(free, total) < SHORT) return warning('space', text, REMEDY)
  if (percent(freeInodes, inodes) < SHORT)
    return warning('space', `${freeInodes} of ${inodes} inodes are left`, REMEDY)
  return good('space', text)
}

/** A watcher needs a few of each; others of the same user need theirs. */
const WATCHES = 8192
const INSTANCES = 64

export const watchFinding = (limits: WatchLimits | null): PlaceFinding => {
  if (limits === null) return good('inotify', 'unknown: the system does not tell')
  const {watches, instances} = limits
  const text = `${watches} watches and ${instances} instances a user`
  return watches < WATCHES || instances < INSTANCES
    ? warning(
        'inotify',
        `${text}: bells may not be heard, and jobs start at the next poll`,
        `Raise fs.inotify.max_user_watches to ${WATCHES} and max_user_instances to ${INSTANCES} or more.`,
      )
    : good('inotify', text)
}
