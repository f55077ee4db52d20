/**
 * From a container's spec to the engine's options: the one table of engine defaults (docker.md 1.2, 5.1). Pure.
 *
 * Built from scratch. Of what a user chose only his command, his variables, his job's name (a label) and amounts
 * appear here, each in one place; every field that protects the host is a constant or comes from the host.
 * What an image declares (ENTRYPOINT, CMD, USER, WORKDIR, HEALTHCHECK, STOPSIGNAL, labels) is overridden (T43).
 */
import type {ContainerSpec, Mount} from '@god-cli/api'
import type Docker from 'dockerode'
import {labelsOf} from './labels.js'
import {isRoots} from './root-job.js'

export const BUSYBOX_TARGET = '/god/bin/busybox'
export const SHELL_OF_IMAGE = '/bin/sh'

export interface CreateContext {
  /** `sha256:...`: a tag that moves meanwhile does not change the job. */
  readonly imageId: string
  /** Path on the node of a static busybox, or null: the image's /bin/sh runs the wrapper. */
  readonly busybox: string | null
  /** Paths on the node of the generated files. */
  readonly passwd: string
  readonly group: string
  /** Null: the engine's own place. */
  readonly cgroupParent: string | null
}

export type CreateOptions = Docker.ContainerCreateOptions & {
  readonly name: string
  readonly Image: string
  readonly Entrypoint: string[]
  readonly HostConfig: Docker.HostConfig & {
    readonly CgroupnsMode: 'private'
    readonly Mounts: readonly BindMount[]
  }
}

interface BindMount {
  readonly Type: 'bind'
  readonly Source: string
  readonly Target: string
  readonly ReadOnly: boolean
  readonly BindOptions: {readonly Propagation: 'rprivate'; readonly NonRecursive: true}
}

/** Never `Binds`: those make a missing source, as root. Not recursive: a mount below would stay writable. */
const bind = ({source, target, readOnly}: Mount): BindMount => ({
  Type: 'bind',
  Source: source,
  Target: target,
  ReadOnly: readOnly,
  BindOptions: {Propagation: 'rprivate', NonRecursive: true},
})

/** Root has the image's own, and may change those. */
const accountFiles = (spec: ContainerSpec, context: CreateContext): BindMount[] =>
  isRoots(spec)
    ? []
    : [
        bind({source: context.passwd, target: '/etc/passwd', readOnly: true}),
        bind({source: context.group, target: '/etc/group', readOnly: true}),
      ]

const mountsOf = (spec: ContainerSpec, context: CreateContext): BindMount[] => [
  bind(spec.workDir),
  ...spec.mounts.map(bind),
  ...accountFiles(spec, context),
  ...(context.busybox === null
    ? []
    : [bind({source: context.busybox, target: BUSYBOX_TARGET, readOnly: true})]),
]

/** A name with `=` would be read as another name and its value (T41). */
const isVariable = ([name]: readonly [string, string]): boolean => /^[^=\0]+$/.test(name)

/** Where NVIDIA's runtime is the engine's usual one, this variable gives gpus by itself, and many images say `all`. */
const gpuVariables = ({resources: {gpus}, devices}: ContainerSpec): Readonly<Record<string, string>> => {
  if (gpus === 0) return {NVIDIA_VISIBLE_DEVICES: 'void'}
  return devices === undefined ? {} : {NVIDIA_VISIBLE_DEVICES: devices.join(',')}
}

const environment = (spec: ContainerSpec, context: CreateContext): string[] => {
  const merged: Record<string, string> = {
    ...Object.fromEntries(Object.entries(spec.env).filter(isVariable)),
    GOD_TOOLS: context.busybox === null ? '' : BUSYBOX_TARGET,
    // Else TERM reaches only the wrapper's shell, and the job is shot after the grace period.
    TINI_KILL_PROCESS_GROUP: '1',
    ...gpuVariables(spec),
  }
  return Object.entries(merged).map(([name, value]) => `${name}=${value}`)
}

/** By number, so that no two containers get the same one: `Count` would give each the first ones. */
const gpuRequests = ({resources: {gpus}, devices}: ContainerSpec) =>
  gpus === 0
    ? {}
    : {
        DeviceRequests: [
          {
            Driver: '',
            ...(devices === undefined ? {Count: gpus} : {DeviceIDs: devices.map(String)}),
            Capabilities: [['gpu']],
          },
        ],
      }

const limits = (spec: ContainerSpec) => ({
  Memory: spec.resources.memory,
  // Equal means no swap; left out it would be twice the memory.
  MemorySwap: spec.resources.memory,
  NanoCpus: spec.resources.cpus * 1_000_000,
  PidsLimit: spec.pids,
  OomKillDisable: false,
  ShmSize: 64 * 1024 ** 2,
  // Dumps of memory would land on the node's disk (T55).
  Ulimits: [{Name: 'core', Soft: 0, Hard: 0}],
  ...gpuRequests(spec),
})

/**
 * What unpacking and installing needs (docker.md 5.4), and no more. Never SETUID: a process of the container that became
 * a user of the host could be reached by him through /proc, past the closed folder, and be handed folders of the host.
 */
const ROOT_CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER']

const hostConfig = (spec: ContainerSpec, context: CreateContext) => ({
  ...limits(spec),
  Init: true,
  Privileged: false,
  CapAdd: isRoots(spec) ? ROOT_CAPABILITIES : [],
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges'],
  // The primary gid too (CVE-2022-36109).
  GroupAdd: [...new Set([spec.gid, ...spec.groups])].map(String),
  NetworkMode: spec.network,
  PublishAllPorts: false,
  IpcMode: 'private',
  PidMode: '',
  UTSMode: '',
  CgroupnsMode: 'private' as const,
  // Opts out of remapped ids, else the files in bind mounts had shifted owners.
  UsernsMode: 'host',
  AutoRemove: false,
  RestartPolicy: {Name: 'no'},
  Devices: [],
  Mounts: mountsOf(spec, context),
  // For what the wrapper cannot catch; output of jobs goes to files.
  LogConfig: {Type: 'json-file', Config: {'max-size': '1m', 'max-file': '1'}},
  ...(context.cgroupParent === null ? {} : {CgroupParent: context.cgroupParent}),
})

export const createOptions = (spec: ContainerSpec, context: CreateContext): CreateOptions => ({
  name: spec.name,
  Image: context.imageId,
  // Numeric both: a bare uid takes gid 0 and the image's groups.
  User: `${spec.uid}:${spec.gid}`,
  // A missing one would be made as root, through the bind mounts; the wrapper does the cd, as the user.
  WorkingDir: '/',
  Hostname: spec.hostname,
  Entrypoint: context.busybox === null ? [SHELL_OF_IMAGE] : [BUSYBOX_TARGET, 'sh'],
  Cmd: ['-c', spec.wrapper, 'god', ...spec.argv],
  Env: environment(spec, context),
  Labels: labelsOf(spec),
  Tty: false,
  OpenStdin: false,
  AttachStdin: false,
  AttachStdout: false,
  AttachStderr: false,
  Healthcheck: {Test: ['NONE']},
  StopSignal: 'SIGTERM',
  HostConfig: hostConfig(spec, context),
})
