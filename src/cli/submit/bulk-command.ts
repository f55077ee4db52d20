/** `god submit --from` behind its flags: read all, judge all, then queue in order and say what came of it. */

import {counted} from '../../core/amounts.js'
import {GodError} from '../../core/errors.js'
import {EXIT} from '../../core/exit.js'
import {formatIds} from '../../core/id-ranges.js'
import {systemClock} from '../../host/clock.js'
import {localTime} from '../../host/local-time.js'
import {failureOf} from '../failure.js'
import {catchInterrupt} from '../interrupt.js'
import {SCHEMA} from '../jobs/job-json.js'
import {operandsOf} from '../operands.js'
import {reachSite} from '../reach-site.js'
import {showProgress} from '../screen/progress.js'
import {type Screen, screenFor} from '../screen/screen.js'
import type {Site} from '../site.js'
import {statJson} from '../stat/stat.js'
import {endedBadly, endLine, waitFor} from '../wait.js'
import {partError, type Queued, submitMany} from './bulk.js'
import {dependCheck} from './check-depend.js'
import type {SubmitWords} from './command.js'
import {
  badLinesError,
  type JobLine,
  type JobLines,
  type Judge,
  lineText,
  noJobs,
  parseJobLines,
  readJobFile,
  toldLines,
} from './job-lines.js'
import {checkNoKey, judgingKeys} from './key-lines.js'
import {judgingNames} from './name-lines.js'
import {namedTogether} from './named-together.js'
import {judgeOf, settledFields, submitRemarks} from './submit.js'
import {defaultsOf} from './wish.js'

/** Also without a bar a person should not wonder for long; fewer are queued at once. */
const MANY = 1000

const checkWords = (operands: readonly string[]): void => {
  const [first] = operandsOf(operands).words
  if (first !== undefined)
    throw new GodError(
      'E_USAGE',
      `with --from each line has its own command, so '${first}' has no place`,
      'Write it as argv into the lines, or leave --from out.',
    )
}

const tellBad = (screen: Screen, from: string, lines: JobLines): number => {
  const error = badLinesError(from, lines)
  if (!screen.json) {
    for (const line of toldLines(lines.bad)) screen.fault({message: lineText(line), hint: line.refusal.hint})
    throw error
  }
  const {code, message, hint} = error
  const errors = toldLines(lines.bad).map(({number, refusal}) => ({line: number, ...refusal}))
  screen.show({schema: SCHEMA, error: {code, message, hint}, errors}, () => '')
  return error.exit
}

const queuedText = (flags: SubmitWords, {ids}: Queued): string => {
  if (flags.parsable) return ids.map(id => `${id}\n`).join('')
  const [first] = ids
  if (first === undefined) return ''
  return ids.length === 1 ? `Submitted job ${first}\n` : `Submitted ${ids.length} jobs: ${formatIds(ids)}\n`
}

const thereText = ({there}: Queued): string =>
  there === 1 ? 'one of them is there already' : `${there} of them are there already`

const failureJson = (fault: unknown): object => {
  const failure = failureOf(fault, 'submit')
  if (failure === null) return {}
  const {code, message, hint} = failure
  return {error: {code, message, hint}}
}

const queuedJson = (lines: readonly JobLine[], queued: Queued, fault: unknown): object => ({
  schema: SCHEMA,
  jobs: queued.ids.flatMap((id, i) => {
    const settled = lines[i]?.settled
    return settled === undefined ? [] : [{id, name: settled.name}]
  }),
  ...(fault === null ? {} : failureJson(fault)),
})

const queueAll = async (
  site: Site,
  screen: Screen,
  lines: readonly JobLine[],
  signal: AbortSignal,
): Promise<Queued> => {
  const bar =
    screen.json || lines.length <= MANY ? null : await showProgress(screen.terminal, lines.length, 'jobs')
  try {
    return await submitMany(site, lines, {signal, told: queued => bar?.at(queued)})
  } finally {
    bar?.end()
  }
}

/** Shows the ids, also of a part: they are promised. */
const showQueued = (
  screen: Screen,
  flags: SubmitWords,
  lines: readonly JobLine[],
  queued: Queued,
): number => {
  const fault = queued.fault === null ? null : partError(lines, queued)
  const text = queuedText(flags, queued)
  if (queued.ids.length > 0) screen.promise(queuedText({...flags, parsable: false}, queued).trimEnd())
  if (fault === null || (screen.json && queued.ids.length > 0)) {
    screen.show(queuedJson(lines, queued, fault), () => text)
    return fault === null ? EXIT.ok : (failureOf(fault, 'submit')?.exit ?? EXIT.ok)
  }
  if (text !== '') screen.terminal.write(text)
  throw fault
}

/** The exit code: the highest of all. */
const waitForAll = async (
  site: Site,
  screen: Screen,
  {ids}: Queued,
  signal: AbortSignal,
): Promise<number> => {
  const {jobs, exit} = await waitFor(site, ids, {any: false, timeout: null, signal})
  if (screen.json) screen.show(statJson({jobs, failed: []}), () => '')
  for (const job of jobs) if (endedBadly(job)) screen.note(endLine(job))
  return exit
}

/** By what a line says, and by what it depends on. */
const judgeWhole = (site: Site): Judge => {
  const [judge, check] = [judgeOf(site), dependCheck(site)]
  return wish => {
    const settled = judge(wish)
    check(settled.depend)
    return settled
  }
}

export const submitFrom = async (
  flags: SubmitWords,
  from: string,
  operands: readonly string[],
): Promise<number> => {
  const screen = screenFor(flags)
  checkWords(operands)
  checkNoKey(flags.key)
  // The same moment for all lines, and read before anything is looked for.
  const local = localTime(systemClock.now())
  const defaults = defaultsOf(flags, local)
  const site = await reachSite(flags, screen)
  const read = parseJobLines(
    await readJobFile(from),
    {defaults, local},
    judgingKeys(site, judgingNames(judgeWhole(site))),
  )
  const lines = read.bad.length > 0 ? read : namedTogether(site, read.jobs)
  if (lines.bad.length > 0) return tellBad(screen, from, lines)
  if (lines.jobs.length === 0) throw noJobs(from)
  for (const remark of submitRemarks(site, flags.env, defaults.begin)) screen.note(remark)
  if (flags['dry-run']) {
    const jobs = lines.jobs.map(({settled}) => settledFields(settled))
    screen.show({schema: SCHEMA, jobs}, () => `would submit ${counted(jobs.length, 'job')}\n`)
    return EXIT.ok
  }
  const interrupt = catchInterrupt()
  const queued = await queueAll(site, screen, lines.jobs, interrupt.signal)
  if (queued.there > 0) screen.note(thereText(queued))
  if (!flags.wait || queued.fault !== null) return showQueued(screen, flags, lines.jobs, queued)
  if (!screen.json) screen.terminal.write(queuedText(flags, queued))
  return waitForAll(site, screen, queued, interrupt.signal)
}
