/**
 * What the engine of this Node makes of the parts that commands load, written beside them: bin/god.cjs then starts
 * without parsing. Another engine does not find it, by its name, and parses. Made by calling each way as its users do, in
 * a directory of its own that is gone afterwards; so what the usual call needs is in it, and nothing else.
 */
import {execFileSync} from 'node:child_process'
import {existsSync, mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {FAST_COMMANDS} from './bundle-fast.js'

/** Job 1 is over, 2 runs, the others wait. */
const CALLS: Readonly<Record<(typeof FAST_COMMANDS)[number] | 'all', readonly (readonly string[])[]>> = {
  submit: [['--parsable', '-i', 'image', '--', 'true']],
  stat: [[], ['-a']],
  all: [
    ['show', '1'],
    ['history', '1'],
    ['logs', '1'],
    ['wait', '1'],
    ['config'],
    ['whoami'],
    ['plugins'],
    ['why', '4'],
    ['hold', '4'],
    ['release', '4'],
    ['suspend', '2'],
    ['resume', '2'],
    ['kill', '4'],
    ['submit', '--', 'true'],
    ['stat', '-a', '--json'],
    ['schedule'],
    ['watch', '--once'],
  ],
}

const JOBS = 8

/** Nothing of the builder's: what he sets for Node changes what his engine makes. */
const run = (folder: string, words: readonly string[]): void => {
  const env = {PATH: process.env.PATH ?? '', HOME: folder, GOD_SHARED_DIR: join(folder, 'site')}
  execFileSync(process.execPath, words, {cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe']})
}

export const compiledFiles = (root: string): readonly string[] => {
  const folder = join(root, 'dist')
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, {recursive: true, encoding: 'utf8'})
  return entries.filter(name => name.endsWith('.bin')).map(name => join(folder, name))
}

export const compileParts = (root: string): void => {
  const folder = mkdtempSync(join(tmpdir(), 'god-build-'))
  const god = (...words: readonly string[]): void => run(folder, [join(root, 'bin/god.cjs'), ...words])
  try {
    god('init', '--executor', 'fake')
    god('submit', '-J', 'over', '--', 'true')
    god('schedule')
    god('watch', '--once')
    // So many that the pass writes the index, which the usual call reads; and one that nobody has taken yet.
    for (const name of ['running', ...Array<string>(JOBS - 1).fill('waiting')])
      god('submit', '-J', name, '-c', '4', '-E', 'FAKE_SECONDS=forever', '--', 'true')
    god('schedule')
    god('submit', '-J', 'new', '--', 'true')
    for (const [way, calls] of Object.entries(CALLS)) {
      const words = calls.map(call => JSON.stringify(call))
      run(folder, [join(root, 'scripts/compile-once.cjs'), root, way, ...words])
    }
  } finally {
    rmSync(folder, {recursive: true})
  }
}
