/** Processes that are killed in the middle, and requests that no command of god wrote. */
import {join} from 'node:path'
import {uid} from '../../src/core/brand.js'
import {DiskProcess, type Fault} from './disk-process.js'
import {quiet} from './loop-driver.js'
import {USER, type World} from './world.js'

/** Killed at that call. */
export const dying = (world: World, fault: Fault): DiskProcess => new DiskProcess(world.disk).plan(fault)

/**
 * Runs an act of a process that may die in it; what a dead one throws is of no meaning. It returns when its other
 * workers have met their end too: of one that goes on later they would ask in the second run's place.
 */
export const attempt = async <T>(fs: DiskProcess, act: () => Promise<T>): Promise<T | null> => {
  try {
    const result = await act()
    return fs.dead ? null : result
  } catch (error) {
    if (!fs.dead) throw error
    await quiet()
    return null
  }
}

/** A request file as a user might write it by hand; returns its path. */
export const plantRequest = (world: World, text: string, user = USER): string => {
  const fs = new DiskProcess(world.disk, user)
  const folder = world.layout.dropFolder(uid(user))
  if (world.disk.lookup(folder) === null) fs.mkdir(folder, 0o770)
  const path = join(folder, `${world.random()}.req`)
  const fd = fs.open(path, 'create', 0o640)
  fs.write(fd, Buffer.from(text))
  fs.fsync(fd)
  fs.close(fd)
  fs.fsyncDir(folder)
  world.planted.add(path)
  return path
}
