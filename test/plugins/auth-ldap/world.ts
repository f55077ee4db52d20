/** The provider as a site has it, on a directory server of the test's own; its clock is moved by hand. */
import {setTimeout as wait} from 'node:timers/promises'
import type {Account, Auth} from '@god-cli/api'
import {trialHost} from '../../../plugins/api/src/trial.js'
import create from '../../../plugins/auth-ldap/src/index.js'
import {type DirectoryServer, SERVICE, SUFFIX} from '../../support/directory-server.js'

export const account = (over: Partial<Account> = {}): Account => ({
  uid: 2000,
  gid: 2000,
  groups: [2000],
  name: 'ann',
  home: '/home/ann',
  ...over,
})

export const optionsFor = (
  {port, ca, passwordFile}: Pick<DirectoryServer, 'port' | 'ca' | 'passwordFile'>,
  over: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> => ({
  url: `ldaps://localhost:${port}`,
  ca,
  bind_dn: SERVICE,
  bind_password_file: passwordFile,
  user_base: `ou=people,${SUFFIX}`,
  group_base: `ou=groups,${SUFFIX}`,
  ...over,
})

export interface Asked {
  readonly auth: Auth
  /** Milliseconds further on the host's clock. */
  advance(ms: number): void
}

export const authOn = (
  server: Pick<DirectoryServer, 'port' | 'ca' | 'passwordFile'>,
  over: Readonly<Record<string, string>> = {},
): Asked => {
  let now = 1_000_000
  const delay = async (ms: number, signal?: AbortSignal): Promise<void> => {
    await wait(ms, undefined, signal === undefined ? {} : {signal}).catch(() => undefined)
  }
  return {
    auth: create(trialHost({options: optionsFor(server, over), now: () => now, delay})),
    advance: ms => {
      now += ms
    },
  }
}
