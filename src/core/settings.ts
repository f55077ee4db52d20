/**
 * The keys of `go-d.ini` (design section 6): one table that says what each may be, its default, and what it is for.
 *
 * Pure: text in, settings out. Keys of the original keep their names. Sections `[plugin.ID]` hold the options of the
 * provider ID as they are written; the provider judges them.
 */
import type {AdmissionPolicy} from './admission.js'
import {formatCpus, formatMemory, formatTime, parseCpus, parseMemory, parseTime} from './amounts.js'
import {GodError} from './errors.js'
import {nearest} from './text.js'

export interface Setting<T> {
  readonly initial: T
  /** Undefined = not readable. */
  parse(text: string): T | undefined
  show(value: T): string
  readonly expects: string
  readonly purpose: string
}

const setting = <T>(
  initial: T,
  parse: (text: string) => T | undefined,
  show: (value: T) => string,
  expects: string,
  purpose: string,
): Setting<T> => ({initial, parse, show, expects, purpose})

const text = (initial: string, pattern: RegExp, expects: string, purpose: string): Setting<string> =>
  setting(
    initial,
    value => (pattern.test(value) ? value : undefined),
    value => value,
    expects,
    purpose,
  )

const choice = <C extends string>(initial: C, choices: readonly C[], purpose: string): Setting<C> =>
  setting(
    initial,
    value => choices.find(candidate => candidate === value),
    value => value,
    `one of ${choices.join(', ')}`,
    purpose,
  )

const YES = ['true', 'yes', 'on', '1']
const NO = ['false', 'no', 'off', '0']

const flag = (initial: boolean, purpose: string): Setting<boolean> =>
  setting(
    initial,
    value => (YES.includes(value) ? true : NO.includes(value) ? false : undefined),
    String,
    'true or false',
    purpose,
  )

const words = (initial: readonly string[], purpose: string): Setting<readonly string[]> =>
  setting(
    initial,
    value =>
      value
        .split(',')
        .map(word => word.trim())
        .filter(word => word !== ''),
    value => value.join(', '),
    'words with commas between',
    purpose,
  )

const whole = (initial: number, least: number, most: number, purpose: string): Setting<number> =>
  setting(
    initial,
    value =>
      /^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most ? Number(value) : undefined,
    String,
    `a number from ${least} to ${most}`,
    purpose,
  )

const time = (initial: number | null, purpose: string): Setting<number | null> =>
  setting(
    initial,
    value => (value === 'none' ? null : (parseTime(value) ?? undefined)),
    value => (value === null ? 'none' : formatTime(value)),
    'a time (90s, 30 = minutes, 1:30:00, 2-12) or none',
    purpose,
  )

/** Seconds. */
const span = (initial: number, purpose: string): Setting<number> =>
  setting(
    initial,
    value => parseTime(value) ?? undefined,
    // Seconds are written with nine digits at most.
    value => (value < 1e9 ? `${value}s` : formatTime(value)),
    'a time like 10s or 2m',
    purpose,
  )

const PROVIDER = /^[a-z][a-z0-9-]{0,31}$/
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const

export const SETTINGS = {
  shared_dir: text('', /^(\/.*)?$/, 'an absolute path', 'the shared directory, in a file outside of it'),
  executor: text('docker', PROVIDER, 'the id of an executor', 'what runs the jobs: docker, process, fake'),
  scheduler_policy: text('fifo', PROVIDER, 'the id of a scheduler', 'which pending job is next'),
  auth_policy: text('system', PROVIDER, 'the id of an auth plugin', 'who a uid is'),
  docker_url: text(
    '',
    /^[a-z]+:\/\/\S+$|^$/,
    'like unix:///var/run/docker.sock',
    'the engine; else DOCKER_HOST, else the usual socket',
  ),
  default_images: words([], 'images offered; the first is used where a job names none'),
  allow_user_images: flag(true, 'jobs may name any image'),
  defaults_cpu: setting(
    1000,
    value => parseCpus(value) ?? undefined,
    formatCpus,
    'a number of cpus',
    'cpus of a job that names none',
  ),
  defaults_ram: setting(
    512 * 1024 ** 2,
    value => parseMemory(value) ?? undefined,
    formatMemory,
    'an amount of memory (512M, 2G)',
    'memory of a job that names none',
  ),
  defaults_time: time(null, 'walltime of a job that names none'),
  max_time: time(null, 'longest walltime a job may ask for'),
  grace_period: span(10, 'time between the polite signal and KILL'),
  stop_signal: choice('SIGTERM', STOP_SIGNALS, 'the polite signal'),
  root_runs_as: text(
    'nobody',
    /^[a-z_][a-z0-9_.-]{0,31}$/i,
    'a user name',
    'account that runs the jobs of root',
  ),
  network: choice('bridge', ['none', 'bridge', 'host'] as const, 'network of the containers'),
  pids_limit: whole(4096, 8, 4_194_304, 'most processes and threads of a job'),
  poll_interval: span(5, 'longest time between two looks of a long-lived pass'),
  lease_time: time(null, 'silence after which a scheduler or watcher is passed over; none = by file system'),
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
  for (const assignment of assignments) {
    const {key, value, origin} = assignment
    const plugin = /^plugin\.([a-z][a-z0-9-]{0,31})\.([a-z][a-z0-9_]{0,63})$/.exec(key)
    if (plugin?.[1] !== undefined && plugin[2] !== undefined) {
      options.set(plugin[1], {...options.get(plugin[1]), [plugin[2]]: value})
      origins.set(key, origin)
    } else if (isSettingKey(key)) {
      values[key] = parseValue({key, value, origin})
      origins.set(key, origin)
    } else throw unknownKey(assignment)
  }
  return {settings: values as unknown as Settings, origins, options}
}

/** Each setting as it would be written. */
export const showSetting = (settings: Settings, key: SettingKey): string => {
  const rule: Setting<unknown> = SETTINGS[key]
  return rule.show(settings[key])
}

/** What admission asks of the settings. `images`: the executor runs images. */
export const admissionPolicy = (settings: Settings, images: boolean): AdmissionPolicy => ({
  defaultImages: settings.default_images,
  allowUserImages: settings.allow_user_images,
  images,
  defaults: {cpus: settings.defaults_cpu, memory: settings.defaults_ram, gpus: 0},
  defaultWalltime: settings.defaults_time,
  maxWalltime: settings.max_time,
})
