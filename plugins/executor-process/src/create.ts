/**
 * Makes a container: a folder that no two can make, then `container.json` in one moment.
 *
 * After a crash between the two, the next create makes the folder whole. A removal that a crash
 * interrupted is finished first. What never can work is refused before anything is made.
 */
import {mkdirSync} from 'node:fs'
import type {ContainerSpec, CreateAnswer} from '@god-cli/api'
import {errno, type Folder, folderOf, publish, readText, replace} from './container-files.js'
import {refusalOf} from './identity.js'
import {retire} from './remove.js'
import {parseStored, type StoredContainer, storedFrom} from './stored-container.js'
import {findContainer, isRemoved, type Site, viewOf} from './view.js'

const makeFolder = (folder: Folder): void => {
  try {
    mkdirSync(folder.root, {mode: 0o700})
  } catch (error) {
    if (errno(error) !== 'EEXIST') throw error
  }
}

/** False: somebody else's was there first. */
const writeContainer = (folder: Folder, stored: StoredContainer): boolean => {
  const text = `${JSON.stringify(stored)}\n`
  if (publish(folder.root, folder.container, text)) return true
  const there = readText(folder.container)
  if (there !== null && parseStored(there) !== null) return false
  replace(folder.root, folder.container, text)
  return true
}

export const create = (site: Site, spec: ContainerSpec): CreateAnswer => {
  const before = findContainer(site, spec.name)
  if (before !== null) return {answer: 'exists', container: viewOf(site, before)}
  const platform = site.platform()
  const reason = refusalOf(spec, platform)
  if (reason !== null) return {answer: 'refused', reason}
  const folder = folderOf(site.host.stateDir, spec.name)
  if (isRemoved(folder)) retire(site, spec.name)
  makeFolder(folder)
  const won = writeContainer(folder, storedFrom(spec, platform.uid === 0))
  const after = findContainer(site, spec.name)
  if (after === null) throw new Error(`the container ${spec.name} vanished while it was made`)
  return {answer: won ? 'created' : 'exists', container: viewOf(site, after)}
}
