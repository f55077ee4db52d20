/** `god resume`: let suspended jobs go on. */

import {ControlCommand, controlFlags} from '../src/cli/control/command.js'
import {prose} from '../src/cli/screen/prose.js'
import {selectorArgs} from '../src/cli/select-flags.js'

export default class Resume extends ControlCommand {
  static override summary = 'Let suspended jobs go on.'

  static override description = prose(`A job that is not suspended is left as it is.

Exit codes: 0 ok (also where it is so already); 2 something is wrong with the words; 3 no such job; 4 not
yours; 5 the job is in a state that does not allow it; 75 the directory does not answer.`)

  static override examples = [
    '<%= config.bin %> resume 42',
    '<%= config.bin %> resume 12-20 @trial',
    '<%= config.bin %> resume -n trial --dry-run',
  ]

  static override args = selectorArgs(false)

  static override flags = controlFlags

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Resume)
    await this.control(flags, {wish: {op: 'resume'}, selectors: args.jobs ?? [], askAbove: null})
  }
}
