/** `god plugins check`: a judgement for authors. */
import {Args, Flags} from '@oclif/core'
import {GodCommand} from '../../src/cli/base-command.js'
import {judgementsExit, judgementsJson, judgementsText, judgePlugin} from '../../src/cli/plugins/author.js'
import {prose} from '../../src/cli/screen/prose.js'

export default class PluginsCheck extends GodCommand {
  static override summary = 'Judge the folder of a plugin: its package, its modules, its contract.'

  static override description =
    prose(`Loads the plugin's modules. A scheduler is put through the contract of schedulers; the contracts of
executors and accounts need an engine or a source, which the plugin's own tests bring.

Exit codes: 0 good; 1 something is wrong.`)

  static override examples = [
    '<%= config.bin %> plugins check ./god-scheduler-shortest',
    '<%= config.bin %> plugins check --option unlimited=3600 ./god-scheduler-shortest',
  ]

  static override args = {
    folder: Args.string({ignoreStdin: true, default: '.', description: 'The folder of its package.json.'}),
  }

  static override flags = {
    option: Flags.string({
      summary: 'An option of the plugin; may be repeated.',
      helpValue: 'KEY=VALUE',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(PluginsCheck)
    const screen = this.screen(flags)
    const judgements = await judgePlugin(args.folder, flags.option)
    screen.show(judgementsJson(judgements), () => screen.plain(judgementsText(judgements, screen.style)))
    this.exitWith(judgementsExit(judgements))
  }
}
