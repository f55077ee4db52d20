/**
 * Makes a folder hold what a build made, and nothing else: a removed command leaves no file behind. A file that is as
 * it should be is left alone; any other is replaced in one step.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import type {Output} from './bundle.js'

const write = (file: string, text: string): void => {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return
  mkdirSync(dirname(file), {recursive: true})
  const temporary = join(dirname(file), `.${process.pid}.tmp`)
  writeFileSync(temporary, text)
  renameSync(temporary, file)
}

const sweep = (folder: string, stays: (file: string) => boolean): void => {
  for (const entry of readdirSync(folder, {withFileTypes: true})) {
    const path = join(folder, entry.name)
    if (!entry.isDirectory()) {
      if (!stays(path)) rmSync(path)
      continue
    }
    sweep(path, stays)
    if (readdirSync(path).length === 0) rmdirSync(path)
  }
}

/** `keep`: by the path in the folder, what others made there. */
export const settleOutputs = (
  root: string,
  folder: string,
  outputs: readonly Output[],
  keep: (path: string) => boolean = () => false,
): void => {
  for (const {path, text} of outputs) write(join(root, path), text)
  const made = new Set(outputs.map(({path}) => join(root, path)))
  const top = join(root, folder)
  sweep(top, file => made.has(file) || keep(relative(top, file)))
}
