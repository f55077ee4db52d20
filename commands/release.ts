/** `god release`: let held jobs start. */

import {ControlCommand, controlFlags} from '../src/cli/control/command.js'
import {prose} from '../src/cli/screen/prose.js'
import {selectorArgs} from '../src/cli/select-flags.js'

export default class Release extends ControlCommand {
  static override summary = 'Let held jobs start.'

  static override description = prose(`A released job is pending again, in its old place.

Exit codes: 0 ok (also where it is so already); 2 something is wrong with the words; 3 no such job; 4 not
yours; 5 the job is in a state that does not allow it; 75 the directory does not answer.`)

  static override examples = [
    '<%= config.bin %> release 42',
    '<%= config.bin %> release 12-20 @trial',
    '<%= config.bin %> release -n trial --dry-run',
  ]

  static override args = selectorArgs(false)

  static override flags = controlFlags

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Release)
    await this.control(flags, {wish: {op: 'release'}, selectors: args.jobs ?? [], askAbove: null})
  }
}
