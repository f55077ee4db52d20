/**
 * Quotas of users and projects: what they are, and how they are told. Pure. `quota-room.ts` says what may start now,
 * `quota-check.ts` what may join those that wait.
 */

import type {Resources} from '@god-cli/api'
import {counted, cpusText, formatMemory, formatTime} from '../amounts.js'
import {EACH, type Quota} from '../settings/sections.js'

export interface Quotas {
  readonly users: ReadonlyMap<string, Quota>
  readonly projects: ReadonlyMap<string, Quota>
  /** Seconds of cpu used in the window, by user and by project. */
  readonly spent: {
    readonly users: ReadonlyMap<string, number>
    readonly projects: ReadonlyMap<string, number>
  }
}

/** Whose job it is, and what it takes. */
export interface Taking {
  readonly user: string
  readonly project: string
  readonly resources: Resources
  /** Left out: not known here, and no cap of a queue counts. */
  readonly queue?: string
}

export type Measure = 'cpus' | 'memory' | 'running' | 'cpuTime'

/** An amount of each, for people. */
export const SHOW: Readonly<Record<Measure, (amount: number) => string>> = {
  cpus: cpusText,
  memory: amount => `${formatMemory(amount)} of memory`,
  running: amount => counted(amount, 'job'),
  cpuTime: amount => `${formatTime(Math.ceil(amount))} of cpu time`,
}

/** `2 cpus are used`. */
export const usedText = (amount: string): string => `${amount} ${amount.startsWith('1 ') ? 'is' : 'are'} used`

export const limitOf = (quota: Quota, measure: Measure): number | null => {
  switch (measure) {
    case 'cpus':
      return quota.cpus
    case 'memory':
      return quota.ram
    case 'running':
      return quota.running
    case 'cpuTime':
      return quota.cpu_time
  }
}

/** Who has none of his own has what each has. Null: no limit. */
export const quotaOf = (quotas: ReadonlyMap<string, Quota>, name: string): Quota | null =>
  quotas.get(name) ?? quotas.get(EACH) ?? null
