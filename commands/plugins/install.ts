/** `god plugins install`: add what others made. */
import {Args} from '@oclif/core'
import {GodCommand} from '../../src/cli/base-command.js'
import {installedLines, installPlugins} from '../../src/cli/plugins/install.js'
import {placeFor, scriptsFlag, systemFlag} from '../../src/cli/plugins/place.js'
import {pluginJson} from '../../src/cli/plugins/plugin-view.js'
import {showTried} from '../../src/cli/plugins/tried.js'
import {prose} from '../../src/cli/screen/prose.js'

export default class PluginsInstall extends GodCommand {
  static override summary = 'Install plugins: by name, from a tarball, a folder or a repository.'

  static override description =
    prose(`A name is one of npm's registry, NAME or NAME@VERSION. Without --system a plugin is yours: your own
commands have it, and services of your own single-user directories. Services of many users run what root installed
with --system, and only while nobody else can write it.

The install scripts of packages do not run unless --allow-scripts is given.

Exit codes: 0 ok; 1 not installed, or cannot be used; 4 --system without being root.`)

  static override examples = [
    '<%= config.bin %> plugins install ./god-scheduler-shortest-1.0.0.tgz',
    '<%= config.bin %> plugins install --system ./god-scheduler-shortest-1.0.0.tgz',
  ]

  static override aliases = ['plugins:add']
  static override strict = false

  static override args = {
    plugin: Args.string({ignoreStdin: true, required: true, description: 'Name, tarball, folder or URL.'}),
  }

  static override flags = {...systemFlag, ...scriptsFlag}

  async run(): Promise<void> {
    const {flags, argv} = await this.parse(PluginsInstall)
    const screen = this.screen(flags)
    const {done, failed} = await installPlugins(this.config, argv.map(String), {
      place: placeFor(flags.system),
      scripts: flags['allow-scripts'],
      json: flags.json,
    })
    const {lines, notes} = installedLines('Installed', done)
    this.exitWith(showTried(screen, {schema: 1, plugins: done.map(pluginJson)}, lines, failed))
    for (const note of notes) screen.note(note)
  }
}
