/** The whole of `god stat` behind its flags: who has read these needs no oclif to go on. */

import {catchInterrupt} from '../interrupt.js'
import {reachSite} from '../reach-site.js'
import {siteRemarks} from '../remarks.js'
import {type Screen, type ScreenWords, screenFor} from '../screen/screen.js'
import {ID_ONLY, parseTemplate, renderTemplate, type Template} from '../screen/template.js'
import {expandStdin, type FilterWords, filtersOf} from '../selector-words.js'
import type {SiteFlags} from '../site.js'
import {columnsOf, LONG_FIELDS, parseFields, USUAL_FIELDS} from './fields.js'
import {repeat, type StatChoice, statExit, statJobs, statJson} from './stat.js'

export interface StatFlags extends SiteFlags, ScreenWords, FilterWords {
  readonly all: boolean
  readonly job: readonly string[] | undefined
  readonly columns: string | undefined
  readonly format: string | undefined
  readonly sort: string
  readonly long: boolean
  readonly limit: number | undefined
  readonly watch: boolean
  readonly quiet: boolean
  readonly since: string | undefined
  readonly header: boolean
}

const fieldsOf = ({long, columns}: StatFlags) => {
  if (long) return LONG_FIELDS
  return columns === undefined ? USUAL_FIELDS : parseFields(columns)
}

const templateOf = ({quiet, format}: StatFlags): Template | null => {
  if (quiet) return ID_ONLY
  return format === undefined ? null : parseTemplate(format)
}

export const choiceOf = async (flags: StatFlags, words: readonly string[]): Promise<StatChoice> => ({
  selectors: await expandStdin([...words, ...(flags.job ?? [])]),
  filters: filtersOf(flags),
  everybody: flags.all,
  sort: flags.sort,
  limit: flags.limit ?? null,
  since: flags.since ?? null,
})

const LEFT_OUT =
  'god: older jobs that are over were left out; --since chooses the newest, and ids (1-5000) any of them'

/** `tell` has the exit code of each picture. */
export const stat = async (
  flags: StatFlags,
  words: readonly string[],
  tell: (exit: number) => void,
  screen: Screen = screenFor(flags),
): Promise<void> => {
  const site = await reachSite(flags, screen)
  const fields = fieldsOf(flags)
  const template = templateOf(flags)
  const choice = await choiceOf(flags, words)
  const show = (): void => {
    const listed = statJobs(site, choice)
    const table = (): string =>
      screen.table(columnsOf(fields, site.now(), screen.style), listed.jobs, flags.header)
    const lines = (form: Template) => () => renderTemplate(form, listed.jobs, site.now())
    // Of a thousand jobs it is not made for nobody.
    const document = screen.json ? statJson(listed) : {}
    screen.show(document, template === null ? table : lines(template))
    if (listed.more) screen.note(LEFT_OUT)
    for (const failed of listed.failed) screen.fault(failed)
    tell(statExit(listed))
  }
  for (const remark of siteRemarks(site)) screen.note(remark)
  if (flags.watch) await repeat(site, screen, show, catchInterrupt().signal)
  else show()
}
