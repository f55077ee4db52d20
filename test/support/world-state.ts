/**
 * Everything that decides what becomes of a world from here on, as one word: two worlds of the same word go on alike, so
 * what was tried of the one need not be tried of the other. Not what a power cut would take, nor what was logged.
 */
import {createHash} from 'node:crypto'
import type {Inode} from './memory-disk.js'
import type {World} from './world.js'

export const worldState = (world: World): string => {
  const hash = createHash('sha256')
  const seen = new Set<Inode>()
  const visit = (name: string, node: Inode): void => {
    const {ino, kind, uid, gid, mode, mtimeMs, nlink, bytes, names} = node
    hash.update(
      `${JSON.stringify([name, ino, kind, uid, gid, mode, mtimeMs, nlink, bytes.length, names.size])}\n`,
    )
    if (seen.has(node)) return
    seen.add(node)
    hash.update(bytes)
    for (const [child, inode] of names) visit(child, inode)
  }
  visit('', world.disk.root)
  const engines = [...world.engines].map(([name, {state, begun}]) => [name, state, begun])
  const {gaps, engineDown, disk, drawn, clock} = world
  const rest = [disk.boot, disk.made, drawn, clock.now(), gaps, engineDown, engines]
  hash.update(JSON.stringify(rest))
  return hash.digest('hex')
}
