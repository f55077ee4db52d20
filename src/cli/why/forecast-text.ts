/** A forecast in words and as JSON: for `god why` and `god submit --explain`. */
import {counted, cpusText, formatCpus, formatMemory, formatTime} from '../../core/amounts.js'
import type {Waiting} from '../../core/schedule.js'
import type {Forecast} from '../../core/scheduling/forecast.js'
import type {Suggestion} from '../../core/scheduling/suggestion.js'
import {startJson, startLine} from '../stat/start-text.js'

const ordinal = (n: number): string => {
  const ends: Readonly<Record<number, string>> = {1: 'st', 2: 'nd', 3: 'rd'}
  const teen = n % 100 > 10 && n % 100 < 14
  return `${n}${teen ? 'th' : (ends[n % 10] ?? 'th')}`
}

const placeLine = ({place, waiting, usersAhead, ahead}: Forecast): string => {
  const first = `place ${ordinal(place)} of ${counted(waiting, 'job')} that ${waiting === 1 ? 'waits' : 'wait'}`
  return ahead === null
    ? first
    : `${first}, ${counted(usersAhead, 'other user')} ahead; just before it job ${ahead.id} of ${ahead.user}`
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
    ...startJson(found),
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
