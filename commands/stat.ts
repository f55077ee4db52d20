/** `god stat`: the jobs in the queue. */
import {Flags} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {prose} from '../src/cli/prose.js'
import {filterFlags, formatFlags, selectorArgs} from '../src/cli/select-flags.js'
import {stat} from '../src/cli/stat-command.js'

export default class Stat extends GodCommand {
  static override summary = 'Show jobs: mine that are not over, or those selected.'

  static override description =
    prose(`A table on a terminal, tab-separated lines elsewhere. A job that nobody has admitted yet is shown as pending,
reason new. With ids given, also jobs that are over.

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
    header: Flags.boolean({summary: 'Titles also where it is no terminal.', default: false}),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Stat)
    await stat(flags, args.jobs ?? [], code => this.exitWith(code))
  }
}
