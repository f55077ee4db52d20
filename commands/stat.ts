/** `god stat`: the jobs in the queue. */
import {Flags} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {prose} from '../src/cli/screen/prose.js'
import {filterFlags, formatFlags, selectorArgs} from '../src/cli/select-flags.js'
import {stat} from '../src/cli/stat/command.js'
import type {ForeseeStarts} from '../src/cli/stat/start.js'

export default class Stat extends GodCommand {
  static override summary = 'Show jobs: mine that are not over, or those selected.'

  static override description =
    prose(`A table on a terminal, tab-separated lines elsewhere. A job that nobody has admitted yet is shown as pending,
reason new. With ids given, also jobs that are over. With --start when those that wait start: likely, by what their users'
last two jobs took, and by the walltimes, if all take what they may; nobody else's jobs to come are thought of. Of those that
wait for something else than room it says what: a time, a limit, other jobs, a release.

Exit codes: 0 ok; 2 something is wrong with the words; 3 no such job; 75 the directory does not answer.`)

  static override examples = [
    '<%= config.bin %> stat',
    '<%= config.bin %> stat -a -t running,suspended -S -time',
    '<%= config.bin %> stat 12[3-9]',
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
    start: Flags.boolean({
      summary: 'When the waiting ones start.',
      default: false,
      exclusive: ['watch', 'quiet', 'format', 'columns', 'long'],
    }),
    header: Flags.boolean({summary: 'Titles also where it is no terminal.', default: false}),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Stat)
    const words = args.jobs ?? []
    if (!flags.start) return stat(flags, words, code => this.exitWith(code))
    // Only here: who asks for the queue as it is pays for no plan.
    const [{statStart}, {planningGround, siteNow}, {forecastStarts}, {guardedPolicy}] = await Promise.all([
      import('../src/cli/stat/start.js'),
      import('../src/cli/why/planning-ground.js'),
      import('../src/service/forecasting.js'),
      import('../src/service/guarded-policy.js'),
    ])
    const screen = this.screen(flags)
    const foresee: ForeseeStarts = async site =>
      forecastStarts(await planningGround(site, guardedPolicy, text => screen.note(text)), siteNow(site))
    this.exitWith(await statStart(flags, words, screen, foresee))
  }
}
