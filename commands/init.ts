/** `god init`: make a shared directory. */
import {Args, Flags} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {initSite} from '../src/cli/init/init.js'
import {prose} from '../src/cli/screen/prose.js'

export default class Init extends GodCommand {
  static override summary = 'Make a shared directory: .god here, or the one named.'

  static override description =
    prose(`Everything that god knows will be files in it. It belongs to you; jobs run as you (those of root as
root_runs_as). Settings are in its go-d.ini.

With --multi-user everybody on the machine may submit to it, and each job runs as its user. Root makes it, and serves it
('god watch' as root), or an account of its own does: --service-account, which must be started with the rights that
docs/many-users.md names. Nobody else may be able to change its folders or those above it.

Exit codes: 0 ok; 1 it cannot be made; 4 it is not yours to make; 5 it is one already.`)

  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init /srv/god --image busybox:local',
    '<%= config.bin %> init trial --executor process',
    '<%= config.bin %> init /srv/god-lab --multi-user',
  ]

  static override args = {
    dir: Args.string({ignoreStdin: true, description: 'The new directory.'}),
  }

  static override flags = {
    executor: Flags.string({
      summary: 'What runs the jobs: docker, process, fake.',
      helpValue: 'ID',
      default: 'docker',
    }),
    'multi-user': Flags.boolean({
      summary: 'For everybody on this machine, each job under its own user.',
    }),
    'service-account': Flags.string({
      summary: 'Who serves it, if not root.',
      helpValue: 'NAME',
      dependsOn: ['multi-user'],
    }),
    image: Flags.string({
      summary: 'Default image, may be repeated.',
      helpValue: 'IMAGE',
      multiple: true,
      multipleNonGreedy: true,
      default: ['busybox'],
    }),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Init)
    const screen = this.screen(flags)
    const made = initSite({
      dir: flags.dir,
      named: args.dir,
      executor: flags.executor,
      images: flags.image,
      multiUser: flags['multi-user'],
      serviceAccount: flags['service-account'],
    })
    const {found, ...document} = made
    screen.show({schema: 1, ...document}, () => `${screen.plain(made.dir)}\n`)
    screen.note(`Made a shared directory; its settings are in ${made.config}.`)
    if (!found) screen.note(`Name it: export GOD_SHARED_DIR=${made.dir}, or --dir with each command.`)
    screen.note(
      `Next: 'god doctor', then 'god watch' in one terminal and 'god submit -- echo hello' in another.`,
    )
  }
}
