/**
 * What a container is now, told from the files in its folder and from /proc.
 *
 * created: nobody holds `run`. Alive: its supervisor or its first process is the very one that was marked.
 * Over: `exit` is there; or both are gone without it (KILL of the supervisor, reboot), then the code is 137 after
 * our own KILL, else 255, and it is written down at once so that the answer stays the same from then on.
 * A folder whose `run` says "removed" is gone: only its deletion is not finished.
 */
import type {ContainerStatus, ContainerView, HostServices, ListedContainer} from '@god-cli/api'
import {readCounters} from './cgroups.js'
import {changedAt, exists, type Folder, folderOf, isName, publish, readText} from './container-files.js'
import type {Platform} from './platform.js'
import {findMarked, type ProcessRow, parseMark} from './process-table.js'
import {readStored, type StoredContainer} from './stored-container.js'

export interface Site {
  readonly host: HostServices
  readonly platform: () => Platform
}

export interface Found {
  readonly folder: Folder
  readonly stored: StoredContainer
}

export type Phase =
  | {readonly is: 'created'}
  | {
      readonly is: 'alive' /** Null: not made yet, or over while the supervisor tidies up. */
      readonly leader: ProcessRow | null
    }
  | {readonly is: 'over'; readonly code: number}

export const REMOVED = 'removed'

export const isRemoved = (folder: Folder): boolean => readText(folder.run)?.trim() === REMOVED

export const findContainer = (site: Site, name: string): Found | null => {
  if (!isName(name)) return null
  const folder = folderOf(site.host.stateDir, name)
  const stored = readStored(folder)
  return stored === null || stored.name !== name || isRemoved(folder) ? null : {folder, stored}
}

const KILLED = 137
/** As an engine says after a power cut: it ended, nobody saw how. */
const UNSEEN = 255

const readExit = (folder: Folder): number | null => {
  const found = /^(\d{1,3})$/.exec((readText(folder.exit) ?? '').trim())
  return found === null ? null : Math.min(Number(found[1]), 255)
}

export const leaderOf = (folder: Folder): ProcessRow | null => findMarked(parseMark(readText(folder.child)))

export const supervisorOf = (folder: Folder): ProcessRow | null => findMarked(parseMark(readText(folder.run)))

export const phaseOf = (folder: Folder): Phase => {
  const told = readExit(folder)
  if (told !== null) return {is: 'over', code: told}
  if (!exists(folder.run)) return {is: 'created'}
  const leader = leaderOf(folder)
  if (leader !== null || supervisorOf(folder) !== null) return {is: 'alive', leader}
  // Asked again: the supervisor may have ended in order between the two looks, and writes before it ends.
  const late = readExit(folder)
  if (late !== null) return {is: 'over', code: late}
  publish(folder.root, folder.exit, `${exists(folder.killed) ? KILLED : UNSEEN}\n`)
  return {is: 'over', code: readExit(folder) ?? UNSEEN}
}

const statusOf = (folder: Folder, phase: Phase): ContainerStatus => {
  if (phase.is === 'created') return 'created'
  if (phase.is === 'over') return 'exited'
  return phase.leader?.state === 'T' && exists(folder.paused) ? 'paused' : 'running'
}

export const listedOf = ({folder, stored}: Found, phase: Phase): ListedContainer => ({
  id: stored.name,
  name: stored.name,
  status: statusOf(folder, phase),
  job: stored.job,
  ...(stored.task === undefined ? {} : {task: stored.task}),
  attempt: stored.attempt,
  nonce: stored.nonce,
})

const sawOutOfMemory = (site: Site, {folder, stored}: Found): boolean => {
  const {cgroups} = site.platform()
  return cgroups !== null && (readCounters(cgroups, stored.name, folder.root)?.oomKills ?? 0) > 0
}

/** Ended by a code of ours or of the program that drops rights, before the job's shell said it got through. */
const faultOf = (folder: Folder, phase: Phase): string | null => {
  if (phase.is !== 'over' || phase.code >= 128 || (readText(folder.passed) ?? '') !== '') return null
  const said = (readText(folder.fault) ?? '').trim()
  return said === '' ? `the job's shell was not reached (code ${phase.code})` : said.slice(0, 1000)
}

export const viewOf = (site: Site, found: Found): ContainerView => {
  const {folder} = found
  const phase = phaseOf(folder)
  const startedAt = phase.is === 'created' ? null : (changedAt(folder.child) ?? changedAt(folder.run))
  const ended = phase.is === 'over' ? changedAt(folder.exit) : null
  return {
    ...listedOf(found, phase),
    startedAt,
    finishedAt: ended === null ? null : Math.max(ended, startedAt ?? 0),
    exitCode: phase.is === 'over' ? phase.code : null,
    oomKilled: phase.is !== 'created' && sawOutOfMemory(site, found),
    startFault: faultOf(folder, phase),
  }
}
