/** When a job starts, in words and as JSON: for `god why`, `god submit --explain` and `god stat --start`. */
import type {Reason} from '@god-cli/api'
import type {Start, When} from '../../core/scheduling/forecast.js'
import {iso} from '../../host/clock.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** `about 3 h`: an estimate is no better than that. */
const about = (ms: number): string => {
  if (ms < MINUTE) return 'within a minute'
  if (ms < 90 * MINUTE) return `in about ${Math.round(ms / MINUTE)} min`
  if (ms < 36 * HOUR) return `in about ${Math.round(ms / HOUR)} h`
  return `in about ${Math.round(ms / HOUR / 24)} days`
}

const NOBODY = 'at a time that nobody can tell'

export const whenText = (when: When, now: number): string => {
  if (when === null) return NOBODY
  if ('beyond' in when) return `later than ${about(when.beyond - now)}`
  if ('notBefore' in when) return `${about(when.notBefore - now)} at the earliest`
  return when.at <= now ? 'in the next pass' : about(when.at - now)
}

const whenJson = (when: When): object | null => {
  if (when === null) return null
  if ('beyond' in when) return {beyond: iso(when.beyond)}
  return 'notBefore' in when ? {notBefore: iso(when.notBefore)} : {at: iso(when.at)}
}

/** What must come first, by the code of what keeps it; the reason itself tells the rest. */
const FIRST: Readonly<Record<string, string>> = {
  quota: 'when that quota allows it',
  dependency: 'after what it waits for',
  held: 'when it is released',
  suspended: 'when it is resumed',
  maintenance: 'after the maintenance',
  packing: 'when finished tasks of it are packed',
  'no-node': 'when such a node takes work',
  never: 'on no node that there is now',
  queue: 'in no queue that there is now',
}

const firstText = ({code, numbers}: Reason): string => {
  if (code === 'limit')
    return numbers?.measure === undefined ? 'when other tasks of it have ended' : 'when that limit allows it'
  return Object.hasOwn(FIRST, code) ? (FIRST[code] ?? NOBODY) : NOBODY
}

export const likelyText = ({likely, kept}: Start, now: number): string =>
  kept !== null && likely === null ? firstText(kept) : whenText(likely, now)

/** Of what nobody has planned, once is enough. */
export const latestText = ({latest, kept}: Start, now: number): string =>
  kept === null ? whenText(latest, now) : '-'

export const startJson = ({likely, latest, kept}: Start): object => ({
  likely: whenJson(likely),
  latest: whenJson(latest),
  waitsFor: kept === null ? null : {code: kept.code, text: kept.text},
})

export const startLine = (start: Start & {readonly startsNow: boolean}, now: number): string => {
  const {startsNow, likely, latest, kept} = start
  if (startsNow) return 'starts in the next pass'
  if (kept !== null && likelyText(start, now) !== NOBODY) return `starts ${likelyText(start, now)}`
  return likely === null && latest === null
    ? 'nobody can tell when it starts'
    : `starts likely ${whenText(likely, now)}, by the walltimes ${whenText(latest, now)}`
}
