/** `god autocomplete`: what makes the shell's Tab key know god. */
import {Args} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {callersShell, SHELLS, shellScript} from '../src/cli/complete/shell-scripts.js'
import {prose} from '../src/cli/screen/prose.js'

export default class Autocomplete extends GodCommand {
  static override summary = 'Print what makes Tab complete commands, flags and jobs.'

  static override description =
    prose(`To be evaluated by the shell, best in its start file. Tab then completes commands, flags, their values,
and the ids and names of your own newest jobs.

Exit codes: 0 ok; 2 no such shell.`)

  static override examples = [
    'eval "$(<%= config.bin %> autocomplete bash)"',
    '<%= config.bin %> autocomplete zsh > _god',
  ]

  static override args = {
    shell: Args.string({
      ignoreStdin: true,
      options: [...SHELLS],
      description: 'bash, zsh or fish (else that of SHELL).',
    }),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Autocomplete)
    const shell = SHELLS.find(name => name === args.shell) ?? callersShell()
    const script = shellScript(shell)
    this.screen(flags).show({schema: 1, shell, script}, () => script)
  }
}
