/**
 * Signals, pause and resume: to the job's own process group, never to a pid that is not proved to be the job's.
 *
 * A polite signal goes to the group. KILL, STOP and CONT go to all that can be found: the members of the control
 * groups, else the session and its descendants. Limit without control groups: a process that left the session and
 * lost its parents is not found.
 * KILL and pause are marked before they are sent, resume after: a crash between leaves what a repetition mends.
 */

import {rmSync} from 'node:fs'
import {constants} from 'node:os'
import {membersOf} from './cgroups.js'
import {errno, exists, type Folder, publish} from './container-files.js'
import {allProcesses, familyOf, type ProcessRow} from './process-table.js'
import {findContainer, leaderOf, phaseOf, type Site} from './view.js'

type Signal = keyof typeof constants.signals

const isSignal = (text: string): text is Signal => Object.hasOwn(constants.signals, text)

/** False: no such process or group any more, or one that made itself another user's, out of our reach. */
export const send = (pid: number, signal: Signal): boolean => {
  try {
    process.kill(pid, signal)
    return true
  } catch (error) {
    if (errno(error) === 'ESRCH' || errno(error) === 'EPERM') return false
    throw error
  }
}

/** Before its setsid the job's first process is a group of nobody yet: then it alone is meant. */
const sendToGroup = (leader: ProcessRow, signal: Signal): void => {
  if (!send(-leader.pid, signal)) send(leader.pid, signal)
}

/** The pids of all that belongs to the job now. */
export const everyone = (site: Site, name: string, folder: Folder): readonly number[] => {
  const {cgroups} = site.platform()
  const pids = new Set(cgroups === null ? [] : membersOf(cgroups, name))
  const leader = leaderOf(folder)
  if (leader !== null) for (const row of familyOf(leader.pid, allProcesses())) pids.add(row.pid)
  return [...pids]
}

/** Listed first, as the death of a parent hides its children; and again, for what was forked meanwhile. */
const sendToAll = (site: Site, name: string, folder: Folder, signal: Signal): void => {
  const before = everyone(site, name, folder)
  const leader = leaderOf(folder)
  if (leader !== null) sendToGroup(leader, signal)
  for (const pid of before) send(pid, signal)
  for (const pid of everyone(site, name, folder)) send(pid, signal)
}

/** Stopped first: what cannot fork any more cannot slip away from its parents. */
export const kill = (site: Site, name: string, folder: Folder): void => {
  publish(folder.root, folder.killed, '')
  sendToAll(site, name, folder, 'SIGSTOP')
  sendToAll(site, name, folder, 'SIGKILL')
}

const thaw = (site: Site, name: string, folder: Folder): void => {
  sendToAll(site, name, folder, 'SIGCONT')
  rmSync(folder.paused, {force: true})
}

/** Its folder while it runs, else null. */
const alive = (site: Site, name: string): Folder | null => {
  const found = findContainer(site, name)
  return found !== null && phaseOf(found.folder).is === 'alive' ? found.folder : null
}

/** False: it does not run. */
export const signal = (site: Site, name: string, wanted: string): boolean => {
  if (!isSignal(wanted)) throw new Error(`no such signal: ${wanted}`)
  const folder = alive(site, name)
  if (folder === null) return false
  if (wanted === 'SIGKILL') {
    kill(site, name, folder)
    return true
  }
  const leader = leaderOf(folder)
  if (leader !== null) sendToGroup(leader, wanted)
  if (exists(folder.paused)) thaw(site, name, folder)
  return true
}

const SETTLE_MS = 10
const SETTLE_ROUNDS = 100

/** A stop takes effect when the process next returns to user mode; what never does is reported as running. */
export const pause = async (site: Site, name: string): Promise<void> => {
  const folder = alive(site, name)
  if (folder === null) return
  publish(folder.root, folder.paused, '')
  sendToAll(site, name, folder, 'SIGSTOP')
  for (let round = 0; round < SETTLE_ROUNDS; round += 1) {
    const leader = leaderOf(folder)
    if (leader === null || leader.state === 'T') return
    await site.host.delay(SETTLE_MS)
  }
}

export const unpause = (site: Site, name: string): void => {
  const folder = alive(site, name)
  if (folder !== null) thaw(site, name, folder)
}
