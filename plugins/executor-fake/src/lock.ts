/**
 * One act at a time among the processes of one node, on a folder that names its holder.
 *
 * Who was shot while he had it is known to be gone by his process id, and only his own mark is taken away: an empty
 * lock is free, and only one can move his folder there. Who lives keeps it, however long; the others give up.
 */
import {mkdirSync, readdirSync, renameSync, rmdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'

const STEP = 2
/** An act takes a millisecond. */
const PATIENCE = 1000

const codeOf = (error: unknown): unknown => (error instanceof Error ? Reflect.get(error, 'code') : undefined)

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
}

const holders = (lock: string): readonly string[] => {
  try {
    return readdirSync(lock)
  } catch {
    return []
  }
}

const tryLock = (lock: string, own: string): boolean => {
  for (const pid of holders(lock))
    if (!lives(Number(pid))) rmSync(join(lock, pid), {recursive: true, force: true})
  try {
    renameSync(own, lock)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return false
    throw error
  }
}

const unlock = (lock: string): void => {
  rmSync(join(lock, String(process.pid)), {recursive: true, force: true})
  try {
    rmdirSync(lock)
  } catch {
    // The next one has it.
  }
}

/** Waits without letting go: the acts are too short to do anything else meanwhile. Throws when patience is over. */
export const locked = <T>(lock: string, act: () => T): T => {
  const own = `${lock}.${process.pid}`
  const pause = new Int32Array(new SharedArrayBuffer(4))
  mkdirSync(join(own, String(process.pid)), {recursive: true})
  for (let left = PATIENCE; !tryLock(lock, own); left -= 1) {
    if (left === 0) {
      rmSync(own, {recursive: true, force: true})
      throw new Error(`${lock} is held by process ${holders(lock).join()}`)
    }
    Atomics.wait(pause, 0, 0, STEP)
  }
  try {
    return act()
  } finally {
    unlock(lock)
  }
}
