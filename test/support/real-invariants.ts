/**
 * The invariants of a shared directory on the real disk and of its engine (as `invariants.ts` has them for a world in
 * memory), when all jobs are over: looked at in the bytes, and in what the engine, the jobs and the kernel say.
 */
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {type JobRecord, parseRecord} from '../../src/core/job.js'
import {isOver} from '../../src/core/state.js'
import {decode} from '../../src/store/jobs/record-codec.js'
import {layoutOf, parseRecordName} from '../../src/store/layout.js'
import {chainFaults, endFaults, journalFaults, placeFaults} from './invariants.js'

const filesBelow = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, {withFileTypes: true, recursive: true})
        .filter(entry => entry.isFile())
        .map(entry => join(entry.parentPath, entry.name))
    : []

export interface Chains {
  readonly jobs: ReadonlyMap<number, readonly JobRecord[]>
  readonly faults: readonly string[]
}

/** All revisions, ascending; a file that does not parse is a fault (I8). */
export const readChains = (dir: string): Chains => {
  const faults: string[] = []
  const jobs = new Map<number, JobRecord[]>()
  for (const path of filesBelow(layoutOf(dir).live)) {
    const named = parseRecordName(path.slice(path.lastIndexOf('/') + 1))
    const parsed = decode(readFileSync(path), parseRecord)
    if (named === null || !parsed.ok) faults.push(`I8: ${path}: ${parsed.ok ? 'its name' : parsed.why}`)
    else jobs.set(named.id, [...(jobs.get(named.id) ?? []), parsed.value])
  }
  for (const list of jobs.values()) list.sort((a, b) => a.rev - b.rev)
  return {jobs, faults}
}

/** Names of control groups of that cluster's attempts, wherever the kernel keeps them. */
export const controlGroupsOf = (cluster: string): readonly string[] => {
  const prefix = `god-${cluster.slice(0, 8)}-`
  const places = ['/sys/fs/cgroup', ...readdirSync('/sys/fs/cgroup').map(name => `/sys/fs/cgroup/${name}`)]
  return places
    .map(place => join(place, 'god'))
    .filter(place => existsSync(place))
    .flatMap(place => readdirSync(place).map(name => join(place, name)))
    .filter(path => path.includes(`/${prefix}`))
}

/** How often the command of each attempt began: each line of its marker `begun` names its attempt. */
const begun = (dir: string, record: JobRecord): ReadonlyMap<string, number> => {
  const marks = join(dir, 'work', `u${record.uid}`, String(record.id), 'begun')
  const lines = existsSync(marks) ? readFileSync(marks, 'utf8').split('\n').slice(0, -1) : []
  const counts = new Map<string, number>()
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1)
  return counts
}

/** Attempts whose command began more than once (I2). The command writes $GOD_ATTEMPT to `begun` first of all. */
export const doubledOf = (dir: string, {jobs}: Chains): readonly string[] =>
  [...jobs.values()].flatMap(revisions => {
    const last = revisions.at(-1)
    if (last === undefined) return []
    return [...begun(dir, last)]
      .filter(([, times]) => times > 1)
      .map(([attempt, times]) => `I2: job ${last.id}, attempt ${attempt} began ${times} times`)
  })

/** Ids that were printed and have no record (I1). */
export const missingOf = (ids: readonly number[], {jobs}: Chains): readonly string[] =>
  ids.filter(id => !jobs.has(id)).map(id => `I1: job ${id} was printed and is gone`)

const openOf = (revisions: readonly JobRecord[]): readonly string[] => {
  const last = revisions.at(-1)
  return last === undefined || isOver(last.state) ? [] : [`I9: job ${last.id} rests as ${last.state}`]
}

/** An executor keeps a folder of each attempt that is not over, named after its container. */
const attemptFoldersBelow = (engines: string): readonly string[] =>
  readdirSync(engines, {withFileTypes: true, recursive: true})
    .filter(entry => entry.isDirectory() && entry.name.startsWith('god-'))
    .map(entry => join(entry.parentPath, entry.name))

const litterOf = (dir: string, cluster: string): readonly string[] => [
  ...filesBelow(join(dir, 'quarantine')).map(path => `I8: quarantined: ${path}`),
  ...filesBelow(join(dir, 'inbox')).map(path => `I9: ${path} was not taken`),
  ...attemptFoldersBelow(layoutOf(dir).engines).map(path => `I7: left of an attempt: ${path}`),
  ...controlGroupsOf(cluster).map(path => `I7: left of an attempt: ${path}`),
]

/** What is wrong when all is over. `containers`: names that the engine still has of this cluster. */
export const realFaults = (
  {dir, cluster}: {readonly dir: string; readonly cluster: string},
  ids: readonly number[],
  containers: readonly string[],
): readonly string[] => {
  const chains = readChains(dir)
  const all = [...chains.jobs.values()]
  return [
    ...chains.faults,
    ...missingOf(ids, chains),
    ...doubledOf(dir, chains),
    ...all.flatMap(revisions => [
      ...chainFaults(revisions),
      ...revisions.flatMap(record => [...endFaults(record), ...placeFaults(record)]),
      ...openOf(revisions),
    ]),
    ...journalFaults(filesBelow(layoutOf(dir).journal).map(path => readFileSync(path, 'utf8'))),
    ...containers.map(name => `I7: the engine still has ${name}`),
    ...litterOf(dir, cluster),
  ]
}

/** What is true of the directory at any moment (I1, I4, I5, I8, I10), and the state of each job. */
export const realSafety = (
  dir: string,
  printed: readonly number[],
): {readonly faults: readonly string[]; readonly states: ReadonlyMap<number, string>} => {
  const chains = readChains(dir)
  const all = [...chains.jobs.values()]
  const faults = [
    // Who was shot leaves a temporary file at most.
    ...chains.faults.filter(fault => !fault.includes('/.t.')),
    ...missingOf(printed, chains),
    ...all.flatMap(revisions => [
      ...chainFaults(revisions),
      ...revisions.flatMap(record => [...endFaults(record), ...placeFaults(record)]),
    ]),
    ...journalFaults(filesBelow(layoutOf(dir).journal).map(path => readFileSync(path, 'utf8'))),
    ...filesBelow(join(dir, 'quarantine')).map(path => `I8: quarantined: ${path}`),
    ...(existsSync(layoutOf(dir).halt) ? ['HALT was written'] : []),
  ]
  const states = all.flatMap(revisions => {
    const last = revisions.at(-1)
    return last === undefined ? [] : [[last.id, last.state] as const]
  })
  return {faults, states: new Map(states)}
}
