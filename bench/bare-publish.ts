/** What the disk gives: durable publishes a second, one after the other, by the bare calls; each with its folder's sync. */
import {closeSync, fsyncSync, linkSync, mkdtempSync, openSync, rmSync, unlinkSync, writeSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {milliseconds} from './measure.js'

/** About as large as a record. */
const BYTES = Buffer.alloc(1000, 'x')

const syncFolder = (path: string): void => {
  const fd = openSync(path, 'r')
  fsyncSync(fd)
  closeSync(fd)
}

const publish = (folder: string, n: number): void => {
  const temporary = join(folder, `.t.${n}`)
  const fd = openSync(temporary, 'wx')
  writeSync(fd, BYTES)
  fsyncSync(fd)
  closeSync(fd)
  linkSync(temporary, join(folder, `${n}.json`))
  unlinkSync(temporary)
  syncFolder(folder)
}

/** A second. */
export const barePublishes = async (count: number): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'god-bench-'))
  try {
    const took = await milliseconds(() => {
      for (let n = 0; n < count; n++) publish(folder, n)
    })
    return (count / took) * 1000
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}
