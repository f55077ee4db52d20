/** `god acct`: what ended jobs used, summed up, and how well they used what was kept for them. */
import {Flags} from '@oclif/core'
import {acctColumns, acctJson, acctOf} from '../src/cli/acct.js'
import {GodCommand} from '../src/cli/base-command.js'
import {reachSite} from '../src/cli/reach-site.js'
import {prose} from '../src/cli/screen/prose.js'
import {byFlag, filterFlags} from '../src/cli/select-flags.js'

export default class Acct extends GodCommand {
  static override summary = 'Sum up what jobs used, by user, project or day.'

  static override description =
    prose(`Jobs and tasks of arrays that ended, packed or not, also those that retention has dropped. A day is that of the
end, in UTC; --since and --until mean whole days. CPU-HOURS, GPU-HOURS and GIB-HOURS are what was kept for them
while they ran; CPU-EFF is the cpu time that they used of it, MEM-EFF their peaks of memory, by those of which that
is known. WAIT is the mean.

Exit codes: 0 ok; 2 something is wrong with the words; 75 the directory does not answer.`)

  static override examples = [
    '<%= config.bin %> acct',
    '<%= config.bin %> acct --by project,day --since 7d',
    '<%= config.bin %> acct -u ann --since 2026-01-01 --until 2026-01-31 --json',
  ]

  static override flags = {
    by: byFlag,
    since: Flags.string({
      summary: 'Those that ended on the day of TIME or later (2026-01-31, 30d).',
      helpValue: 'TIME',
    }),
    until: Flags.string({summary: 'Those that ended on the day of TIME or before.', helpValue: 'TIME'}),
    user: filterFlags.user,
    header: Flags.boolean({summary: 'Titles also where it is no terminal.', default: false}),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Acct)
    const screen = this.screen(flags)
    const site = await reachSite(flags, screen)
    const by = [...new Set(flags.by)]
    const acct = acctOf(site, {
      ...{by, users: flags.user ?? []},
      ...{since: flags.since ?? null, until: flags.until ?? null},
    })
    screen.show(acctJson(acct), () => screen.table(acctColumns(by), acct.rows, flags.header))
  }
}
