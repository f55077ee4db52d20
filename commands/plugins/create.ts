/** `god plugins create`: a new plugin that works already. */
import {Args} from '@oclif/core'
import {GodCommand} from '../../src/cli/base-command.js'
import {createPlugin, kindOf} from '../../src/cli/plugins/author.js'
import {prose} from '../../src/cli/screen/prose.js'

export default class PluginsCreate extends GodCommand {
  static override summary = 'Write a plugin to begin with: it works, and passes its own test.'

  static override description =
    prose(`The folder god-KIND-NAME is made in the working directory: plain JavaScript, a schema of its options, and a
test that puts it through the contract of its kind.

Exit codes: 0 ok; 1 it cannot be made; 2 no such kind, or no name.`)

  static override examples = [
    '<%= config.bin %> plugins create scheduler night',
    '<%= config.bin %> plugins create executor pods --json',
  ]

  static override args = {
    kind: Args.string({required: true, ignoreStdin: true, description: 'scheduler, executor or auth.'}),
    name: Args.string({required: true, ignoreStdin: true, description: 'What a configuration calls it.'}),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(PluginsCreate)
    const screen = this.screen(flags)
    const {folder, files} = createPlugin(kindOf(args.kind), args.name)
    screen.show({schema: 1, folder, files}, () => `${screen.plain(folder)}\n`)
    screen.note(`Next: 'god plugins check ${folder}', then 'god plugins link ${folder}'.`)
  }
}
