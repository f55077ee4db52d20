/** The whole of `god submit` behind its flags: who has read these needs no oclif to go on. */
import {EXIT} from '../core/catalogue.js'
import {localTime} from '../host/local-time.js'
import {catchInterrupt} from './interrupt.js'
import {jobJson} from './job-json.js'
import {operandsOf} from './operands.js'
import {reachSite} from './reach-site.js'
import {type Screen, type ScreenWords, screenFor} from './screen.js'
import type {SiteFlags} from './site.js'
import {judgeWish, settledJson, settledText, submitJob, submitJson, submitRemarks} from './submit.js'
import {endLine, waitFor} from './wait.js'
import {type SubmitFlags, wishOf} from './wish.js'

export interface SubmitWords extends SiteFlags, ScreenWords, SubmitFlags {
  readonly wait: boolean
  readonly 'dry-run': boolean
  readonly parsable: boolean
}

/** The exit code: with `--wait` the job's own. */
export const submit = async (
  flags: SubmitWords,
  operands: readonly string[],
  screen: Screen = screenFor(flags),
): Promise<number> => {
  const site = await reachSite(flags, screen)
  const {words, afterDashes} = operandsOf(operands)
  const wish = wishOf(flags, words, afterDashes, localTime(site.now()))
  const settled = judgeWish(site, wish)
  // Only here: most jobs are submitted without it.
  if (settled.depend !== undefined) (await import('./check-depend.js')).dependCheck(site)(settled.depend)
  for (const remark of submitRemarks(site, flags.env, wish.begin)) screen.note(remark)
  if (flags['dry-run']) {
    screen.show(settledJson(settled), () => `${settledText(settled)}\n`)
    return EXIT.ok
  }
  const interrupt = catchInterrupt()
  const request = submitJob(site, wish)
  const line = flags.parsable ? `${request.id}\n` : `Submitted job ${request.id}\n`
  screen.promise(`Submitted job ${request.id}`)
  if (!flags.wait) {
    screen.show(submitJson(site, request), () => line)
    return EXIT.ok
  }
  if (!screen.json) screen.terminal.write(line)
  const {jobs, exit} = await waitFor(site, [request.id], {
    any: false,
    timeout: null,
    signal: interrupt.signal,
  })
  for (const job of jobs) {
    screen.show({schema: 1, ...jobJson(job)}, () => '')
    screen.note(endLine(job))
  }
  return exit
}
