/**
 * What attempts used: exactly where they have control groups of their own, else as last seen while they ran.
 *
 * What was seen is kept in memory only: after a crash, or if nobody looked while it ran, nothing is known.
 */
import type {ListedContainer, Usage} from '@god-cli/api'
import {readOwnUsage, readUsage} from './cgroup.js'
import type {Groups} from './groups.js'
import {isPlainName} from './names.js'

export interface Usages {
  /** `containers`: all that there are; what was seen of others is forgotten. */
  look(containers: readonly ListedContainer[]): void
  sample(container: Pick<ListedContainer, 'id' | 'status'>): void
  read(name: string, id: string): Usage | null
}

const most = (before: Usage | undefined, now: Usage): Usage => ({
  cpuSeconds: Math.max(before?.cpuSeconds ?? 0, now.cpuSeconds),
  maxMemory: Math.max(before?.maxMemory ?? 0, now.maxMemory),
  exact: false,
  ...(now.memory === undefined ? {} : {memory: now.memory}),
})

export const createUsages = (groups: () => Groups): Usages => {
  const seen = new Map<string, Usage>()

  const note = (id: string): void => {
    const {hierarchies, fault} = groups()
    const now = fault === null || !isPlainName(id) ? null : readOwnUsage(hierarchies, id)
    if (now !== null) seen.set(id, most(seen.get(id), now))
  }
  const sample: Usages['sample'] = ({id, status}) => {
    if (status === 'running' || status === 'paused') note(id)
  }
  return {
    sample,
    look: containers => {
      const present = new Set(containers.map(({id}) => id))
      for (const id of seen.keys()) if (!present.has(id)) seen.delete(id)
      containers.forEach(sample)
    },
    read: (name, id) => {
      const exact = isPlainName(name) ? readUsage(groups().hierarchies, name) : null
      if (exact !== null) return exact
      note(id)
      return seen.get(id) ?? null
    },
  }
}
