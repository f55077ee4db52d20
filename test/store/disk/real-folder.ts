/** A folder on the real file system for one test, removed after it. */
import {mkdtempSync, realpathSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

export interface RealFolder {
  readonly path: string
  remove(): void
}

export const realFolder = (): RealFolder => {
  const path = mkdtempSync(join(realpathSync(tmpdir()), 'god-store-'))
  return {path, remove: () => rmSync(path, {recursive: true, force: true})}
}

/** Foreign owners can be made by root alone. */
export const isRoot = process.getuid?.() === 0
