/**
 * A look at a path with the rights of a user: in a child that becomes him for good before it looks, with all his groups, an
 * empty environment and five seconds. A link at the end is not followed. If it cannot become him, it does not look.
 */
import {execFile} from 'node:child_process'
import type {Account} from '@god-cli/api'

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
const {lstatSync} = require('node:fs')
try {
  const seen = lstatSync(path)
  process.stdout.write(seen.isDirectory() ? 'uid ' + seen.uid : 'is not a real folder')
} catch (error) {
  process.stdout.write(error.code === 'EACCES' ? 'is closed to the user' : 'cannot be looked at (' + error.code + ')')
}
`

/** Whose folder it is, where he may walk there. A sentence otherwise; also if nobody answers. */
export const lookAs = (
  {uid, gid, groups}: Account,
  path: string,
): Promise<{readonly uid: number} | {readonly fault: string}> =>
  new Promise(resolve => {
    const words = ['-e', PROGRAM, '--', String(uid), String(gid), groups.join(','), path]
    const no = (why: string): void => resolve({fault: `${path} ${why}`})
    const late = setTimeout(() => no(`does not answer for ${PATIENCE / 1000} s`), PATIENCE)
    const options = {timeout: PATIENCE, killSignal: 'SIGKILL' as const, env: {}, cwd: '/'}
    execFile(process.execPath, words, options, (error, stdout) => {
      clearTimeout(late)
      const [, owner] = /^uid (\d+)$/.exec(stdout) ?? []
      if (owner !== undefined) resolve({uid: Number(owner)})
      else if (stdout !== '') no(stdout)
      else no(`cannot be looked at as uid ${uid}${error?.killed === true ? ': it does not answer' : ''}`)
    }).unref()
  })
