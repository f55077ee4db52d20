/** `god fsck`: does the shared directory keep its own rules, and what is to be done where it does not. */
import {Flags} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {fsckExit, fsckJson, fsckText} from '../src/cli/fsck.js'
import {passHost} from '../src/cli/pass-host.js'
import {prose} from '../src/cli/screen/prose.js'
import {runFsck} from '../src/service/fsck/run.js'

export default class Fsck extends GodCommand {
  static override summary = 'Check every file of the shared directory; mend what can be mended.'

  static override description =
    prose(`Looks at each record, spec, request and number, and at the engine's containers, beside a running scheduler;
what it tells it has found twice. With --repair it needs the scheduler to rest: damaged files go to quarantine/ with
the reason, nothing is deleted, and the other jobs run on. docs/fsck.md explains each finding.

Exit codes: 0 clean, or nothing but notes; 1 errors or warnings are left; 4 it is another user's directory; 74 disk;
75 a scheduler is at work (--repair).`)

  static override examples = [
    '<%= config.bin %> fsck',
    '<%= config.bin %> fsck --repair',
    '<%= config.bin %> fsck --no-engine --json',
  ]

  static override flags = {
    repair: Flags.boolean({summary: 'Mend what can be mended.', default: false}),
    engine: Flags.boolean({
      summary: 'Compare the containers of the engine with the records.',
      default: true,
      allowNo: true,
    }),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Fsck)
    const screen = this.screen(flags)
    const {remarks, ...report} = await runFsck(passHost({...flags, json: false}, 'fsck', false), flags)
    for (const remark of remarks) screen.note(`god: ${remark}`)
    screen.show(fsckJson(report, remarks), () => fsckText(report, screen.style))
    this.exitWith(fsckExit(report))
  }
}
