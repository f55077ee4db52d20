/**
 * The program of the child in which a command of oclif's plugin of plugins runs, and npm below it: such a command takes
 * over the streams, and loads what it has installed. Its arguments are the module of commands, the command, god's
 * package, the place of plugins, and the words for the command; its answer is the words that it passed on, or the error.
 *
 * A word `pack:PATH` is a tarball or a folder: npm packs it anew into the place, under the name of its package and
 * version, and that is installed. oclif tells packages by the last part of their address alone, and folders not at
 * all; and a tarball that is deleted must not be missed by a later run of npm.
 */
export const NPM_PROGRAM = `
import {execFileSync} from 'node:child_process'
import {mkdirSync} from 'node:fs'
import {createRequire} from 'node:module'
import {dirname, join} from 'node:path'
const [entry, id, root, place, ...words] = process.argv.slice(1)
const npm = join(dirname(createRequire(entry).resolve('npm/package.json')), 'bin', 'npm-cli.js')
const packed = word => {
  if (!word.startsWith('pack:')) return word
  const folder = join(place, 'packages')
  mkdirSync(folder, {recursive: true})
  const args = [npm, 'pack', '--json', '--pack-destination', folder, word.slice(5)]
  const [{filename}] = JSON.parse(execFileSync(process.execPath, args, {stdio: ['ignore', 'pipe', 'inherit']}))
  return 'file:' + join(folder, filename)
}
let answer
try {
  const args = words.map(packed)
  const {commands} = await import(entry)
  await commands[id].run(args, {root, userPlugins: false})
  answer = {args}
} catch (error) {
  process.exitCode = 1
  answer = {error: String(error?.message ?? error)}
}
process.send(answer, () => process.disconnect())
`
