/** What is said to who asks of another's job more than everybody may. */
import {GodError} from '../core/errors.js'
import {partKey} from '../core/part-key.js'
import type {JobView} from './job-view.js'

export const notYours = ({user}: Pick<JobView, 'user'>) =>
  ({code: 'E_NOT_PERMITTED', text: `belongs to ${user}`, hint: 'Ask its owner or an operator.'}) as const

export const notYoursError = (job: Pick<JobView, 'id' | 'task' | 'user'>): GodError => {
  const {code, text, hint} = notYours(job)
  return new GodError(code, `job ${partKey(job)}: ${text}`, hint)
}
