/**
 * When a job may start at the earliest: read from what a user writes, and told as the reason of a job that waits for it.
 *
 * Pure: what the user's clock and calendar show is handed in. Times are epoch milliseconds; a record holds an instant,
 * so it means the same on every node, whatever its zone.
 */
import type {Reason} from '@god-cli/api'
import {type Instant, instant} from './brand.js'
import {type Refusal, refusal} from './errors.js'

/** The last that ISO 8601 writes with four digits of a year. */
export const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Further ahead nobody means it. */
const MOST_AHEAD = 10 * 366 * 24 * 3600 * 1000

export interface CalendarDay {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
}

/** Where the user is: what his clock shows. */
export interface LocalTime {
  readonly now: Instant
  readonly today: CalendarDay
  /** The moment at which it shows that; a day beyond the month's last is one of the next. */
  moment(date: CalendarDay, hour: number, minute: number, second: number): number
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1,
  second: 1,
  m: 60,
  minute: 60,
  h: 3600,
  hour: 3600,
  d: 86_400,
  day: 86_400,
  w: 604_800,
  week: 604_800,
}

/** `now`, `now+2h`, `+90m`, `now+1hour`. Null: it is none. */
const fromNow = (text: string, {now}: LocalTime): number | null => {
  if (text === 'now') return now
  const [, count, word = ''] = /^(?:now)?\+(\d{1,9})([a-z]{1,7})$/.exec(text) ?? []
  // As sbatch writes it: 1hour, 2hours.
  const unit = UNITS[word.length > 2 ? word.replace(/s$/, '') : word]
  return count === undefined || unit === undefined ? null : now + Number(count) * unit * 1000
}

interface Clock {
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** Null: no clock shows that. */
const clockOf = (hour: string, minute: string, second = '0'): Clock | null => {
  const clock = {hour: Number(hour), minute: Number(minute), second: Number(second)}
  return clock.hour > 23 || clock.minute > 59 || clock.second > 59 ? null : clock
}

/** `HH:MM`: the next time that it is so. */
const nextClock = (text: string, local: LocalTime): number | null => {
  const [, hours, minutes, seconds] = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text) ?? []
  const clock = clockOf(hours ?? '99', minutes ?? '99', seconds)
  if (clock === null) return null
  const {today, now} = local
  const at = (date: CalendarDay): number => local.moment(date, clock.hour, clock.minute, clock.second)
  return at(today) > now ? at(today) : at({...today, day: today.day + 1})
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(Z)?)?$/i

const isDay = ({year, month, day}: CalendarDay): boolean => {
  const at = new Date(Date.UTC(year, month - 1, day))
  return year >= 1970 && at.getUTCMonth() === month - 1 && at.getUTCDate() === day
}

/** `YYYY-MM-DD[THH:MM[:SS]]` of the user's zone; with a `Z`, as our own output writes it, of none. */
const fromDate = (text: string, local: LocalTime): number | null => {
  const found = DATE.exec(text)
  if (found === null) return null
  const [, year, month, day, hours = '0', minutes = '0', seconds, , zone] = found
  const date = {year: Number(year), month: Number(month), day: Number(day)}
  const clock = clockOf(hours, minutes, seconds)
  if (clock === null || !isDay(date)) return null
  const {hour, minute, second} = clock
  return zone === undefined
    ? local.moment(date, hour, minute, second)
    : Date.UTC(date.year, date.month - 1, date.day, hour, minute, second)
}

const HOW = 'Write now+2h, +90m, 14:30, 2030-01-31 or 2030-01-31T14:30.'

/** The moment that the text means. One that is past is as good as none: the job may start at once. */
export const parseBegin = (text: string, local: LocalTime): Instant | Refusal => {
  const at = fromNow(text, local) ?? nextClock(text, local) ?? fromDate(text, local)
  if (at === null || at < 0) return refusal('E_AMOUNT_BAD', `'${text}' is no time to begin at`, HOW)
  if (at > local.now + MOST_AHEAD)
    return refusal('E_AMOUNT_BAD', `the begin time '${text}' is more than ten years ahead`, HOW)
  return instant(at)
}

/** As people read it: without what is zero anyway. */
export const momentText = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z')

interface Begins {
  readonly begin?: number
}

const tooEarly = (begin: number): Reason => ({
  code: 'begin-time',
  text: `begins at ${momentText(begin)} at the earliest`,
  numbers: {at: begin},
})

/** Why it may not start yet; null: its time has come, or it has none. */
export const notYet = ({begin}: Begins, now: number): Reason | null =>
  begin === undefined || begin <= now ? null : tooEarly(begin)

/** As `notYet`, for very many of one moment: those that wait for the same time have one reason together. */
export const notYetAt = (now: number): ((job: Begins) => Reason | null) => {
  const known = new Map<number, Reason>()
  return ({begin}) => {
    if (begin === undefined || begin <= now) return null
    const reason = known.get(begin) ?? tooEarly(begin)
    known.set(begin, reason)
    return reason
  }
}

/** When the first of them may start that may not now. Null: none waits for its time. */
export const nextBegin = (jobs: readonly Begins[], now: number): Instant | null => {
  let next = Number.POSITIVE_INFINITY
  for (const {begin} of jobs) if (begin !== undefined && begin > now && begin < next) next = begin
  return next === Number.POSITIVE_INFINITY ? null : instant(next)
}

/** Since when its waiting counts, from a moment on at which nothing else keeps it. */
export const eligibleFrom = (now: Instant, begin: number | undefined): Instant =>
  begin === undefined || begin <= now ? now : instant(begin)
