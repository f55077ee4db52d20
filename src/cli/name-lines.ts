/** Names of other lines in what a line of a file depends on: judged before there are ids, by what stands above. */
import {GodError} from '../core/errors.js'
import type {Wish} from '../core/job.js'
import {namesIn, withoutNames} from '../core/line-names.js'
import type {Judge} from './job-lines.js'

const alone = ({depend: _, ...wish}: Wish, depend: string | undefined): Wish =>
  depend === undefined ? wish : {...wish, depend}

export const judgingNames = (judge: Judge): Judge => {
  const above = new Set<string>()
  return wish => {
    const {depend = ''} = wish
    const missing = namesIn(depend).find(name => !above.has(name))
    if (missing !== undefined)
      throw new GodError(
        'E_DEPEND_BAD',
        `'${depend}' cannot be depended on: no line above is named '${missing.slice(0, 64)}'`,
        'Jobs of a file may depend on those above them alone.',
      )
    const settled = judge(depend === '' ? wish : alone(wish, withoutNames(depend)))
    above.add(settled.name)
    return settled
  }
}
