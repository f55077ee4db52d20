/**
 * Findings for `god doctor`: what this engine lacks for safe and truthful batch jobs, and what to do about it.
 *
 * The findings are pure functions of the engine's answers. Never throws: an engine that does not answer is a
 * finding itself. A version of runc is judged by its number; distributions mend old ones without changing it.
 */
import {lstatSync} from 'node:fs'
import type {ExecutorHealth} from '@god-cli/api'
import type {EngineFacts, EngineVersion} from './answers.js'
import {type Busybox, findBusybox} from './busybox.js'
import type {Engine} from './engine.js'
import {engineFacts} from './engine-facts.js'
import type {Groups} from './groups.js'
import type {Look} from './mounts.js'
import {engineFault} from './root-job.js'

const finding = (check: string, ok: boolean, text: string, remedy: string): ExecutorHealth =>
  ok ? {check, ok, text} : {check, ok, text, remedy}

const seccompFinding = ({SecurityOptions}: EngineFacts): ExecutorHealth => {
  const seccomp = SecurityOptions?.find(option => option.startsWith('name=seccomp'))
  const ok = seccomp !== undefined && !seccomp.includes('unconfined')
  return finding('seccomp', ok, seccomp ?? 'no seccomp', 'Let the engine use its default seccomp profile.')
}

const liveRestoreFinding = ({LiveRestoreEnabled}: EngineFacts): ExecutorHealth =>
  finding(
    'live-restore',
    LiveRestoreEnabled === true,
    LiveRestoreEnabled === true
      ? 'jobs survive a restart of the engine'
      : 'a restart of the engine ends all its jobs',
    'Set "live-restore": true in /etc/docker/daemon.json and reload the engine.',
  )

const limitsFinding = (facts: EngineFacts): ExecutorHealth => {
  const {MemoryLimit, SwapLimit, CpuCfsQuota, PidsLimit} = facts
  const lacking = Object.entries({memory: MemoryLimit, swap: SwapLimit, cpu: CpuCfsQuota, pids: PidsLimit})
    .filter(([, has]) => has !== true)
    .map(([name]) => name)
  const text = lacking.length === 0 ? 'memory, swap, cpu and pids' : `no limit of ${lacking.join(', ')}`
  return finding(
    'limits',
    lacking.length === 0,
    text,
    'Enable these control groups in the kernel of the node.',
  )
}

const cgroupFinding = (
  {CgroupDriver = 'none', CgroupVersion = '1'}: EngineFacts,
  fault: Groups['fault'],
): ExecutorHealth => {
  const lack = fault === null ? '' : `; the usage of jobs is not exact, or not known: ${fault}`
  return finding(
    'cgroup',
    CgroupDriver !== 'none' && fault === null,
    `driver ${CgroupDriver}, version ${CgroupVersion}${lack}`,
    'Run god as root on the node of the engine, with /sys/fs/cgroup mounted and writable.',
  )
}

/** The first versions that mend CVE-2025-31133, -52565 and -52881, in each line that was mended. */
const MENDED: Readonly<Record<string, number>> = {'1.2': 8, '1.3': 3}

export const isRuncMended = (version: string): boolean => {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []
  if (major === undefined || minor === undefined) return false
  const line = MENDED[`${major}.${minor}`]
  return line === undefined ? Number(major) > 1 || Number(minor) > 3 : Number(patch) >= line
}

const runcFinding = ({Components}: EngineVersion): ExecutorHealth => {
  const version = Components?.find(({Name}) => Name === 'runc')?.Version
  if (version === undefined) return {check: 'runc', ok: true, text: 'the engine names no runc'}
  const ok = isRuncMended(version)
  const text = ok ? version : `${version} has known ways out of a container`
  return finding(
    'runc',
    ok,
    text,
    'Update runc to 1.2.8, 1.3.3 or newer, or to a mended package of the distribution.',
  )
}

const socketFinding = ({address}: Engine): ExecutorHealth =>
  finding(
    'socket',
    address.local,
    address.local ? address.url : `${address.url}: whoever reaches this port is root on the node`,
    'Use a unix socket that only root can open.',
  )

const busyboxFinding = (busybox: Busybox): ExecutorHealth =>
  finding(
    'busybox',
    busybox.path !== null,
    busybox.path ?? `only images with /bin/sh can be run: ${busybox.text}`,
    'Install busybox-static, or name a statically linked busybox with the option busybox.',
  )

/** What root writes in its container lies below it: a job with --root is refused where others get there. */
export const folderFinding = ({DockerRootDir}: EngineFacts, look: Look): ExecutorHealth => {
  const fault = DockerRootDir === undefined ? null : engineFault(DockerRootDir, look)
  return finding(
    'engine-dir',
    fault === null,
    fault === null ? (DockerRootDir ?? 'not told by the engine') : `${fault}: no job with --root starts here`,
    `Close it with 'chmod o= ${DockerRootDir}', if anybody may be root in a container.`,
  )
}

export const judge = (facts: EngineFacts, fault: Groups['fault']): readonly ExecutorHealth[] => [
  cgroupFinding(facts, fault),
  limitsFinding(facts),
  seccompFinding(facts),
  liveRestoreFinding(facts),
]

const engineFindings = async (engine: Engine, {fault}: Groups): Promise<readonly ExecutorHealth[]> => {
  const {version, spoken} = await engine.version()
  const facts = await engineFacts(engine)
  return [
    {check: 'engine', ok: true, text: `${version.Version} answers`},
    {
      check: 'api',
      ok: true,
      text: `speaks ${spoken} (engine: ${version.MinAPIVersion ?? '?'} to ${version.ApiVersion})`,
    },
    runcFinding(version),
    ...judge(facts, fault),
    ...(engine.address.local ? [folderFinding(facts, lstatSync)] : []),
  ]
}

export const health = async (
  engine: Engine,
  groups: Groups,
  busybox: string | undefined,
): Promise<readonly ExecutorHealth[]> => {
  const here = [socketFinding(engine), busyboxFinding(findBusybox(busybox))]
  try {
    return [...(await engineFindings(engine, groups)), ...here]
  } catch (error) {
    const text = `${engine.address.url} does not answer: ${error instanceof Error ? error.message : String(error)}`
    return [finding('engine', false, text, 'Start the engine, or correct docker_url.'), ...here]
  }
}
