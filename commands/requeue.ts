/** `god requeue`: run jobs once more, from the beginning. */
import {Flags} from '@oclif/core'
import {ControlCommand, controlFlags} from '../src/cli/control/command.js'
import {prose} from '../src/cli/screen/prose.js'
import {selectorArgs} from '../src/cli/select-flags.js'

export default class Requeue extends ControlCommand {
  static override summary = 'Run jobs once more, from the beginning.'

  static override description =
    prose(`A job that is over waits again, as its next attempt; one that runs is stopped first. Its output is
written anew. What is packed already stays over: submit it again. Of an array the tasks that run can be
requeued, those that have ended not.

Exit codes: 0 ok (also where it waits already); 2 something is wrong with the words; 3 no such job; 4 not
yours; 5 the job is in a state that does not allow it; 75 the directory does not answer.`)

  static override examples = [
    '<%= config.bin %> requeue 42',
    '<%= config.bin %> requeue --hold 12-20',
    '<%= config.bin %> requeue -t failed,lost --dry-run',
  ]

  static override args = selectorArgs(false)

  static override flags = {
    ...controlFlags,
    hold: Flags.boolean({char: 'H', summary: 'Keep the next attempt from starting.', default: false}),
    force: Flags.boolean({char: 'f', summary: 'Do not ask.', default: false}),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Requeue)
    await this.control(flags, {
      wish: {op: 'requeue', ...(flags.hold ? {hold: true} : {})},
      selectors: args.jobs ?? [],
      askAbove: flags.force ? null : 20,
    })
  }
}
