/**
 * The container that god makes for a job, made by hand: the very options that the engine shows of one of god's, with
 * a job folder of its own, and no record, no scheduler and no watcher around it.
 */
import {chownSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {basename, join} from 'node:path'
import type Docker from 'dockerode'
import type {StartTimes} from './start-times.js'

export interface BareContainers {
  /** Milliseconds from the call of create to the start, as the engine tells it; then it is waited for and removed. */
  start(cpus: number, starts: StartTimes): Promise<number>
  /** Create, start, wait, remove. */
  live(cpus: number): Promise<void>
  close(): void
}

const GROUPS = '/sys/fs/cgroup'

/** What god removes after a job, when the engine keeps groups of version 1. */
const removeGroup = (parent: string): void => {
  for (const name of readdirSync(GROUPS)) {
    try {
      rmdirSync(join(GROUPS, name, parent))
    } catch {
      // Not in this hierarchy.
    }
  }
}

type Created = Docker.ContainerInspectInfo

/** `like`: one of god's, as the engine shows it while it runs. */
export const bareContainers = (docker: Docker, like: Created): BareContainers => {
  const folder = mkdtempSync(join(tmpdir(), 'god-bench-bare-'))
  const [uid = 0, gid = 0] = like.Config.User.split(':').map(Number)
  const {Image, User, WorkingDir, Entrypoint, Cmd, Env, Hostname} = like.Config
  let serial = 0

  const account = new Map(
    ['/etc/passwd', '/etc/group'].map(target => {
      const source = like.HostConfig.Mounts?.find(mount => mount.Target === target)?.Source ?? ''
      const copy = join(folder, basename(target))
      copyFileSync(source, copy)
      return [target, copy] as const
    }),
  )
  const workFolder = (): string => {
    const path = join(folder, String(++serial))
    mkdirSync(path, {mode: 0o755})
    chownSync(path, uid, gid)
    return path
  }
  const create = async (cpus: number): Promise<Docker.Container> => {
    const work = workFolder()
    const mounts = (like.HostConfig.Mounts ?? []).map(mount => ({
      ...mount,
      Source: mount.Target === '/mnt/go-docker' ? work : (account.get(mount.Target) ?? mount.Source),
    }))
    return docker.createContainer({
      name: `god-bench-bare-${process.pid}-${serial}`,
      Image,
      User,
      WorkingDir,
      Entrypoint: Entrypoint ?? '',
      Cmd: [...(Cmd ?? []).slice(0, 3), 'true'],
      Env,
      Hostname,
      Healthcheck: {Test: ['NONE']},
      HostConfig: {
        ...like.HostConfig,
        NanoCpus: cpus * 1e6,
        Mounts: mounts,
        CgroupParent: `/god/bench-${process.pid}-${serial}`,
      },
    })
  }
  const finish = async (container: Docker.Container, n: number): Promise<void> => {
    await container.wait()
    await container.remove({v: true})
    removeGroup(`god/bench-${process.pid}-${n}`)
  }
  return {
    start: async (cpus, starts) => {
      const began = performance.timeOrigin + performance.now()
      const container = await create(cpus)
      const n = serial
      await container.start()
      const at = await starts.until(`god-bench-bare-${process.pid}-${n}`)
      await finish(container, n)
      return at - began
    },
    live: async cpus => {
      const creating = create(cpus)
      const n = serial
      const container = await creating
      await container.start()
      await finish(container, n)
    },
    close: () => rmSync(folder, {recursive: true, force: true}),
  }
}
