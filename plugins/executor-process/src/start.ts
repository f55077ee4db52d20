/**
 * Starts a container: limits first, then a supervisor that outlives us.
 *
 * May be repeated at any point: until somebody holds `run` nothing was started, and of several supervisors
 * one takes it. Resolves when the job's first process is marked, so a signal sent afterwards finds it.
 */
import {type ChildProcess, type StdioOptions, spawn} from 'node:child_process'
import {closeSync, openSync} from 'node:fs'
import type {Reason, StartAnswer} from '@god-cli/api'
import {counterFiles, makeGroups, procsFiles} from './cgroups.js'
import {errno, exists, replace} from './container-files.js'
import {dropPrefix} from './identity.js'
import {SAFE_PATH} from './launch.js'
import {SUPERVISOR} from './supervisor.js'
import {type Found, findContainer, type Site} from './view.js'

const isReason = (value: readonly string[] | Reason): value is Reason => !Array.isArray(value)

/** Null: the limits hold. A value that the kernel does not take is refused; that it cannot be asked is thrown. */
const limitReason = (site: Site, {stored}: Found): Reason | null => {
  const {cgroups} = site.platform()
  if (cgroups === null) return null
  try {
    makeGroups(cgroups, stored)
    return null
  } catch (error) {
    const code = errno(error)
    if (code !== 'EINVAL' && code !== 'ERANGE' && code !== 'EBUSY') throw error
    const {cpus, memory, pids} = stored
    return {code: 'limit', text: `the kernel refuses the limits: ${code}`, numbers: {cpus, memory, pids}}
  }
}

/** The first word of the supervisor, or its end. */
const firstWord = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('error', reject)
    child.stdout?.once('data', () => resolve())
    child.stdout?.once('close', () => resolve())
  })

/** A job must not get hold of what god's own parent left open: sh cannot close those, so they are covered. */
const stdioOver = (inherited: readonly number[], nothing: number): StdioOptions => {
  const stdio: ('ignore' | 'pipe' | number)[] = Array(Math.max(2, ...inherited) + 1).fill('ignore')
  stdio[1] = 'pipe'
  for (const fd of inherited) stdio[fd] = nothing
  return stdio
}

const spawnSupervisor = (site: Site, {folder, stored}: Found, drop: readonly string[]): ChildProcess => {
  const {cgroups, inherited} = site.platform()
  const procs = cgroups === null ? [] : procsFiles(cgroups, stored.name)
  const counters = cgroups === null ? [] : counterFiles(cgroups, stored.name)
  const lists = [stored.work, procs.join(' '), counters.join(' ')]
  const nothing = openSync('/dev/null', 'r+')
  try {
    return spawn('/bin/sh', ['./supervisor', stored.name, ...lists, ...drop], {
      cwd: folder.root,
      detached: true,
      env: {PATH: SAFE_PATH},
      stdio: stdioOver(inherited, nothing),
    })
  } finally {
    closeSync(nothing)
  }
}

const runSupervisor = async (site: Site, found: Found, drop: readonly string[]): Promise<void> => {
  const child = spawnSupervisor(site, found, drop)
  try {
    await firstWord(child)
  } finally {
    child.stdout?.destroy()
    child.unref()
  }
}

export const start = async (site: Site, name: string): Promise<StartAnswer> => {
  const found = findContainer(site, name)
  if (found === null) return {answer: 'gone'}
  const {folder, stored} = found
  if (exists(folder.run)) return {answer: 'started'}
  const drop = dropPrefix(stored, site.platform())
  const reason = isReason(drop) ? drop : limitReason(site, found)
  if (isReason(drop) || reason !== null)
    return {answer: 'refused', reason: reason ?? {code: 'identity', text: name}}
  replace(folder.root, folder.launch, stored.launch)
  replace(folder.root, folder.supervisor, SUPERVISOR)
  await runSupervisor(site, found, drop)
  if (findContainer(site, name) === null) return {answer: 'gone'}
  if (!exists(folder.run)) throw new Error(`the supervisor of ${name} did not start`)
  return {answer: 'started'}
}
