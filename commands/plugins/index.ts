/** `god plugins`: which plugins there are, and what they contribute. */
import {Flags} from '@oclif/core'
import {GodCommand} from '../../src/cli/base-command.js'
import {currentOffer} from '../../src/cli/offer.js'
import {faultsOf, PLUGIN_COLUMNS, pluginJson, viewPlugins} from '../../src/cli/plugins/plugin-view.js'
import {prose} from '../../src/cli/screen/prose.js'

export default class Plugins extends GodCommand {
  static override summary = 'Show the plugins that there are, and what they provide.'

  static override description =
    prose(`Built in, installed by root for the whole host (system), or yours (user). Nothing of them is run for it; what
is damaged is listed with what is wrong.

Exit codes: 0 ok.`)

  static override examples = ['<%= config.bin %> plugins', '<%= config.bin %> plugins --json']

  static override flags = {
    header: Flags.boolean({summary: 'Titles also where it is no terminal.', default: false}),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Plugins)
    const screen = this.screen(flags)
    const offer = currentOffer()
    const views = viewPlugins(offer)
    const faults = [...offer.faults, ...faultsOf(views)]
    screen.show({schema: 1, plugins: views.map(pluginJson), faults}, () =>
      screen.table(PLUGIN_COLUMNS, views, flags.header),
    )
    for (const fault of faults) screen.note(`warning: ${fault}`)
  }
}
