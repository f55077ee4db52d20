/** `god plugins providers`: what a configuration may name. */
import {Flags} from '@oclif/core'
import {GodCommand} from '../../src/cli/base-command.js'
import {PROVIDER_COLUMNS, providersJson, viewProviders} from '../../src/cli/plugins/providers.js'
import {prose} from '../../src/cli/screen/prose.js'

export default class PluginsProviders extends GodCommand {
  static override summary = 'Show what a configuration may name: schedulers, executors, accounts.'

  static override description =
    prose(`USED says whether the configuration here names it; 'never' is one that cannot serve, and why is told aside.
Of two with one name the first in this list serves.

Exit codes: 0 ok.`)

  static override examples = [
    '<%= config.bin %> plugins providers',
    '<%= config.bin %> plugins providers --json',
  ]

  static override flags = {
    header: Flags.boolean({summary: 'Titles also where it is no terminal.', default: false}),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(PluginsProviders)
    const screen = this.screen(flags)
    const view = viewProviders(flags.dir)
    screen.show(providersJson(view), () => screen.table(PROVIDER_COLUMNS, view.rows, flags.header))
    for (const fault of view.faults) screen.note(`warning: ${fault}`)
  }
}
