/** Accounts of this host that a test makes for itself, with a home; gone when it ends. */
import {execFileSync, spawnSync} from 'node:child_process'
import {BIN, type Ran, run} from './god.js'

const quiet = {stdio: 'ignore'} as const

export interface HostAccount {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  /** As he would type it after a login. */
  shell(script: string): Promise<Ran>
  remove(): void
}

const idOf = (flag: string, name: string): number =>
  Number(execFileSync('id', [flag, name], {encoding: 'utf8'}).trim())

const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups']

/** Not in a clone below a folder that is closed to others. */
export const othersMayRun = (): boolean => spawnSync('setpriv', [...NOBODY, 'test', '-r', BIN]).status === 0

export const NOT_FOR_OTHERS = 'needs root, who becomes other accounts, and a clone that these may read'

export const canMakeAccounts = (): boolean =>
  othersMayRun() && ['useradd', 'su'].every(name => spawnSync('which', [name]).status === 0)

/** What an account needs to serve a site of many users (docs/many-users.md), as its unit would give it. */
const SERVICE_RIGHTS = ['chown', 'dac_override', 'fowner', 'setgid', 'setuid']

/** Words before a program's, that start it as that account with those rights. */
export const servingAs = (
  {uid, gid}: {readonly uid: number; readonly gid: number},
  rights: readonly string[] = SERVICE_RIGHTS,
): readonly string[] => {
  const given = rights.length === 0 ? '-all' : rights.map(right => `+${right}`).join(',')
  return [
    'setpriv',
    ...[
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      `--inh-caps=${given}`,
      `--ambient-caps=${given}`,
    ],
  ]
}

export const makeGroup = (name: string): {readonly gid: number; remove(): void} => {
  execFileSync('groupadd', ['-f', name], quiet)
  const gid = Number(execFileSync('getent', ['group', name], {encoding: 'utf8'}).split(':')[2])
  return {gid, remove: () => void spawnSync('groupdel', [name])}
}

export const makeAccount = (name: string, groups: readonly string[] = []): HostAccount => {
  spawnSync('userdel', ['-r', name])
  execFileSync(
    'useradd',
    ['-m', '-U', '-s', '/bin/bash', ...(groups.length > 0 ? ['-G', groups.join(',')] : []), name],
    quiet,
  )
  return {
    name,
    uid: idOf('-u', name),
    gid: idOf('-g', name),
    home: `/home/${name}`,
    shell: script => run('su', ['-', name, '-c', script], {cwd: '/', env: {}}).done,
    remove: () => void spawnSync('userdel', ['-r', name]),
  }
}
