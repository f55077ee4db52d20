/** `god plugins uninstall`: take away what was installed or linked. */
import {Args} from '@oclif/core'
import {GodCommand} from '../../src/cli/base-command.js'
import {placeFor, systemFlag} from '../../src/cli/plugins/place.js'
import {showTried} from '../../src/cli/plugins/tried.js'
import {uninstallPlugins} from '../../src/cli/plugins/uninstall.js'
import {prose} from '../../src/cli/screen/prose.js'

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
    const {done, failed} = await uninstallPlugins(this.config, argv.map(String), {
      place: placeFor(flags.system),
      scripts: false,
      json: flags.json,
    })
    const lines = done.map(name => `Uninstalled ${name}`)
    this.exitWith(showTried(screen, {schema: 1, uninstalled: done}, lines, failed))
  }
}
