/** Names of other lines in what a line of a file depends on: judged before there are ids, by what stands above. */
import {DEPEND_HINT, parseDepend, tooManyParents} from '../../core/dependency/depend-text.js'
import {
  countName,
  type LinesNamed,
  namesIn,
  withoutNames,
  withWidestIds,
} from '../../core/dependency/line-names.js'
import {GodError} from '../../core/errors.js'
import type {Wish} from '../../core/job.js'
import type {Judge} from './job-lines.js'

const alone = ({depend: _, ...wish}: Wish, depend: string | undefined): Wish =>
  depend === undefined ? wish : {...wish, depend}

const HINT = 'Jobs of a file may depend on those above them alone.'

const no = (depend: string, why: string, hint: string): GodError =>
  new GodError('E_DEPEND_BAD', `'${depend.slice(0, 64)}' cannot be depended on: ${why}`, hint)

/** Of the text that the names become; counted first, for they may stand for a million. */
const faultOf = (depend: string, names: readonly string[], lines: LinesNamed): string | null => {
  const many = tooManyParents(names.reduce((sum, name) => sum + (lines.get(name) ?? 0), 0))
  if (many !== null) return many
  const parsed = parseDepend(withWidestIds(depend, lines))
  return typeof parsed === 'string' ? parsed : null
}

export const judgingNames = (judge: Judge): Judge => {
  const above = new Map<string, number>()
  return wish => {
    const {depend = ''} = wish
    const names = namesIn(depend)
    const missing = names.find(name => !above.has(name))
    if (missing !== undefined) throw no(depend, `no line above is named '${missing.slice(0, 64)}'`, HINT)
    const fault = names.length === 0 ? null : faultOf(depend, names, above)
    if (fault !== null) throw no(depend, fault, DEPEND_HINT)
    const settled = judge(depend === '' ? wish : alone(wish, withoutNames(depend)))
    countName(above, settled.name)
    return settled
  }
}
