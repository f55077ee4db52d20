/**
 * What the caps of queues leave free in one pass: counted as jobs are given a place. Pure.
 *
 * A cap keeps waiting whom it concerns, and nobody else: those behind him go on.
 */
import type {Reason} from '@god-cli/api'
import {showAmount} from '../scheduling/never.js'
import {isQueue, type Queue, type Queues} from './queue.js'
import {SHOW, type Taking, usedText} from './quota.js'
import type {QuotaRoom} from './quota-room.js'

const MEASURES = ['running', 'cpus', 'gpus'] as const
type Measure = (typeof MEASURES)[number]
type Amounts<T> = Readonly<Record<Measure, T>>

/** Of a queue, or of one user in it. */
interface Account {
  /** `queue long`, `user ann in queue long`. */
  readonly whose: string
  readonly caps: Amounts<number | null>
  readonly used: Record<Measure, number>
  /** The same reason for all that lack the same, so that they are told together. */
  readonly reasons: Map<string, Reason>
}

const account = (whose: string, caps: Account['caps']): Account => ({
  whose,
  caps,
  used: {running: 0, cpus: 0, gpus: 0},
  reasons: new Map(),
})

const ofQueue = ({name, running, cpus, gpus}: Queue): Account =>
  account(`queue ${name}`, {running, cpus, gpus})

const ofUser = (user: string, {name, user_running, user_cpus, user_gpus}: Queue): Account =>
  account(`user ${user} in queue ${name}`, {running: user_running, cpus: user_cpus, gpus: user_gpus})

const asked = ({resources: {cpus, gpus}}: Taking): Amounts<number> => ({running: 1, cpus, gpus})

const show = (measure: Measure, amount: number): string =>
  measure === 'gpus' ? showAmount('gpus', amount) : SHOW[measure](amount)

const reasonOf = ({whose, caps, used}: Account, measure: Measure, need: number): Reason => {
  const limit = caps[measure] ?? 0
  const now = used[measure]
  const taken =
    measure === 'running'
      ? `and ${now} ${now === 1 ? 'runs' : 'run'}`
      : `of which ${usedText(show(measure, now))}, and it asks for ${show(measure, need)}`
  return {
    code: 'limit',
    text: `the limit of ${whose} is ${show(measure, limit)} at once, ${taken}`,
    numbers: {whose, measure, limit, used: now, asked: need},
  }
}

const barredBy = (one: Account, job: Taking): Reason | null => {
  const need = asked(job)
  const measure = MEASURES.find(each => {
    const cap = one.caps[each]
    return cap !== null && need[each] > 0 && one.used[each] + need[each] > cap
  })
  if (measure === undefined) return null
  const key = `${measure} ${need[measure]}`
  const reason = one.reasons.get(key) ?? reasonOf(one, measure, need[measure])
  one.reasons.set(key, reason)
  return reason
}

const gone = (queue: string): Reason => ({
  code: 'queue',
  text: `there is no queue '${queue}' any more`,
  numbers: {queue},
})

export const queueRoom = (queues: Queues): QuotaRoom => {
  const accounts = new Map<string, readonly Account[]>()
  const missing = new Map<string, Reason>()

  const opened = (key: string, make: () => Account): Account => {
    const [known] = accounts.get(key) ?? []
    const one = known ?? make()
    if (known === undefined) accounts.set(key, [one])
    return one
  }

  const accountsOf = ({queue = '', user}: Taking): readonly Account[] => {
    const found = queues.get(queue)
    if (found === undefined) return []
    const key = `${queue} ${user}`
    const known = accounts.get(key)
    if (known !== undefined) return known
    const both = [opened(queue, () => ofQueue(found)), ofUser(user, found)]
    accounts.set(key, both)
    return both
  }

  const goneReason = (queue: string): Reason => {
    const reason = missing.get(queue) ?? gone(queue)
    missing.set(queue, reason)
    return reason
  }

  return {
    barred: job => {
      if (job.queue !== undefined && !isQueue(queues, job.queue)) return goneReason(job.queue)
      for (const one of accountsOf(job)) {
        const reason = barredBy(one, job)
        if (reason !== null) return reason
      }
      return null
    },
    take: job => {
      const need = asked(job)
      for (const {used, reasons} of accountsOf(job)) {
        for (const measure of MEASURES) used[measure] += need[measure]
        reasons.clear()
      }
    },
  }
}

export const allRooms = (...rooms: readonly QuotaRoom[]): QuotaRoom => ({
  barred: job => {
    for (const room of rooms) {
      const reason = room.barred(job)
      if (reason !== null) return reason
    }
    return null
  },
  take: job => {
    for (const room of rooms) room.take(job)
  },
})
