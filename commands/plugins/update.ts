/** `god plugins update`: newer versions of what is installed. */
import {GodCommand} from '../../src/cli/base-command.js'
import {placeFor, scriptsFlag, systemFlag} from '../../src/cli/plugins/place.js'
import {updatePlugins} from '../../src/cli/plugins/uninstall.js'
import {prose} from '../../src/cli/screen/prose.js'

export default class PluginsUpdate extends GodCommand {
  static override summary = 'Update installed plugins.'

  static override description =
    prose(`Those from npm's registry, within the version that was asked for when they were installed. Linked ones are
their author's business.

Exit codes: 0 ok; 1 npm failed; 4 --system without being root.`)

  static override examples = ['<%= config.bin %> plugins update', '<%= config.bin %> plugins update --json']

  static override flags = {...systemFlag, ...scriptsFlag}

  async run(): Promise<void> {
    const {flags} = await this.parse(PluginsUpdate)
    const screen = this.screen(flags)
    const place = placeFor(flags.system)
    await updatePlugins(this.config, {place, scripts: flags['allow-scripts'], json: flags.json})
    screen.show(
      {schema: 1, place: place.path},
      () => `${screen.plain(`Updated the plugins in ${place.path}`)}\n`,
    )
  }
}
