/**
 * Quotas as a pass needs them: those of the configuration, and how much cpu time was used in the window, by packed jobs'
 * sums and by live ones, a day at a time. Kept while neither has changed; nothing is lost with it.
 */

import type {Quotas} from '../core/limits/quota.js'
import {dayOf, type Sums, sumsOfLive} from '../core/usage/accounting.js'
import type {LiveJobs} from '../store/jobs/job-store.js'
import {containsOf} from '../store/packs/manifest.js'
import {readSums} from '../store/packs/sums.js'
import {packedTasksOf} from '../store/unpacked-tasks.js'
import type {Service, ServiceSettings} from './service.js'

/** What is needed of a service to know them. */
export interface QuotaGround {
  readonly settings: Pick<ServiceSettings, 'quotaWindow' | 'admission'>
  readonly manifest: Service['manifest']
  readonly packs: Service['packs']
  readonly durable: Pick<Service['durable'], 'fs'>
  readonly layout: Service['layout']
  readonly now: Service['now']
}

type Spent = Quotas['spent']

const NONE: Spent = {users: new Map(), projects: new Map()}

const add = (sums: Map<string, number>, name: string, ms: number): void =>
  void sums.set(name, (sums.get(name) ?? 0) + ms / 1000)

const spentOf = (all: Iterable<Pick<Sums, 'user' | 'project' | 'cpu'>>): Spent => {
  const [users, projects] = [new Map<string, number>(), new Map<string, number>()]
  for (const {user, project, cpu} of all) {
    add(users, user, cpu)
    add(projects, project, cpu)
  }
  return {users, projects}
}

const packed = new WeakMap<QuotaGround, {readonly manifest: number; readonly sums: readonly Sums[]}>()

const packedSums = (
  service: QuotaGround,
  {n, manifest}: ReturnType<Service['manifest']['newest']>,
): readonly Sums[] => {
  const before = packed.get(service)
  if (before?.manifest === n) return before.sums
  const sums = readSums(service.durable.fs, service.layout, manifest)
  packed.set(service, {manifest: n, sums})
  return sums
}

/** The live ones were read before: what was packed meanwhile, or left in a record by a packer, counts by its segment. */
const sumsIn = (service: QuotaGround, live: LiveJobs): readonly Sums[] => {
  const newest = service.manifest.newest()
  const isPacked = containsOf(newest.manifest)
  const unpacked = live.all.flatMap(({record}) =>
    isPacked(record.id) ? [] : sumsOfLive(record, packedTasksOf(service.packs, newest.manifest, record)),
  )
  return [...packedSums(service, newest), ...unpacked]
}

const spentIn = (service: QuotaGround, live: LiveJobs): Spent => {
  const {quotaWindow, admission} = service.settings
  const {userQuotas, projectQuotas} = admission.sections
  const counts = [...userQuotas.values(), ...projectQuotas.values()].some(({cpu_time}) => cpu_time !== null)
  if (!counts) return NONE
  const from = service.now() - quotaWindow
  const first = dayOf(from)
  return spentOf(sumsIn(service, live).filter(({day}) => day >= first))
}

/** Undefined: there are none. */
export const quotasOf = (service: QuotaGround, live: LiveJobs): Quotas | undefined => {
  const {userQuotas: users, projectQuotas: projects} = service.settings.admission.sections
  if (users.size + projects.size === 0) return undefined
  return {users, projects, spent: spentIn(service, live)}
}
