/**
 * The keys of `go-d.ini` (design section 6): one table that says what each may be, its default, and what it is for.
 *
 * Pure: text in, settings out. Keys of the original keep their names. Sections `[plugin.ID]` hold the options of the
 * provider ID as they are written; the provider judges them. The others are in `sections.ts`.
 */
import type {AdmissionPolicy} from '../admission.js'
import {GodError} from '../errors.js'
import type {ShareRules} from '../fair-share/standings.js'
import {rootRule} from '../rights/root-right.js'
import {BACKFILLS, PLACEMENTS} from '../scheduling/rules.js'
import {nearest} from '../text.js'
import {isSectionKey, NO_SECTIONS, parseSections, type Sections} from './sections.js'
import {
  choice,
  cpuAmount,
  everybody,
  flag,
  memoryAmount,
  orNone,
  type Setting,
  span,
  text,
  time,
  timetable,
  whole,
  words,
  zone,
} from './setting-kinds.js'

const PROVIDER = /^[a-z][a-z0-9-]{0,31}$/
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const

export const SETTINGS = {
  shared_dir: text('', /^(\/.*)?$/, 'an absolute path', 'the shared directory, in a file outside of it'),
  executor: text('docker', PROVIDER, 'the id of an executor', 'what runs the jobs: docker, process, fake'),
  scheduler_policy: text(
    'fifo',
    PROVIDER,
    'the id of a scheduler',
    'which pending job is next: fifo, fairshare',
  ),
  backfill: choice(
    'easy',
    BACKFILLS,
    'who may start before one that does not fit: nobody, who delays none of the first backfill_depth, or who delays none',
  ),
  backfill_depth: whole(1, 1, 100_000, 'how many that do not fit are reserved room, with backfill = easy'),
  placement: choice('pack', PLACEMENTS, 'which of the nodes that fit: the fullest, or the emptiest'),
  assumed_time: span(86_400, 'time for which a job without a walltime is planned'),
  auth_policy: text('system', PROVIDER, 'the id of an auth plugin', 'who a uid is: system, ldap'),
  auth_cache: span(60, 'time for which an answer about an account is believed'),
  docker_url: text(
    '',
    /^[a-z]+:\/\/\S+$|^$/,
    'like unix:///var/run/docker.sock',
    'the engine; else DOCKER_HOST, else the usual socket',
  ),
  default_images: words([], 'images offered; the first is used where a job names none'),
  allow_user_images: flag(true, 'jobs may name any image'),
  allowed_images: words(
    [],
    'else these besides default_images: NAME for any tag of it, NAME:TAG, or PLACE/* for all below',
  ),
  defaults_cpu: cpuAmount(1000, 'cpus of a job that names none'),
  defaults_ram: memoryAmount(512 * 1024 ** 2, 'memory of a job that names none'),
  defaults_time: time(null, 'walltime of a job that names none'),
  max_cpu: orNone(cpuAmount(1000, 'most cpus of a job'), null),
  max_ram: orNone(memoryAmount(1024 ** 3, 'most memory of a job'), null),
  max_time: time(null, 'longest walltime a job may ask for'),
  timezone: zone(
    'UTC',
    'in which the timetables of recurring jobs are meant; those that are there keep theirs',
  ),
  max_schedules: whole(20, 0, 100_000, 'most recurring jobs of one user'),
  max_suspended: time(7 * 86_400, 'time for which a job may be suspended in all; then it goes on'),
  grace_period: span(10, 'time between the polite signal and KILL'),
  stop_signal: choice('SIGTERM', STOP_SIGNALS, 'the polite signal'),
  root_runs_as: text(
    'nobody',
    /^[a-z_][a-z0-9_.-]{0,31}$/i,
    'a user name',
    'account that runs the jobs of root',
  ),
  allow_root: everybody(
    'who may run jobs as root in their container (--root), by name or uid; * is everybody',
  ),
  allow_root_groups: words([], 'groups whose members may'),
  private_jobs: flag(false, 'others do not see the name, the image and the labels of a job'),
  maintenance: flag(false, 'nothing starts; what runs goes on, and what is submitted waits'),
  quota_action: choice('wait', ['wait', 'refuse'] as const, 'what becomes of a job over a quota'),
  quota_window: span(30 * 86_400, 'time over which cpu_time of a quota counts'),
  half_life: time(7 * 86_400, 'time in which used time counts half in fair share; none = never less'),
  fairshare_mode: choice('tree', ['tree', 'classic'] as const, 'how fair share makes an order of users'),
  rate_limit: orNone(whole(1, 1, 999_999, 'most jobs of a user that are admitted in a minute'), null),
  rate_limit_all: orNone(whole(1, 1, 999_999_999, 'most jobs that wait, of all users together'), null),
  operators: words([], 'users, by name or uid, who may act on the jobs of everybody, as root may'),
  network: choice('bridge', ['none', 'bridge', 'host'] as const, 'network of the containers'),
  pids_limit: whole(4096, 8, 4_194_304, 'most processes and threads of a job'),
  poll_interval: span(5, 'longest time between two looks of a long-lived pass'),
  lease_time: time(null, 'silence after which a scheduler or watcher is passed over; none = by file system'),
  gc_cron: timetable('*/10 * * * *', 'when the scheduler packs finished jobs by itself'),
  pack_after: span(300, 'time after its end in which a job is not packed'),
  done_max_age: time(null, 'age at which packed jobs are dropped, whole segments at a time; none = never'),
  done_max_jobs: orNone(
    whole(1, 1, 999_999_999, 'most packed jobs and tasks kept; beyond, the oldest segments are dropped'),
    null,
  ),
  node_name: text(
    '',
    /^([A-Za-z0-9][A-Za-z0-9._-]{0,62})?$/,
    'a host name',
    'name of this node, if not its host name',
  ),
} as const satisfies Record<string, Setting<unknown>>

export type SettingKey = keyof typeof SETTINGS
type ValueOf<S> = S extends Setting<infer T> ? T : never
export type Settings = {readonly [K in SettingKey]: ValueOf<(typeof SETTINGS)[K]>}

/** One assignment: where it stands is said in every complaint about it. */
export interface Assignment {
  /** `key`, or `plugin.ID.key`. */
  readonly key: string
  readonly value: string
  /** `FILE:LINE`, or the name of a variable. */
  readonly origin: string
}

export interface Configuration {
  readonly settings: Settings
  /** Where each setting that is not the default comes from, and each option (`plugin.ID.key`). */
  readonly origins: ReadonlyMap<string, string>
  /** Options of each provider named in a section. */
  readonly options: ReadonlyMap<string, Readonly<Record<string, string>>>
  readonly sections: Sections
  /** Each line of them as it is written, by its key (`volume.scratch.path`). */
  readonly sectionLines: ReadonlyMap<string, string>
}

export const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(SETTINGS, key)

const unknownKey = ({key, origin}: Assignment): GodError => {
  const near = nearest(key, Object.keys(SETTINGS))
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : "See 'god config' for all keys."
  return new GodError('E_CONFIG_BAD', `${origin}: there is no setting '${key}'`, hint)
}

const parseValue = ({key, value, origin}: Assignment & {readonly key: SettingKey}): unknown => {
  const rule: Setting<unknown> = SETTINGS[key]
  const parsed = rule.parse(value)
  if (parsed !== undefined) return parsed
  throw new GodError(
    'E_CONFIG_BAD',
    `${origin}: ${key} = ${JSON.stringify(value)}, but ${rule.expects} is expected`,
  )
}

/** Later assignments win over earlier ones. Throws E_CONFIG_BAD at the first that cannot be read. */
export const parseSettings = (assignments: readonly Assignment[]): Configuration => {
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(SETTINGS).map(([key, {initial}]) => [key, initial]),
  )
  const origins = new Map<string, string>()
  const options = new Map<string, Record<string, string>>()
  const lines: Assignment[] = []
  for (const assignment of assignments) {
    const {key, value, origin} = assignment
    const plugin = /^plugin\.([a-z][a-z0-9-]{0,31})\.([a-z][a-z0-9_]{0,63})$/.exec(key)
    if (plugin?.[1] !== undefined && plugin[2] !== undefined) {
      options.set(plugin[1], {...options.get(plugin[1]), [plugin[2]]: value})
      origins.set(key, origin)
    } else if (isSectionKey(key)) {
      lines.push(assignment)
      origins.set(key, origin)
    } else if (isSettingKey(key)) {
      values[key] = parseValue({key, value, origin})
      origins.set(key, origin)
    } else throw unknownKey(assignment)
  }
  return {
    settings: values as unknown as Settings,
    origins,
    options,
    sections: lines.length === 0 ? NO_SECTIONS : parseSections(lines),
    sectionLines: new Map(lines.map(({key, value}) => [key, value])),
  }
}

/** Each setting as it would be written. */
export const showSetting = (settings: Settings, key: SettingKey): string => {
  const rule: Setting<unknown> = SETTINGS[key]
  return rule.show(settings[key])
}

/** What admission asks of the settings. `images`: the executor runs images; `byRoot`: root's account serves the site. */
/** What an executor asks of jobs. */
export interface Needs {
  /** It runs images at all. */
  readonly images: boolean
  /** Bytes; left out: any amount will do. */
  readonly leastMemory?: number | undefined
}

export const admissionPolicy = (
  {settings, sections}: Pick<Configuration, 'settings' | 'sections'>,
  {images, leastMemory}: Needs,
  byRoot: boolean,
): AdmissionPolicy => ({
  defaultImages: settings.default_images,
  allowedImages: settings.allow_user_images ? null : settings.allowed_images,
  images,
  defaults: {cpus: settings.defaults_cpu, memory: settings.defaults_ram, gpus: 0},
  defaultWalltime: settings.defaults_time,
  maxWalltime: settings.max_time,
  zone: settings.timezone,
  maxSchedules: settings.max_schedules,
  maxCpus: settings.max_cpu,
  maxMemory: settings.max_ram,
  ...(leastMemory === undefined ? {} : {leastMemory}),
  sections,
  private: settings.private_jobs,
  root: rootRule(settings.allow_root, settings.allow_root_groups, images, byRoot),
})

export const shareRules = ({
  settings,
  sections,
}: Pick<Configuration, 'settings' | 'sections'>): ShareRules => ({
  halfLife: settings.half_life === null ? Number.POSITIVE_INFINITY : settings.half_life * 1000,
  mode: settings.fairshare_mode,
  shares: sections.shares,
})
