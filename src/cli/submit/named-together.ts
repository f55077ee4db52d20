/**
 * How many jobs the lines of a file may depend on, all of them together and with what waits already: as admission counts them
 * (T50), so that a file is not queued by half. Lines whose job is there by its key come to nothing.
 */
import {namedIn, tooManyNamed} from '../../core/dependency/admit-dependency.js'
import {countName, withWidestIds} from '../../core/dependency/line-names.js'
import {waitingJobs} from '../jobs/own-requests.js'
import type {Site} from '../site.js'
import {dependCheck} from './check-depend.js'
import type {BadLine, JobLine, JobLines} from './job-lines.js'
import {hasKey, isKeyTaken} from './keyed-submit.js'

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0)

/** What is mine, admitted or not. */
const waitingNow = (site: Site): number => {
  const admitted = site.jobs
    .live()
    .all.filter(({record: {uid, state}}) => uid === site.uid && (state === 'pending' || state === 'held'))
    .map(({record}) => namedIn(record.depend?.open ?? ''))
  return sum([...admitted, ...waitingJobs(site).map(({wish}) => namedIn(wish.depend ?? ''))])
}

/** Of each line: how many jobs it names, by their ids and by the names of lines above. */
const namedBy = (lines: readonly JobLine[]): readonly number[] => {
  const above = new Map<string, number>()
  return lines.map(({wish: {depend = ''}, settled}) => {
    const named = namedIn(withWidestIds(depend, above))
    countName(above, settled.name)
    return named
  })
}

/** How many of them are still to be waited for when it is admitted: of those that have an id some may be over. */
const openIn = ({settled: {depend}}: JobLine, named: number, check: ReturnType<typeof dependCheck>): number =>
  named - namedIn(depend?.on ?? '') + check(depend)

/** Of these the ones are bad that admission would refuse for it. */
export const namedTogether = (site: Site, lines: readonly JobLine[]): JobLines => {
  const counts = namedBy(lines)
  const all = sum(counts)
  const waits = all === 0 ? 0 : waitingNow(site)
  if (tooManyNamed(waits + all) === null) return {jobs: lines, bad: []}
  const check = dependCheck(site)
  const jobs: JobLine[] = []
  const bad: BadLine[] = []
  let named = waits
  lines.forEach((line, i) => {
    const count = hasKey(line.wish) && isKeyTaken(site, line.wish) ? 0 : (counts[i] ?? 0)
    const refusal = count === 0 ? null : tooManyNamed(named + count)
    if (refusal !== null) {
      bad.push({number: line.number, refusal})
      return
    }
    named += count === 0 ? 0 : openIn(line, count, check)
    jobs.push(line)
  })
  return {jobs, bad}
}
