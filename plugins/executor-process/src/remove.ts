/**
 * Removes a container: takes the start away, kills what runs, then lets go of groups and folder.
 *
 * A container that was never started is claimed by `run`, so a supervisor on its way finds it taken. The folder
 * leaves its name in one rename; what a crash leaves under a dotted name is deleted by the next removal or list.
 * Throws if something of the job cannot be killed in time: the host asks again.
 */
import {readdirSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {membersOf, removeGroups} from './cgroups.js'
import {errno, exists, type Folder, folderOf, isName, publish} from './container-files.js'
import {kill, send} from './signals.js'
import {isRemoved, leaderOf, REMOVED, type Site, supervisorOf} from './view.js'

const LEFT = '.removed.'
const STEP_MS = 20
const KILL_ROUNDS = 500
/** By then the supervisor has swept; if it still lives, it cannot write its last word. */
const PATIENCE_ROUNDS = 250

let count = 0

/** Takes the folder out of its name and deletes it. */
export const retire = (site: Site, name: string): void => {
  count += 1
  const left = join(site.host.stateDir, `${LEFT}${name}.${process.pid}.${count}`)
  try {
    renameSync(folderOf(site.host.stateDir, name).root, left)
  } catch (error) {
    if (errno(error) === 'ENOENT') return
    throw error
  }
  rmSync(left, {recursive: true, force: true})
}

export const deleteLeftovers = (site: Site): void => {
  for (const name of readdirSync(site.host.stateDir)) {
    if (!name.startsWith(LEFT)) continue
    try {
      rmSync(join(site.host.stateDir, name), {recursive: true, force: true})
    } catch (error) {
      // Litter only; another god may be deleting it at this moment.
      site.host.log('warning', `${name} is not deleted yet: ${String(error)}`)
    }
  }
}

/** True: nobody started it and nobody ever will. */
const claim = (folder: Folder): boolean =>
  publish(folder.root, folder.run, `${REMOVED}\n`) || isRemoved(folder)

const isQuiet = (site: Site, name: string, folder: Folder): boolean => {
  const {cgroups} = site.platform()
  const members = cgroups === null ? [] : membersOf(cgroups, name)
  return members.length === 0 && leaderOf(folder) === null && supervisorOf(folder) === null
}

const killAndWait = async (site: Site, name: string, folder: Folder): Promise<void> => {
  for (let round = 0; round < KILL_ROUNDS; round += 1) {
    if (isQuiet(site, name, folder)) return
    kill(site, name, folder)
    const supervisor = supervisorOf(folder)
    if (round >= PATIENCE_ROUNDS && supervisor !== null) send(supervisor.pid, 'SIGKILL')
    await site.host.delay(STEP_MS)
  }
  throw new Error(`processes of ${name} do not die`)
}

const releaseGroups = async (site: Site, name: string): Promise<void> => {
  const {cgroups} = site.platform()
  if (cgroups === null) return
  for (let round = 0; round < KILL_ROUNDS; round += 1) {
    if (removeGroups(cgroups, name)) return
    await site.host.delay(STEP_MS)
  }
  throw new Error(`the control groups of ${name} stay busy`)
}

export const remove = async (site: Site, name: string): Promise<void> => {
  if (!isName(name)) return
  deleteLeftovers(site)
  const folder = folderOf(site.host.stateDir, name)
  if (exists(folder.root) && !claim(folder)) await killAndWait(site, name, folder)
  await releaseGroups(site, name)
  retire(site, name)
}
