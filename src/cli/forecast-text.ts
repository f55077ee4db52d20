/** A forecast in words and as JSON: for `god why`, `god submit --explain` and `god stat --start`. */
import {counted, cpusText, formatCpus, formatMemory, formatTime} from '../core/amounts.js'
import type {Waiting} from '../core/schedule.js'
import type {Forecast, When} from '../core/scheduling/forecast.js'
import type {Suggestion} from '../core/scheduling/suggestion.js'
import {iso} from '../host/clock.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** `about 3 h`: an estimate is no better than that. */
const about = (ms: number): string => {
  if (ms < MINUTE) return 'within a minute'
  if (ms < 90 * MINUTE) return `in about ${Math.round(ms / MINUTE)} min`
  if (ms < 36 * HOUR) return `in about ${Math.round(ms / HOUR)} h`
  return `in about ${Math.round(ms / HOUR / 24)} days`
}

export const whenText = (when: When, now: number): string => {
  if (when === null) return 'at a time that nobody can tell'
  if ('beyond' in when) return `later than ${about(when.beyond - now)}`
  return when.at <= now ? 'in the next pass' : about(when.at - now)
}

export const whenJson = (when: When): object | null => {
  if (when === null) return null
  return 'beyond' in when ? {beyond: iso(when.beyond)} : {at: iso(when.at)}
}

const ordinal = (n: number): string => {
  const ends: Readonly<Record<number, string>> = {1: 'st', 2: 'nd', 3: 'rd'}
  const teen = n % 100 > 10 && n % 100 < 14
  return `${n}${teen ? 'th' : (ends[n % 10] ?? 'th')}`
}

const placeLine = ({place, waiting, usersAhead, ahead}: Forecast): string => {
  const first = `place ${ordinal(place)} of ${counted(waiting, 'job')} that ${waiting === 1 ? 'waits' : 'wait'}`
  return ahead === null
    ? first
    : `${first}, ${counted(usersAhead, 'user')} ahead; just before it job ${ahead.id} of ${ahead.user}`
}

const funnelLine = ({funnel}: Forecast): string =>
  `nodes ${funnel.map(({what, nodes}) => (what === 'nodes' ? String(nodes) : `${what} ${nodes}`)).join(' -> ')}`

const termsText = (terms: Readonly<Record<string, number>>): string =>
  Object.entries(terms)
    .map(([name, value]) => `${name} ${Math.round(value * 1000) / 1000}`)
    .join(', ')

const priorityLines = ({terms, termsAhead, ahead}: Forecast): readonly string[] => {
  if (terms === null) return []
  const own = `priority ${termsText(terms)}`
  return ahead === null || termsAhead === null ? [own] : [own, `job ${ahead.id} has ${termsText(termsAhead)}`]
}

const startLine = ({startsNow, likely, latest}: Forecast, now: number): string => {
  if (startsNow) return 'starts in the next pass'
  return likely === null && latest === null
    ? 'nobody can tell when it starts'
    : `starts likely ${whenText(likely, now)}, by the walltimes ${whenText(latest, now)}`
}

const amountsText = ({change: {walltime, cpus, memory}}: Suggestion): string => {
  if (walltime !== undefined) return `a walltime of ${formatTime(walltime)}`
  return cpus === undefined ? `${formatMemory(memory ?? 0)} of memory` : cpusText(cpus)
}

const askedText = (
  {resources, walltime}: Pick<Waiting, 'resources' | 'walltime'>,
  {change}: Suggestion,
): string => {
  if (change.walltime !== undefined) return walltime === null ? 'none' : formatTime(walltime)
  return change.cpus === undefined ? formatMemory(resources.memory) : formatCpus(resources.cpus)
}

const suggestionLines = (
  job: Pick<Waiting, 'resources' | 'walltime'>,
  {suggestion}: Forecast,
): readonly string[] =>
  suggestion === null
    ? []
    : [
        `with ${amountsText(suggestion)} instead of ${askedText(job, suggestion)} it could start now on ${suggestion.node}`,
      ]

export const forecastLines = (
  job: Pick<Waiting, 'resources' | 'walltime'>,
  found: Forecast,
  now: number,
): readonly string[] => [
  placeLine(found),
  funnelLine(found),
  ...priorityLines(found),
  startLine(found, now),
  ...suggestionLines(job, found),
]

export const forecastJson = (found: Forecast): object => {
  const {startsNow, place, waiting, usersAhead, ahead, terms, termsAhead, funnel, suggestion} = found
  return {
    ...{startsNow, place, waiting, usersAhead, ahead, terms, termsAhead, funnel},
    likely: whenJson(found.likely),
    latest: whenJson(found.latest),
    suggestion:
      suggestion === null
        ? null
        : {
            node: suggestion.node,
            ...(suggestion.change.cpus === undefined ? {} : {cpus: suggestion.change.cpus / 1000}),
            ...(suggestion.change.memory === undefined ? {} : {memory: suggestion.change.memory}),
            ...(suggestion.change.walltime === undefined ? {} : {walltime: suggestion.change.walltime}),
          },
  }
}
