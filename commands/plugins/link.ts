/** `god plugins link`: use a plugin from the folder in which it is written. */
import {Args, Flags} from '@oclif/core'
import {GodCommand} from '../../src/cli/base-command.js'
import {installedLines, linkPlugin} from '../../src/cli/plugins/install.js'
import {placeFor, scriptsFlag} from '../../src/cli/plugins/place.js'
import {pluginJson} from '../../src/cli/plugins/plugin-view.js'
import {prose} from '../../src/cli/screen/prose.js'

export default class PluginsLink extends GodCommand {
  static override summary = 'Use a plugin from the folder in which it is written.'

  static override description =
    prose(`For authors: what is changed there is in force at the next command. 'god plugins uninstall' undoes it; the
folder stays as it is.

Exit codes: 0 ok; 1 not linked, or cannot be used.`)

  static override examples = [
    '<%= config.bin %> plugins link ./god-scheduler-shortest',
    '<%= config.bin %> plugins link --json ./god-scheduler-shortest',
  ]

  static override args = {
    folder: Args.string({ignoreStdin: true, required: true, description: 'The folder of its package.json.'}),
  }

  static override flags = {
    install: Flags.boolean({summary: 'First run npm install in that folder.', default: false}),
    ...scriptsFlag,
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(PluginsLink)
    const screen = this.screen(flags)
    const views = await linkPlugin(this.config, args.folder, flags.install, {
      place: placeFor(false),
      scripts: flags['allow-scripts'],
      json: flags.json,
    })
    const {lines, notes} = installedLines('Linked', views)
    screen.show({schema: 1, plugins: views.map(pluginJson)}, () =>
      lines.map(line => `${screen.plain(line)}\n`).join(''),
    )
    for (const note of notes) screen.note(note)
  }
}
