/** The folder of god's own package: compiled and as sources it lies at different depths. */
import {existsSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {GodError} from '../core/errors.js'

const isOurs = (folder: string): boolean => {
  const path = join(folder, 'package.json')
  return existsSync(path) && readFileSync(path, 'utf8').includes('"name": "@god-cli/god"')
}

export const packageRoot = (from: string = fileURLToPath(import.meta.url)): string => {
  for (let folder = dirname(from); dirname(folder) !== folder; folder = dirname(folder)) {
    if (isOurs(folder)) return folder
  }
  throw new GodError('E_BUG', `no package of god above ${from}`)
}
