/** Which attempt of a job it is, how it is tried again, and what the attempts before it used: for `god show`. */
import {formatTime} from '../../core/amounts.js'
import {iso} from '../../host/clock.js'
import type {JobView} from './job-view.js'

type Row = readonly [title: string, text: string]

const attemptText = ({attempt, record}: JobView): string => {
  const {retry, array} = record ?? {}
  if (retry === undefined) return String(attempt)
  const more =
    array === undefined ? `${retry.left} more may follow` : `${retry.left} more of each task may follow`
  return `${attempt}, ${more} (--retry ${retry.rule})`
}

/** What is not in the rows of the last attempt. */
const earlierRows = ({record}: JobView): readonly Row[] => {
  const earlier = record?.earlier
  if (earlier === undefined) return []
  const {runs, ran, cpu, from, until} = earlier
  const used = `ran ${formatTime(ran / 1000)} and used ${(cpu / 1000).toFixed(2)} cpu seconds`
  return [
    ['before it', `${runs} ${runs === 1 ? 'attempt' : 'attempts'} ${used}, ${iso(from)} to ${iso(until)}`],
  ]
}

export const attemptRows = (job: JobView): readonly Row[] => [
  ['attempt', attemptText(job)],
  ...earlierRows(job),
]
