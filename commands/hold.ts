/** `god hold`: keep pending jobs from starting. */

import {ControlCommand, controlFlags} from '../src/cli/control/command.js'
import {prose} from '../src/cli/screen/prose.js'
import {selectorArgs} from '../src/cli/select-flags.js'

export default class Hold extends ControlCommand {
  static override summary = 'Keep pending jobs from starting.'

  static override description = prose(`Held jobs wait until they are released; the others go by.

Exit codes: 0 ok (also where it is so already); 2 something is wrong with the words; 3 no such job; 4 not
yours; 5 the job is in a state that does not allow it; 75 the directory does not answer.`)

  static override examples = [
    '<%= config.bin %> hold 42',
    '<%= config.bin %> hold 12-20 @trial',
    '<%= config.bin %> hold -n trial --dry-run',
  ]

  static override args = selectorArgs(false)

  static override flags = controlFlags

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Hold)
    await this.control(flags, {wish: {op: 'hold'}, selectors: args.jobs ?? [], askAbove: null})
  }
}
