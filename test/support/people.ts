/**
 * Two people who share a site, and a group of one of them: accounts of this host that the test makes, or entries that only
 * a directory server of the test's own has. Both have a home; all is gone when they leave.
 */
import {chownSync, mkdirSync, rmSync} from 'node:fs'
import {canMakeAccounts, makeAccount, makeGroup, NOT_FOR_OTHERS, othersMayRun, servingAs} from './accounts.js'
import {
  type DirectoryServer,
  groupEntry,
  HAS_SLAPD,
  NO_SLAPD,
  SERVICE,
  SUFFIX,
  startDirectoryServer,
  userEntry,
} from './directory-server.js'
import {type Ran, run} from './god.js'

export interface Person {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  shell(script: string): Promise<Ran>
}

export interface People {
  readonly ann: Person
  readonly bob: Person
  /** Of ann alone. */
  readonly lab: {readonly name: string; readonly gid: number}
  /** How a site asks for them: keys of `go-d.ini`, and sections after them. */
  readonly keys: readonly string[]
  readonly sections: readonly string[]
  /** Who serves the site, and how he is started. Null: root. */
  readonly servant: {readonly name: string; readonly words: readonly string[]} | null
  leave(): Promise<void>
}

export interface PeopleSource {
  readonly title: string
  /** Null: they can be made here. */
  readonly missing: () => string | null
  readonly come: () => Promise<People>
}

const LAB = 'god-t-lab'

const ofHost = async (): Promise<People> => {
  const lab = makeGroup(LAB)
  const ann = makeAccount('god-t-ann', [LAB])
  const bob = makeAccount('god-t-bob')
  return {
    ...{ann, bob, lab: {name: LAB, gid: lab.gid}, keys: [], sections: [], servant: null},
    leave: async () => {
      for (const each of [bob, ann, lab]) each.remove()
    },
  }
}

/** As `auth_policy = ldap` wants it. */
export const ldapSections = ({port, ca, passwordFile}: DirectoryServer): readonly string[] => [
  ...['[plugin.ldap]', `url = ldaps://localhost:${port}`, `ca = ${ca}`],
  ...[`bind_dn = ${SERVICE}`, `bind_password_file = ${passwordFile}`],
  ...[`user_base = ou=people,${SUFFIX}`, `group_base = ou=groups,${SUFFIX}`],
  ...['timeout = 2', 'retry_after = 1'],
]

/** Who runs the jobs of root there. */
export const GOD_USER = {uid: 23_000, gid: 23_000, groups: [], name: 'goduser', home: '/nonexistent'}

/** A number of the directory and nothing else: this host has no name and no group for him. */
const personOf = (name: string, id: number): Person => {
  const home = `/home/${name}`
  mkdirSync(home, {recursive: true, mode: 0o700})
  chownSync(home, id, id)
  const become = [`--reuid=${id}`, `--regid=${id}`, '--clear-groups', 'sh', '-c']
  return {
    ...{name, uid: id, gid: id, home},
    shell: script =>
      run('setpriv', [...become, script], {cwd: '/', env: {HOME: home, NODE_V8_COVERAGE: ''}}).done,
  }
}

const ofDirectory = async (): Promise<People> => {
  const ann = personOf('god-t-lena', 23_001)
  const bob = personOf('god-t-otto', 23_002)
  const lab = {name: LAB, gid: 23_050}
  const entries = [ann, bob, GOD_USER].map(one => userEntry({groups: [], ...one})).join('')
  const server = await startDirectoryServer({ldif: entries + groupEntry(LAB, lab.gid, [ann.name])})
  return {
    ...{ann, bob, lab},
    keys: ['auth_policy = ldap', `root_runs_as = ${GOD_USER.name}`],
    sections: ldapSections(server),
    servant: null,
    leave: async () => {
      await server.stop()
      for (const {home} of [ann, bob]) rmSync(home, {recursive: true, force: true})
    },
  }
}

/** It has no rights with the engine but those that let it into any folder. */
const servedByAccount = async (): Promise<People> => {
  const people = await ofHost()
  const account = makeAccount('god-t-servant')
  return {
    ...people,
    servant: {name: account.name, words: servingAs(account)},
    leave: async () => {
      await people.leave()
      account.remove()
    },
  }
}

export const PEOPLE: readonly PeopleSource[] = [
  {
    title: 'with accounts of the host',
    missing: () => (canMakeAccounts() ? null : 'needs accounts that can be made, and may read this clone'),
    come: ofHost,
  },
  {
    title: 'with accounts of the host, whom one that is not root serves',
    missing: () => (canMakeAccounts() ? null : 'needs accounts that can be made, and may read this clone'),
    come: servedByAccount,
  },
  {
    title: 'that only a directory server knows',
    missing: () => (!HAS_SLAPD ? NO_SLAPD : othersMayRun() ? null : NOT_FOR_OTHERS),
    come: ofDirectory,
  },
]
