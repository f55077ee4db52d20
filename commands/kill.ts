/** `god kill`: end jobs. */
import {Flags} from '@oclif/core'
import {ControlCommand, controlFlags} from '../src/cli/control/command.js'
import {prose} from '../src/cli/screen/prose.js'
import {selectorArgs} from '../src/cli/select-flags.js'

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGKILL'] as const

export default class Kill extends ControlCommand {
  static override summary = 'End jobs: politely, then by force.'

  static override description =
    prose(`A running job gets the polite signal and, after the grace period, KILL; a pending one never starts. Asked
for jobs that are over already, nothing happens.

Exit codes: 0 ok (also where it is so already); 2 something is wrong with the words; 3 no such job; 4 not
yours; 75 the directory does not answer.`)

  static override examples = [
    '<%= config.bin %> kill 42',
    '<%= config.bin %> kill 12-20 @trial',
    '<%= config.bin %> kill 12[3-9] 12_0',
    '<%= config.bin %> kill -t pending -n trial --reason "wrong input"',
  ]

  static override args = selectorArgs(false)

  static override flags = {
    ...controlFlags,
    signal: Flags.option({options: SIGNALS})({summary: 'The polite signal.', helpValue: 'SIGNAL'}),
    force: Flags.boolean({char: 'f', summary: 'Do not ask.', default: false}),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Kill)
    await this.control(flags, {
      wish: {op: 'kill', ...(flags.signal === undefined ? {} : {signal: flags.signal})},
      selectors: args.jobs ?? [],
      askAbove: flags.force ? null : 20,
    })
  }
}
