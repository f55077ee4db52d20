/** Which attempt of a job it is, how it is tried again, and what the attempts before it used: for `god show`. */
import {formatTime} from '../../core/amounts.js'
import {iso} from '../../host/clock.js'
import type {JobView} from './job-view.js'

type Row = readonly [title: string, text: string]

const attemptText = ({attempt, record}: JobView): string =>
  record?.retry === undefined
    ? String(attempt)
    : `${attempt}, ${record.retry.left} more may follow (--retry ${record.retry.rule})`

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
