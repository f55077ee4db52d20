/**
 * From a job to the container that runs it: built from scratch, nothing the user wrote is copied through
 * but his command, his variables and his paths inside (design 5, security-reliability.md A6). Pure.
 *
 * Of a job that is root inside nothing is mounted that others of the host can reach and root could write, and its network
 * is never the host's: a socket there would let its user hand a folder of the host in (decision 33).
 */
import type {Account, ContainerSpec, Mount} from '@god-cli/api'
import {outline, parseArray, type Stride} from './array/range.js'
import {GodError} from './errors.js'
import type {Command, JobRecord, Wish} from './job.js'
import {checkEnvName} from './job-name.js'
import {ownName} from './rights/hidden.js'
import {WRAPPER} from './wrapper.js'

/** Where the job's directory appears inside. */
export const WORK_TARGET = '/mnt/go-docker'
export const HOME_TARGET = '/mnt/home'

export interface Site {
  readonly cluster: string
  readonly network: 'none' | 'bridge' | 'host'
  readonly pids: number
  /** False: the executor has no images and sees the node's own paths. */
  readonly images: boolean
}

/** First 8 digits of the cluster keep two sites on one engine apart; the name is what the engine refuses to make twice. */
export const containerName = (cluster: string, id: number, attempt: number): string =>
  `${containerStem(cluster, id)}-${attempt}`

/** What the names of an array's containers begin with (`array-view.ts`). */
export const containerStem = (cluster: string, id: number): string => `god-${cluster.slice(0, 8)}-${id}`

const inside = (workSource: string, site: Site): string => (site.images ? WORK_TARGET : workSource)

const argvOf = (command: Command, work: string): readonly string[] =>
  command.kind === 'argv' ? command.argv : [`${work}/cmd.sh`, ...command.args]

/** A name never brings a path with it: no slash, and not `.` or `..`. */
const fileName = (name: string): string =>
  /^\.+$/.test(name) ? name.replaceAll('.', '_') : name.replaceAll('/', '_')

/** `%j` job number, `%x` job name, `%a` task of an array, as batch users know them. */
const outputPath = (pattern: string, {id, task}: JobRecord, name: string): string => {
  const marks: Readonly<Record<string, string>> = {
    '%j': String(id),
    '%x': fileName(name),
    '%a': task === undefined ? '%a' : String(task),
  }
  return pattern.replace(/%[ajx]/g, mark => marks[mark] ?? mark)
}

export interface Outputs {
  readonly output: string
  readonly error: string
}

/** Paths of standard output and error, as seen inside; relative ones are meant from the job's directory. */
export const outputsOf = (record: JobRecord, wish: Pick<Wish, 'name' | 'output' | 'error'>): Outputs => {
  // Of a private job the record does not have it.
  const name = ownName(record, wish)
  return {
    output: outputPath(wish.output ?? 'god.log', record, name),
    error: outputPath(wish.error ?? 'god.err', record, name),
  }
}

/** What such a job is in its container, whoever its user is. */
const asRoot = (account: Account): Account => ({...account, uid: 0, gid: 0, groups: [0], name: 'root'})

const passwdText = (account: Account, home: string): string =>
  account.uid === 0
    ? `root:x:0:0:root:${home}:/bin/sh\n`
    : `root:x:0:0:root:/root:/bin/sh\n${account.name}:x:${account.uid}:${account.gid}::${home}:/bin/sh\n`

const groupText = (account: Account): string => {
  const names = account.groups
    .filter(gid => gid !== 0)
    .map(gid => `${gid === account.gid ? account.name : `g${gid}`}:x:${gid}:\n`)
  return `root:x:0:\n${names.join('')}`
}

const homeMounts = (account: Account, home: Mount['source'] | null): readonly Mount[] =>
  home === null
    ? []
    : [
        {source: home, target: account.home, readOnly: false},
        {source: home, target: HOME_TARGET, readOnly: false},
      ]

interface Paths {
  /** The job's directory on the node. */
  readonly work: string
  /** The home directory, if it is mounted. */
  readonly home: string | null
  /** What the operator grants him of what he asked for. */
  readonly volumes: readonly Mount[]
}

/** Admission refuses the others; here nothing may depend on that. */
const wished = ({env = {}}: Wish): readonly (readonly [string, string])[] =>
  Object.entries(env).filter(([name]) => checkEnvName(name) === null)

const outlineOf = ({array}: Wish): Stride | null =>
  array === undefined ? null : outline(parseArray(array).range)

/** Both spellings: users' scripts of the original know the misspelt one. */
const taskVariables = ({task}: JobRecord, array: Stride | null): Readonly<Record<string, string>> => {
  if (task === undefined || array === null) return {}
  const told = Object.entries({ID: task, FIRST: array.first, LAST: array.last, STEP: array.step})
  return Object.fromEntries(
    ['GODOCKER', 'GOGOCKER'].flatMap(spelling =>
      told.map(([name, value]) => [`${spelling}_TASK_${name}`, String(value)]),
    ),
  )
}

const environment = (
  record: JobRecord,
  wish: Wish,
  account: Account,
  site: Site,
  paths: Paths,
): Record<string, string> => {
  const work = inside(paths.work, site)
  const home = paths.home === null ? work : account.home
  const outputs = outputsOf(record, wish)
  return {
    ...Object.fromEntries(wished(wish)),
    HOME: home,
    USER: account.name,
    LOGNAME: account.name,
    GOD_JOB_ID: String(record.id),
    GODOCKER_JID: String(record.id),
    GODOCKER_PWD: work,
    GODOCKER_HOME: home,
    GOD_OUT: work,
    GOD_ATTEMPT: String(record.attempt),
    GOD_CWD: wish.workdir ?? work,
    GOD_STDOUT: outputs.output,
    GOD_STDERR: outputs.error,
    ...taskVariables(record, outlineOf(wish)),
  }
}

/** What its numbers, its mounts and its network are. */
const shielded = (
  {root}: JobRecord,
  account: Account,
  site: Site,
  paths: Paths,
): {readonly inside: Account; readonly paths: Paths; readonly network: Site['network']} => {
  const {network} = site
  if (root !== true) return {inside: account, paths, network}
  const volumes = paths.volumes.map(volume => ({...volume, readOnly: true}))
  return {
    inside: asRoot(account),
    paths: {...paths, home: null, volumes},
    network: network === 'host' ? 'bridge' : network,
  }
}

export const containerSpec = (
  record: JobRecord,
  wish: Wish,
  account: Account,
  site: Site,
  given: Paths,
): ContainerSpec => {
  if (record.container === null) throw new GodError('E_BUG', `job ${record.id} has no container name`)
  const {inside: who, paths, network} = shielded(record, account, site, given)
  const work = inside(paths.work, site)
  // Of a private job the record does not tell them.
  const hidden = site.images && record.image === ''
  return {
    name: record.container.name,
    cluster: site.cluster,
    job: record.id,
    ...(record.task === undefined ? {} : {task: record.task}),
    attempt: record.attempt,
    nonce: record.container.nonce,
    jobName: ownName(record, wish),
    user: account.name,
    uid: who.uid,
    gid: who.gid,
    groups: who.groups,
    image: hidden ? (wish.image ?? '') : record.image,
    wrapper: WRAPPER,
    argv: argvOf(wish.command, work),
    env: environment(record, wish, who, site, paths),
    resources: record.resources,
    ...(record.devices === undefined || record.resources.gpus === 0 ? {} : {devices: record.devices}),
    pids: site.pids,
    network,
    workDir: {source: paths.work, target: work, readOnly: false},
    mounts: site.images ? [...homeMounts(who, paths.home), ...paths.volumes] : [],
    passwd: passwdText(who, paths.home === null ? work : who.home),
    group: groupText(who),
    hostname: record.task === undefined ? `job-${record.id}` : `job-${record.id}-${record.task}`,
  }
}
