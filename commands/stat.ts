/** `god stat`: the jobs in the queue. */
import {Flags} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {columnsOf, LONG_FIELDS, parseFields, USUAL_FIELDS} from '../src/cli/fields.js'
import {catchInterrupt} from '../src/cli/interrupt.js'
import {prose} from '../src/cli/prose.js'
import {reachSite} from '../src/cli/reach-site.js'
import {siteRemarks} from '../src/cli/remarks.js'
import {expandStdin, filterFlags, filtersOf, formatFlags, selectorArgs} from '../src/cli/select-flags.js'
import {repeat, statExit, statJobs, statJson} from '../src/cli/stat.js'
import {ID_ONLY, parseTemplate, renderTemplate, type Template} from '../src/cli/template.js'

export default class Stat extends GodCommand {
  static override summary = 'Show jobs: mine that are not over, or those selected.'

  static override description =
    prose(`A table on a terminal, tab-separated lines elsewhere. A job that nobody has admitted yet is shown as pending,
reason new. With ids given, also jobs that are over.

Exit codes: 0 ok; 2 something is wrong with the words; 3 no such job.`)

  static override examples = [
    '<%= config.bin %> stat',
    '<%= config.bin %> stat -a -t running,suspended -S -time',
    '<%= config.bin %> stat -Q -n trial | xargs -r <%= config.bin %> kill',
  ]

  static override args = selectorArgs(false)

  static override flags = {
    ...filterFlags,
    ...formatFlags,
    all: Flags.boolean({char: 'a', summary: 'Jobs of all users.', default: false}),
    job: Flags.string({
      char: 'j',
      summary: 'These jobs (as the operands).',
      helpValue: 'ID',
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
    }),
    columns: Flags.string({char: 'o', summary: 'Columns: names with commas, or wide.', helpValue: 'FIELDS'}),
    sort: Flags.string({
      char: 'S',
      summary: 'Order by a column; -COLUMN for descending.',
      helpValue: 'FIELD',
      default: 'id',
    }),
    long: Flags.boolean({char: 'l', summary: 'All columns (-o wide).', default: false}),
    limit: Flags.integer({char: 'L', summary: 'At most so many.', helpValue: 'N', min: 0}),
    watch: Flags.boolean({char: 'w', summary: 'Show again every two seconds.', default: false}),
    quiet: Flags.boolean({char: 'Q', summary: 'Ids only.', default: false}),
    since: Flags.string({summary: 'Also jobs that ended since (2h, 2026-01-31).', helpValue: 'WHEN'}),
    header: Flags.boolean({summary: 'Titles also where it is no terminal.', default: false}),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Stat)
    const screen = this.screen(flags)
    const site = await reachSite(flags, screen)
    const fields = flags.long
      ? LONG_FIELDS
      : flags.columns === undefined
        ? USUAL_FIELDS
        : parseFields(flags.columns)
    const template = flags.quiet ? ID_ONLY : flags.format === undefined ? null : parseTemplate(flags.format)
    const choice = {
      selectors: await expandStdin([...(args.jobs ?? []), ...(flags.job ?? [])]),
      filters: filtersOf(flags),
      everybody: flags.all,
      sort: flags.sort,
      limit: flags.limit ?? null,
      since: flags.since ?? null,
    }
    const show = (): void => {
      const listed = statJobs(site, choice)
      const table = (): string =>
        screen.table(columnsOf(fields, site.now(), screen.style), listed.jobs, flags.header)
      const lines = (form: Template) => () => renderTemplate(form, listed.jobs, site.now())
      screen.show(statJson(listed), template === null ? table : lines(template))
      for (const failed of listed.failed) screen.fault(failed)
      this.exitWith(statExit(listed))
    }
    for (const remark of siteRemarks(site)) screen.note(remark)
    if (flags.watch) await repeat(site, screen, show, catchInterrupt().signal)
    else show()
  }
}
