/**
 * A look at a path with the rights of a user: in a child that becomes him for good before it looks, with all his groups, an
 * empty environment and five seconds. A link at the end is not followed. If it cannot become him, or has more rights than he,
 * it does not look; that there is no child at all (no memory, no process left) says nothing of the path, and is an exception.
 */
import {execFile} from 'node:child_process'
import type {Account} from '@god-cli/api'
import {becoming, SAFE_ENVIRONMENT} from './service-rights.js'

/** Milliseconds. */
const PATIENCE = 5000

/** Groups first: afterwards nobody may change them. */
const PROGRAM = `
const [uid, gid, groups, path] = process.argv.slice(1)
if (process.getuid() === 0) {
  process.setgroups(groups.split(',').map(Number))
  process.setgid(Number(gid))
  process.setuid(Number(uid))
}
if (process.getuid() !== Number(uid) || process.geteuid() !== Number(uid)) throw new Error('not him')
const {lstatSync, readFileSync} = require('node:fs')
if (!/^CapEff:\\s*0+$/m.test(readFileSync('/proc/self/status', 'utf8'))) throw new Error('more than he')
try {
  const seen = lstatSync(path)
  process.stdout.write(seen.isDirectory() ? 'uid ' + seen.uid + ' ' + (seen.mode & 0o7777) : 'is not a real folder')
} catch (error) {
  process.stdout.write(error.code === 'EACCES' ? 'is closed to the user' : 'cannot be looked at (' + error.code + ')')
}
`

/** Who is not root is let go of its rights by setpriv: node itself cannot lay them down. */
const programFor = ({uid, gid, groups}: Account): readonly [program: string, words: readonly string[]] =>
  [0, uid].includes(process.getuid?.() ?? uid)
    ? [process.execPath, []]
    : ['setpriv', [...becoming(uid, gid, groups), '--', process.execPath]]

/** Whose folder it is and its mode, where he may walk there. A sentence otherwise; also if nobody answers. */
export const lookAs = (
  account: Account,
  path: string,
  patience = PATIENCE,
): Promise<{readonly uid: number; readonly mode: number} | {readonly fault: string}> =>
  new Promise((resolve, reject) => {
    const {uid, gid, groups} = account
    const [program, before] = programFor(account)
    const words = [...before, '-e', PROGRAM, '--', String(uid), String(gid), groups.join(','), path]
    const no = (why: string): void => resolve({fault: `${path} ${why}`})
    const late = setTimeout(() => no(`does not answer for ${patience / 1000} s`), patience)
    const options = {
      timeout: patience,
      killSignal: 'SIGKILL' as const,
      env: before.length === 0 ? {} : SAFE_ENVIRONMENT,
      cwd: '/',
    }
    execFile(program, words, options, (error, stdout) => {
      clearTimeout(late)
      const [, owner, mode] = /^uid (\d+) (\d+)$/.exec(stdout) ?? []
      if (owner !== undefined) resolve({uid: Number(owner), mode: Number(mode)})
      else if (stdout !== '') no(stdout)
      else if (typeof error?.code === 'string') reject(error)
      else no(`cannot be looked at as uid ${uid}${error?.killed === true ? ': it does not answer' : ''}`)
    }).unref()
  })
