/**
 * `god whoami`: who the caller is, and what the site grants him. By the configuration, which everybody may read, and the
 * live jobs; nothing that the service alone knows.
 */

import {cpusText, formatCpus, formatMemory, formatTime} from '../core/amounts.js'
import type {CountedResource} from '../core/counted.js'
import {queuesFor} from '../core/limits/queue.js'
import {quotaOf} from '../core/limits/quota.js'
import type {Holding} from '../core/limits/quota-check.js'
import {tallyOf} from '../core/limits/tally.js'
import {type RankFactors, rankFactors} from '../core/rank-factors.js'
import type {Grantee} from '../core/rights/grants.js'
import {DEFAULT_PROJECT, projectsFor} from '../core/rights/rights.js'
import {mayBeRoot, rootRule} from '../core/rights/root-right.js'
import {pathFor} from '../core/rights/volume-path.js'
import {volumesFor} from '../core/rights/volumes.js'
import type {Quota} from '../core/settings/sections.js'
import {neutralise} from '../core/text.js'
import {callerIn} from './caller.js'
import {SCHEMA} from './jobs/job-json.js'
import {runsImages} from './offer.js'
import {isOperator, isServedByRoot} from './operator.js'
import {type Self, self} from './own-account.js'
import type {Style} from './screen/style.js'
import type {Site} from './site.js'

interface GrantedVolume {
  readonly name: string
  readonly path: string | null
  readonly mount: string | null
  readonly acl: 'ro' | 'rw'
  /** Also in a job that is root inside. */
  readonly root: boolean
}

interface GrantedQuota {
  /** `user ann`, `project lab`. */
  readonly whose: string
  readonly quota: Quota
  readonly has: Holding
}

/** What the site counts besides. */
interface CountedFor extends Pick<CountedResource, 'name' | 'scope'> {
  /** Of one job; null: no limit. */
  readonly most: number | null
  /** Of one that says nothing. */
  readonly default: number
}

export interface WhoAmI {
  readonly who: Grantee
  /** Null: only the service knows it. */
  readonly home: string | null
  /** Who says so. */
  readonly source: Self['source']
  readonly operator: boolean
  /** He may be root in his containers. */
  readonly root: boolean
  /** Null: any. */
  readonly images: readonly string[] | null
  readonly volumes: readonly GrantedVolume[]
  readonly projects: readonly string[]
  readonly queues: readonly string[]
  readonly factors: RankFactors
  readonly quotas: readonly GrantedQuota[]
  /** Of one job; cpus in thousandths, memory in bytes, time in seconds; null: no limit. */
  readonly limits: {
    readonly cpus: number | null
    readonly memory: number | null
    readonly time: number | null
  }
  readonly resources: readonly CountedFor[]
}

const quotasOf = (site: Site, who: Grantee, projects: readonly string[]): readonly GrantedQuota[] => {
  const {userQuotas, projectQuotas} = site.configuration.sections
  if (userQuotas.size + projectQuotas.size === 0) return []
  const tally = tallyOf(
    site.jobs.live().all.map(({record}) => record),
    site.now(),
  )
  const own = quotaOf(userQuotas, who.name)
  const users = own === null ? [] : [{whose: `user ${who.name}`, quota: own, has: tally.user(who.name)}]
  return [
    ...users,
    ...projects.flatMap(name => {
      const quota = quotaOf(projectQuotas, name)
      return quota === null ? [] : [{whose: `project ${name}`, quota, has: tally.project(name)}]
    }),
  ]
}

export const whoAmI = (site: Site): WhoAmI => {
  const {settings, sections} = site.configuration
  const {home, source} = self(site)
  const {volumes, projects: all, queues} = sections
  const {allow_root: users, allow_root_groups: groups, executor} = settings
  const rule = rootRule(users, groups, runsImages(executor), isServedByRoot(site))
  const {who, numbers} = callerIn(site, [...volumes.values(), ...all.values(), ...queues.values(), rule])
  const member = projectsFor(sections, who, numbers).map(({name}) => name)
  const projects = [DEFAULT_PROJECT, ...member.filter(name => name !== DEFAULT_PROJECT)]
  return {
    ...{who, home, source},
    operator: isOperator(site),
    root: mayBeRoot(rule, who, numbers),
    images: settings.allow_user_images ? null : [...settings.default_images, ...settings.allowed_images],
    volumes: volumesFor(sections.volumes, who, numbers).map(({name, path, mount, acl, root}) => ({
      ...{name, acl, root},
      path: pathFor(path, who),
      mount: pathFor(mount, who),
    })),
    projects,
    queues: queuesFor(queues, who, numbers),
    factors: rankFactors(sections),
    quotas: quotasOf(site, who, projects),
    limits: {cpus: settings.max_cpu, memory: settings.max_ram, time: settings.max_time},
    resources: [...sections.resources.values()].map(({name, scope, max_job, default_job}) => ({
      ...{name, scope, most: max_job, default: default_job},
    })),
  }
}

const whole = (cpus: number | null): number | null => (cpus === null ? null : cpus / 1000)

const quotaJson = ({whose, quota, has}: GrantedQuota): object => ({
  whose,
  limits: {
    cpus: whole(quota.cpus),
    memory: quota.ram,
    running: quota.running,
    pending: quota.pending,
    cpuSeconds: quota.cpu_time,
  },
  has: {cpus: has.cpus / 1000, memory: has.memory, running: has.running, pending: has.pending},
})

const factorsJson = (names: readonly string[], factorOf: (name: string) => number): object =>
  Object.fromEntries(names.map(name => [name, factorOf(name)]))

export const whoAmIJson = (me: WhoAmI): object => ({
  schema: SCHEMA,
  user: me.who.name,
  uid: me.who.uid,
  groups: me.who.groups,
  home: me.home,
  source: me.source,
  operator: me.operator,
  root: me.root,
  images: me.images,
  limits: {cpus: whole(me.limits.cpus), memory: me.limits.memory, time: me.limits.time},
  volumes: me.volumes,
  projects: me.projects,
  queues: me.queues,
  priorities: {
    projects: factorsJson(me.projects, me.factors.projectFactor),
    queues: factorsJson(me.queues, me.factors.queueFactor),
  },
  quotas: me.quotas.map(quotaJson),
  resources: me.resources,
})

const amount = (value: number | null, show: (value: number) => string, noun: string): string =>
  value === null ? `any ${noun}` : show(value)

const limitsText = ({limits: {cpus, memory, time}}: WhoAmI): string =>
  [
    amount(cpus, cpusText, 'cpus'),
    amount(memory, size => `${formatMemory(size)} memory`, 'memory'),
    amount(time, seconds => `${formatTime(seconds)} time`, 'time'),
  ].join(', ')

const quotaText = ({whose, quota, has}: GrantedQuota): string => {
  const parts = [
    quota.cpus === null ? '' : `${formatCpus(has.cpus)} of ${cpusText(quota.cpus)}`,
    quota.ram === null ? '' : `${formatMemory(has.memory)} of ${formatMemory(quota.ram)} memory`,
    quota.running === null ? '' : `${has.running} of ${quota.running} running`,
    quota.pending === null ? '' : `${has.pending} of ${quota.pending} waiting`,
    quota.cpu_time === null ? '' : `${formatTime(quota.cpu_time)} of cpu time`,
  ]
  return `${whose}: ${parts.filter(part => part !== '').join(', ') || 'no limit'}`
}

const resourceText = ({name, scope, most, default: usual}: CountedFor): string =>
  `${name}: of ${scope === 'site' ? 'the whole site' : 'each node'}${most === null ? '' : `, at most ${most} a job`}${usual === 0 ? '' : `, ${usual} if nothing is said`}`

const volumeText = ({name, acl, root, path, mount}: GrantedVolume): string =>
  `${name} (${acl}${root ? ', with --root too' : ''}): ${path ?? '?'}${mount === path ? '' : ` at ${mount ?? '?'}`}`

const rankedText =
  (factorOf: (name: string) => number) =>
  (name: string): string =>
    factorOf(name) === 0 ? name : `${name} (priority ${factorOf(name)})`

/** One line for each thing; of several the title stands once. */
const rowsOf = (me: WhoAmI): readonly (readonly [string, readonly string[]])[] => [
  ['user', [`${me.who.name} (${me.who.uid})${me.operator ? ', an operator' : ''}`]],
  ['groups', [me.who.groups.join(' ')]],
  ['home', me.home === null ? [] : [me.home]],
  ['images', [me.images === null ? 'any' : me.images.join(', ') || 'none']],
  ['one job', [limitsText(me)]],
  ['root', me.root ? ['in a container, with --root'] : []],
  ['volumes', me.volumes.map(volumeText)],
  ['projects', me.projects.map(rankedText(me.factors.projectFactor))],
  ['queues', me.queues.map(rankedText(me.factors.queueFactor))],
  ['quotas', me.quotas.map(quotaText)],
  ['resources', me.resources.map(resourceText)],
]

export const whoAmIText = (me: WhoAmI, style: Style): string =>
  rowsOf(me)
    .filter(([, lines]) => lines.length > 0)
    .flatMap(([title, lines]) =>
      lines.map((line, i) => `${style.title((i === 0 ? title : '').padEnd(10))} ${neutralise(line)}\n`),
    )
    .join('')
