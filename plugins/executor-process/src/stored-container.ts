/**
 * What `container.json` keeps of a spec: the labels, and all that a later start needs, so that a start
 * after a crash asks nobody. The launch program (argv, environment) is stored as the text that will run.
 *
 * Read strictly: a file that does not parse is no container, is not listed, and the next create replaces it.
 * The marks beside it still fence the start then.
 */
import type {ContainerSpec} from '@god-cli/api'
import {type Folder, isName, readText} from './container-files.js'
import {launchProgram} from './launch.js'

export interface StoredContainer {
  readonly v: 1
  readonly name: string
  readonly cluster: string
  readonly job: number
  readonly task?: number
  readonly attempt: number
  readonly nonce: string
  readonly uid: number
  readonly gid: number
  /** Sorted, the primary one included. */
  readonly groups: readonly number[]
  /** Thousandths of a cpu. */
  readonly cpus: number
  readonly memory: number
  readonly pids: number
  /** The job's directory. */
  readonly work: string
  readonly launch: string
}

const sortedGroups = (spec: ContainerSpec): readonly number[] =>
  [...new Set([...spec.groups, spec.gid])].sort((a, b) => a - b)

export const storedFrom = (spec: ContainerSpec, drops: boolean): StoredContainer => {
  const groups = sortedGroups(spec)
  return {
    v: 1,
    name: spec.name,
    cluster: spec.cluster,
    job: spec.job,
    ...(spec.task === undefined ? {} : {task: spec.task}),
    attempt: spec.attempt,
    nonce: spec.nonce,
    uid: spec.uid,
    gid: spec.gid,
    groups,
    cpus: spec.resources.cpus,
    memory: spec.resources.memory,
    pids: spec.pids,
    work: spec.workDir.source,
    launch: launchProgram(spec, drops ? {uid: spec.uid, gid: spec.gid, groups} : null),
  }
}

const TEXTS = ['name', 'cluster', 'nonce', 'work', 'launch'] as const
const NUMBERS = ['job', 'attempt', 'uid', 'gid', 'cpus', 'memory', 'pids'] as const

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

const isStored = (value: unknown): value is StoredContainer => {
  if (typeof value !== 'object' || value === null) return false
  const fields = new Map<string, unknown>(Object.entries(value))
  const groups = fields.get('groups')
  return (
    fields.get('v') === 1 &&
    TEXTS.every(key => typeof fields.get(key) === 'string') &&
    NUMBERS.every(key => isWhole(fields.get(key))) &&
    (fields.get('task') === undefined || isWhole(fields.get('task'))) &&
    Array.isArray(groups) &&
    groups.every(isWhole)
  )
}

export const parseStored = (text: string): StoredContainer | null => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  return isStored(value) && isName(value.name) ? value : null
}

export const readStored = (folder: Folder): StoredContainer | null => {
  const text = readText(folder.container)
  return text === null ? null : parseStored(text)
}
