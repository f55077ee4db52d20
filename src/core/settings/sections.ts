/**
 * The sections of `go-d.ini`: `[volume.NAME]`, `[project.NAME]`, `[quota.user.NAME]`, `[quota.project.NAME]` (`*` stands
 * for each that has none of his own), `[queue.NAME]`, `[node.NAME]`, `[resource.NAME]`, and those of `share-sections.ts`. Pure; a mistake
 * names its line.
 */
import {COUNTED_TABLE, type CountedResources, isCountedName} from '../counted.js'
import {GodError} from '../errors.js'
import {NO_SHARES, type Shares} from '../fair-share/standings.js'
import {QUEUE_TABLE, type Queues} from '../limits/queue.js'
import {NODE_TABLE, type NodeWords} from '../node/words.js'
import type {Grant} from '../rights/grants.js'
import {sourceFault, targetFault} from '../rights/volume-path.js'
import {BASIC, type Space, spaceOf} from '../scheduling/vector.js'
import {nearest} from '../text.js'
import {
  choice,
  cpuAmount,
  flag,
  fraction,
  memoryAmount,
  orNone,
  type Setting,
  text,
  time,
  type Values,
  whole,
  words,
} from './setting-kinds.js'
import {checkMembers, SHARE_GROUP, SHARE_USER} from './share-sections.js'

const ANY = /^/

const VOLUME = {
  path: text('', ANY, 'a path', 'folder on the nodes; $USER and $UID stand for the user'),
  mount: text('', ANY, 'a path', 'where it is in the container; else at the same path'),
  acl: choice('ro', ['ro', 'rw'], 'read-only, or also for writing'),
  root: flag(
    false,
    'jobs that are root inside may read all of it; only root writes it, and it holds no sockets',
  ),
  users: words([], 'who may use it, by name or uid; * is everybody'),
  groups: words([], 'groups whose members may use it'),
} as const

const PROJECT = {
  users: words([], 'its members, by name or uid; * is everybody'),
  groups: words([], 'groups whose members are its members'),
  priority: fraction(0, 'its rank for a policy that heeds projects, 1 is the highest'),
} as const

const MOST_JOBS = 999_999_999

const QUOTA = {
  cpus: orNone(cpuAmount(1000, 'most cpus at once'), null),
  ram: orNone(memoryAmount(1024 ** 3, 'most memory at once'), null),
  running: orNone(whole(1, 0, MOST_JOBS, 'most jobs and tasks that run at once'), null),
  pending: orNone(whole(1, 0, MOST_JOBS, 'most jobs that wait'), null),
  cpu_time: time(null, 'cpu time used in quota_window'),
} as const

export interface Volume extends Values<typeof VOLUME>, Grant {
  readonly name: string
}
export interface Project extends Values<typeof PROJECT>, Grant {
  readonly name: string
}
/** Cpus in thousandths, memory in bytes, time in seconds; null: no limit. */
export type Quota = Values<typeof QUOTA>

export interface Sections {
  readonly volumes: ReadonlyMap<string, Volume>
  readonly projects: ReadonlyMap<string, Project>
  readonly userQuotas: ReadonlyMap<string, Quota>
  readonly projectQuotas: ReadonlyMap<string, Quota>
  readonly shares: Shares
  readonly queues: Queues
  readonly nodes: NodeWords
  readonly resources: CountedResources
  /** The same, as the pass has it. */
  readonly space: Space
}

export const EACH = '*'

interface Line {
  readonly key: string
  readonly value: string
  readonly origin: string
}

const TABLES = {
  volume: VOLUME,
  project: PROJECT,
  quota: QUOTA,
  'share.group': SHARE_GROUP,
  'share.user': SHARE_USER,
  queue: QUEUE_TABLE,
  node: NODE_TABLE,
  resource: COUNTED_TABLE,
} as const
type Kind = keyof typeof TABLES

const HEAD = /^(volume|project|queue|node|resource|(?:quota|share)\.[a-z]+)\.(.+)\.([a-z_]+)$/

const USER_OR_ANY = /^(?:\*|[\w][\w.@\\+-]{0,62}\$?)$/
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/

/** By the words before the name: which keys a section has, and what it may be called. */
const HEADS: Readonly<Record<string, {readonly kind: Kind; readonly name: Pick<RegExp, 'test'>}>> = {
  volume: {kind: 'volume', name: PLAIN},
  project: {kind: 'project', name: PLAIN},
  'quota.user': {kind: 'quota', name: USER_OR_ANY},
  'quota.project': {kind: 'quota', name: /^(?:\*|[A-Za-z0-9][A-Za-z0-9_-]{0,31})$/},
  'share.group': {kind: 'share.group', name: PLAIN},
  'share.user': {kind: 'share.user', name: USER_OR_ANY},
  queue: {kind: 'queue', name: PLAIN},
  node: {kind: 'node', name: /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/},
  resource: {kind: 'resource', name: {test: isCountedName}},
}

export const isSectionKey = (key: string): boolean =>
  /^(volume|project|quota|share|queue|node|resource)\./.test(key)

const bad = (origin: string, what: string, hint = ''): GodError =>
  new GodError('E_CONFIG_BAD', `${origin}: ${what}`, hint)

const readValue = (kind: Kind, {key, value, origin}: Line, name: string): unknown => {
  const table: Readonly<Record<string, Setting<unknown>>> = TABLES[kind]
  const rule = Object.hasOwn(table, name) ? table[name] : undefined
  if (rule === undefined) {
    const near = nearest(name, Object.keys(table))
    const hint =
      near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `There are: ${Object.keys(table).join(', ')}.`
    throw bad(origin, `a section of ${kind} has no '${name}'`, hint)
  }
  const parsed = rule.parse(value)
  if (parsed === undefined)
    throw bad(origin, `${key} = ${JSON.stringify(value)}, but ${rule.expects} is expected`)
  return parsed
}

const checkPath = (name: string, {value, origin}: Line): void => {
  const fault = name === 'path' ? sourceFault(value) : name === 'mount' ? targetFault(value) : null
  if (fault !== null) throw bad(origin, `${name} = ${JSON.stringify(value)} cannot be: ${fault}`)
}

/** Of one kind, by the name of the section, then by the key. */
type Read = Map<string, {readonly origin: string; readonly values: Record<string, unknown>}>

const readAll = (lines: readonly Line[]): ReadonlyMap<string, Read> => {
  const all = new Map<string, Read>()
  for (const line of lines) {
    const [, head = '', name = '', key = ''] = HEAD.exec(line.key) ?? []
    const rule = HEADS[head]
    if (rule === undefined)
      throw bad(line.origin, `there is no section '[${line.key.replace(/\.[^.]*$/, '')}]'`, SECTIONS_HINT)
    const {kind} = rule
    if (!rule.name.test(name)) throw bad(line.origin, `'${name}' is no name for a section of ${head}`)
    const value = readValue(kind, line, key)
    if (kind === 'volume') checkPath(key, line)
    const sections: Read = all.get(head) ?? new Map()
    all.set(head, sections)
    const section = sections.get(name) ?? {origin: line.origin, values: {}}
    section.values[key] = value
    sections.set(name, section)
  }
  return all
}

const SECTIONS_HINT =
  'There are [plugin.ID], [volume.NAME], [project.NAME], [quota.user.NAME], [quota.project.NAME], [share.group.NAME], ' +
  '[share.user.NAME], [queue.NAME], [node.NAME] and [resource.NAME].'

/** What is not said has its default. */
const filled = <Table extends Readonly<Record<string, Setting<unknown>>>>(
  table: Table,
  sections: Read | undefined,
): Map<string, Values<Table>> => {
  const initial = Object.fromEntries(Object.entries(table).map(([key, rule]) => [key, rule.initial]))
  return new Map(
    [...(sections ?? [])].map(([name, {values}]) => [name, {...initial, ...values} as Values<Table>]),
  )
}

const named = <T extends object>(sections: ReadonlyMap<string, T>): Map<string, T & {name: string}> =>
  new Map([...sections].map(([name, one]) => [name, {...one, name}]))

const volumesOf = (sections: Read | undefined): ReadonlyMap<string, Volume> => {
  for (const [name, {origin, values}] of sections ?? [])
    if (values.path === undefined)
      throw bad(origin, `the volume ${name} has no path`, 'Write path = /FOLDER.')
    // Where no other place is named the path is the place.
    else if (values.mount === undefined || values.mount === '')
      checkPath('mount', {key: '', value: String(values.path), origin})
  return new Map(
    [...filled(VOLUME, sections)].map(([name, volume]) => [
      name,
      {...volume, name, mount: volume.mount === '' ? volume.path : volume.mount},
    ]),
  )
}

/** A node has only what is counted on nodes. */
const checkNodes = (nodes: Read | undefined, resources: CountedResources): void => {
  for (const [, {origin, values}] of nodes ?? [])
    for (const name of Object.keys(values.resources ?? {})) {
      const scope = resources.get(name)?.scope
      if (scope === undefined)
        throw bad(origin, `there is no [resource.${name}]`, 'Say there what it is; scope = node is enough.')
      if (scope === 'site')
        throw bad(origin, `${name} is of the whole site`, `Say how many in [resource.${name}]: amount = N.`)
    }
}

export const parseSections = (lines: readonly Line[]): Sections => {
  const all = readAll(lines)
  checkMembers(lines)
  const resources = named(filled(COUNTED_TABLE, all.get('resource')))
  checkNodes(all.get('node'), resources)
  return {
    volumes: volumesOf(all.get('volume')),
    projects: named(filled(PROJECT, all.get('project'))),
    userQuotas: filled(QUOTA, all.get('quota.user')),
    projectQuotas: filled(QUOTA, all.get('quota.project')),
    shares: {
      groups: filled(SHARE_GROUP, all.get('share.group')),
      users: filled(SHARE_USER, all.get('share.user')),
    },
    queues: named(filled(QUEUE_TABLE, all.get('queue'))),
    nodes: filled(NODE_TABLE, all.get('node')),
    resources,
    space: spaceOf(resources.values()),
  }
}

export const NO_SECTIONS: Sections = {
  volumes: new Map(),
  projects: new Map(),
  userQuotas: new Map(),
  projectQuotas: new Map(),
  shares: NO_SHARES,
  queues: new Map(),
  nodes: new Map(),
  resources: new Map(),
  space: BASIC,
}
