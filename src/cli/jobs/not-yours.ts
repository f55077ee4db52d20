/** What is said to who asks of another's job more than everybody may. */
import type {JobView} from './job-view.js'

export const notYours = ({user}: Pick<JobView, 'user'>) =>
  ({code: 'E_NOT_PERMITTED', text: `belongs to ${user}`, hint: 'Ask its owner or an operator.'}) as const
