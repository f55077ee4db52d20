/** The whole of `god submit` behind its flags: who has read these needs no oclif to go on. */

import type {DirectiveFlag, Ignored} from '../../core/directives/directive.js'
import {EXIT} from '../../core/exit.js'
import type {Wish} from '../../core/job.js'
import {localTime} from '../../host/local-time.js'
import {catchInterrupt} from '../interrupt.js'
import {jobJson} from '../jobs/job-json.js'
import {findPart} from '../jobs/listing.js'
import {operandsOf} from '../operands.js'
import {reachSite} from '../reach-site.js'
import {type Screen, type ScreenWords, screenFor} from '../screen/screen.js'
import type {Site, SiteFlags} from '../site.js'
import {endLine, waitFor} from '../wait.js'
import type {dependCheck} from './check-depend.js'
import {ignoredText, withDirectives} from './directives.js'
import {hasKey, holderOf, type Once, submitOnce} from './keyed-submit.js'
import {judgeWish, settledJson, settledText, submitJob, submitJson, submitRemarks} from './submit.js'
import {commandOf, type SubmitFlags, wishOf} from './wish.js'

export interface SubmitWords extends SiteFlags, ScreenWords, SubmitFlags {
  readonly wait: boolean
  readonly 'dry-run': boolean
  readonly parsable: boolean
}

interface Asked {
  readonly wish: Wish
  readonly env: readonly string[] | undefined
  readonly ignored: readonly Ignored[]
}

/** With what a script says of itself. */
export const askedOf = (
  typed: SubmitWords,
  operands: readonly string[],
  known: readonly DirectiveFlag[],
  site: Pick<Site, 'now' | 'configuration'>,
): Asked => {
  const {words, afterDashes} = operandsOf(operands)
  const command = commandOf(words, afterDashes)
  const local = localTime(site.now())
  const counted = [...site.configuration.sections.resources.keys()]
  const {flags, ignored} = withDirectives(typed, {command, local, counted}, known)
  return {wish: wishOf(flags, words, command, local), env: flags.env, ignored}
}

const queued = (site: Site, wish: Wish): Once => {
  const request = submitJob(site, wish)
  return {id: request.id, request}
}

/** `existing`: nothing was queued. */
const onceJson = (site: Site, {id, request}: Once): object => {
  if (request !== null) return submitJson(site, request)
  const job = findPart(site, id)
  return {schema: 1, ...(job === null ? {id} : jobJson(job)), existing: true}
}

/** In a document only where there is something to tell. */
const ignoredJson = (ignored: readonly Ignored[]): object => (ignored.length === 0 ? {} : {ignored})

export interface SubmitParts {
  /** The flags that a script may set. */
  readonly known: readonly DirectiveFlag[]
  /** An early word on dependencies; null: the words have none. */
  readonly checkDepend: typeof dependCheck | null
}

/** The exit code: with `--wait` the job's own. */
export const submit = async (
  flags: SubmitWords,
  operands: readonly string[],
  {known, checkDepend}: SubmitParts,
  screen: Screen = screenFor(flags),
): Promise<number> => {
  const site = await reachSite(flags, screen)
  const {wish, env, ignored} = askedOf(flags, operands, known, site)
  const settled = judgeWish(site, wish)
  if (settled.depend !== undefined) checkDepend?.(site)(settled.depend)
  for (const remark of submitRemarks(site, env, wish.begin)) screen.note(remark)
  if (ignored.length > 0) screen.note(ignoredText(ignored))
  const twin = hasKey(wish) ? holderOf(site, wish) : null
  if (flags['dry-run']) {
    if (twin !== null) screen.note(`job ${twin} has this key: nothing would be queued`)
    screen.show({...settledJson(settled), ...ignoredJson(ignored)}, () => `${settledText(settled)}\n`)
    return EXIT.ok
  }
  const interrupt = catchInterrupt()
  const done = hasKey(wish) ? submitOnce(site, wish) : queued(site, wish)
  const said = done.request === null ? `Job ${done.id} is there already` : `Submitted job ${done.id}`
  const line = flags.parsable ? `${done.id}\n` : `${said}\n`
  screen.promise(said)
  if (!flags.wait) {
    screen.show({...onceJson(site, done), ...ignoredJson(ignored)}, () => line)
    return EXIT.ok
  }
  if (!screen.json) screen.terminal.write(line)
  const {jobs, exit} = await waitFor(site, [done.id], {
    any: false,
    timeout: null,
    signal: interrupt.signal,
  })
  for (const job of jobs) {
    screen.show({schema: 1, ...jobJson(job), ...ignoredJson(ignored)}, () => '')
    screen.note(endLine(job))
  }
  return exit
}
