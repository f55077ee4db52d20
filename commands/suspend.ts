/** `god suspend`: stop jobs for a while. */

import {ControlCommand, controlFlags} from '../src/cli/control/command.js'
import {prose} from '../src/cli/screen/prose.js'
import {selectorArgs} from '../src/cli/select-flags.js'

export default class Suspend extends ControlCommand {
  static override summary = 'Pause running jobs.'

  static override description =
    prose(`The container is paused and keeps its memory; its walltime does not run on. When it was
suspended for as long as the site allows in all (max_suspended), it goes on.

Exit codes: 0 ok (also where it is so already); 2 something is wrong with the words; 3 no such job; 4 not
yours; 5 the job is in a state that does not allow it; 75 the directory does not answer.`)

  static override examples = [
    '<%= config.bin %> suspend 42',
    '<%= config.bin %> suspend 12-20 @trial',
    '<%= config.bin %> suspend -n trial --dry-run',
  ]

  static override args = selectorArgs(false)

  static override flags = controlFlags

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Suspend)
    await this.control(flags, {wish: {op: 'suspend'}, selectors: args.jobs ?? [], askAbove: null})
  }
}
