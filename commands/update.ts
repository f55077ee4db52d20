/** `god update`: other limits, another place in the queue. */
import {Flags} from '@oclif/core'
import {ControlCommand, controlFlags} from '../src/cli/control/command.js'
import {updateOf} from '../src/cli/control/update.js'
import {limitFlags, orderFlags} from '../src/cli/order-flags.js'
import {prose} from '../src/cli/screen/prose.js'
import {selectorArgs} from '../src/cli/select-flags.js'

export default class Update extends ControlCommand {
  static override summary = 'Change what waiting jobs ask for, or their place in the queue.'

  static override description =
    prose(`Jobs that wait, held or not, are judged as if they were submitted so: more than the site allows is refused.
Of a job that runs only the time can be changed, and only by an operator. The tasks of an array share what they ask
for: once some have started, only nice, priority and the begin time of the others can be changed.

Exit codes: 0 ok (also where it is so already); 2 something is wrong with the words; 3 no such job; 4 not
yours, or for an operator; 5 the job is in a state that does not allow it; 6 the site says no; 75 the directory does not answer.`)

  static override examples = [
    '<%= config.bin %> update 42 --time 4h --mem 8G',
    '<%= config.bin %> update 12-20 @trial --priority 10',
    '<%= config.bin %> update -n trial --begin now --dry-run',
  ]

  static override args = selectorArgs(false)

  static override flags = {
    ...controlFlags,
    ...limitFlags,
    ...orderFlags,
    time: Flags.string({summary: 'Longest run: 90s, 30 (minutes), 1:30:00, 2-12, 1d.', helpValue: 'TIME'}),
    rename: Flags.string({summary: 'Another name.', helpValue: 'NAME'}),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Update)
    const wish = {op: 'update', set: updateOf(flags)} as const
    await this.control(flags, {wish, selectors: args.jobs ?? [], askAbove: null})
  }
}
