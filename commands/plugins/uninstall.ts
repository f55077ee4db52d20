/** `god plugins uninstall`: take away what was installed or linked. */
import {Args} from '@oclif/core'
import {GodCommand} from '../../src/cli/base-command.js'
import {placeFor, systemFlag} from '../../src/cli/plugins/place.js'
import {uninstallPlugins} from '../../src/cli/plugins/uninstall.js'
import {prose} from '../../src/cli/prose.js'

export default class PluginsUninstall extends GodCommand {
  static override summary = 'Take plugins away again, installed or linked.'

  static override description =
    prose(`A service that runs keeps what it has loaded; the next pass misses it and says so.

Exit codes: 0 ok; 1 not installed, or npm failed; 4 --system without being root.`)

  static override examples = [
    '<%= config.bin %> plugins uninstall god-scheduler-shortest',
    '<%= config.bin %> plugins uninstall --system god-scheduler-shortest',
  ]

  static override aliases = ['plugins:unlink', 'plugins:remove']
  static override strict = false

  static override args = {
    plugin: Args.string({ignoreStdin: true, required: true, description: "As 'god plugins' names it."}),
  }

  static override flags = {...systemFlag}

  async run(): Promise<void> {
    const {flags, argv} = await this.parse(PluginsUninstall)
    const screen = this.screen(flags)
    const names = argv.map(String)
    await uninstallPlugins(this.config, names, {
      place: placeFor(flags.system),
      scripts: false,
      json: flags.json,
    })
    screen.show({schema: 1, uninstalled: names}, () =>
      names.map(name => `${screen.plain(`Uninstalled ${name}`)}\n`).join(''),
    )
  }
}
