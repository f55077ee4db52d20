/** `god config`: the configuration in force. */
import {Args, Flags} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {CONFIG_COLUMNS, configExit, configJson, viewConfig} from '../src/cli/config.js'
import {prose} from '../src/cli/screen/prose.js'

export default class Config extends GodCommand {
  static override summary = 'Show the configuration in force, and where each setting comes from.'

  static override description =
    prose(`A variable GOD_<KEY> beats the file; the file beats the default. With a key: its value alone.

Exit codes: 0 ok; 1 the configuration is wrong (file, line and key are named); 2 no such key.`)

  static override examples = [
    '<%= config.bin %> config',
    '<%= config.bin %> config executor',
    '<%= config.bin %> config --json',
  ]

  static override args = {
    key: Args.string({ignoreStdin: true, description: 'A setting.'}),
  }

  static override flags = {
    header: Flags.boolean({summary: 'Titles also where it is no terminal.', default: false}),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Config)
    const screen = this.screen(flags)
    const view = await viewConfig(flags.dir, args.key)
    for (const remark of view.remarks) screen.note(remark)
    screen.show(configJson(view), () =>
      args.key === undefined
        ? screen.table(CONFIG_COLUMNS, view.rows, flags.header)
        : `${screen.plain(view.rows[0]?.value ?? '')}\n`,
    )
    for (const fault of view.faults) screen.fault(fault)
    this.exitWith(configExit(view))
  }
}
