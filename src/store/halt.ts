/**
 * HALT: while this file is there no pass acts (state.md 2). Its text is the reason; only an operator removes it.
 * Written without durability: it is the last thing a process does when the disk cannot be trusted.
 */
import {errno, type FileSystem} from './disk/file-system.js'
import {readFile} from './disk/read-file.js'
import type {Layout} from './layout.js'

/** The reason, or null while god may act. One that cannot be read is one too. */
export const haltReason = (fs: FileSystem, layout: Layout): string | null => {
  try {
    const file = readFile(fs, layout.halt, {limit: 4096})
    return file === null ? null : Buffer.from(file.bytes).toString('utf8').trim() || 'no reason given'
  } catch (error) {
    const code = errno(error)
    if (code === null) throw error
    return `${layout.halt} cannot be read (${code})`
  }
}

export const writeHalt = (fs: FileSystem, layout: Layout, why: string): void => {
  try {
    const fd = fs.open(layout.halt, 'create', 0o644)
    try {
      fs.write(fd, Buffer.from(`${why}\n`))
    } finally {
      fs.close(fd)
    }
  } catch (error) {
    // The first reason stands; and a disk that takes no HALT stops us by its own errors.
    if (errno(error) === null) throw error
  }
}
