/**
 * Packing by itself, beside the scheduling passes: when the timetable's time has come, and so much a pass that none
 * becomes slow. When the next time is stands in `lock/packed`, so that passes from cron know without a timetable.
 *
 * A lost mark costs a look at what there is to pack; two packers at once cost work, never a job.
 */
import {join} from 'node:path'
import {type Instant, instant} from '../core/brand.js'
import {readFile} from '../store/disk/read-file.js'
import type {AcquireLease} from '../store/lease.js'
import {derived} from './derived.js'
import {type PackAmount, packPass} from './pack.js'
import type {Service} from './service.js'

/** Sealing costs a sync a job: a tenth of a second. */
const A_PASS: PackAmount = {jobs: 100, groups: 1}

export const PACK_LEASE = 'pack'

const markPath = ({layout}: Service): string => join(layout.locks, 'packed')

/** When it is due by the mark; null: nobody knows. */
const readMark = (service: Service, cron: string): Instant | null => {
  const file = readFile(service.durable.fs, markPath(service), {limit: 1024})
  const match = /^(\d{1,16}) (.*)\n$/.exec(Buffer.from(file?.bytes ?? []).toString('utf8'))
  return match === null || match[2] !== cron ? null : instant(Number(match[1]))
}

/** The mark is set anew: the next time is after now. */
export const markPacked = async (service: Service): Promise<Instant | null> => {
  const {cron} = service.settings.packing
  if (cron === null) return null
  // Here alone: a pass that packs nothing pays for no timetable.
  const {nextTime} = await import('./timetable.js')
  const next = nextTime(cron, service.now())
  derived(service, 'the time of packing', () =>
    service.durable.replace(markPath(service), Buffer.from(`${next} ${cron}\n`), 0o644),
  )
  return next
}

/** `urgent`: an array waits for its results to be packed. True: there is more to pack at once. */
export type PackTurn = (urgent: boolean) => Promise<boolean>

export const createPackTurn = (service: Service, acquire: AcquireLease): PackTurn => {
  const {cron} = service.settings.packing
  let next: Instant | null = null
  const isDue = (): boolean => {
    if (cron === null) return false
    if (next === null || service.now() >= next) next = readMark(service, cron)
    return next === null || service.now() >= next
  }
  return async urgent => {
    if (!urgent && !isDue()) return false
    const lease = await acquire(PACK_LEASE)
    if (lease === null) return false
    try {
      if (packPass(service, A_PASS).more) return true
      next = await markPacked(service)
      return false
    } finally {
      await lease.release()
    }
  }
}
