/** `god submit`: queue a command or a script as a job. */
import {Args} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {prose} from '../src/cli/prose.js'
import {type SubmitWords, submit} from '../src/cli/submit-command.js'
import type {ForeseeNew} from '../src/cli/submit-explain.js'
import {submitFlags} from '../src/cli/submit-flags.js'

export default class Submit extends GodCommand {
  static override summary = 'Queue a command as a job.'

  static override description =
    prose(`The id that is printed is a promise: the job survives any crash from then on, also with no scheduler and
no engine running. Options end at the first operand. A readable file that begins with #! is a script: its
text is copied, the rest are its arguments; anything else is a command, run in the image as it stands.
An array (-a 0-99, 1-9:2,12) is one job with many tasks; each finds its number in GODOCKER_TASK_ID.

With --from each line of a file is a job, by the long names of these flags: {"argv":["echo","a"],"mem":64,"env":{"N":"1"}},
or "script" with its text. Flags beside it hold for lines that say nothing else. While one line is bad nothing is queued.
With --parsable an id a line, in the order of the file.

Exit codes: 0 queued; 1 no shared directory, or a wrong configuration; 2 something is wrong with the words; 6 the site says no; 74 disk; 75 the directory does not answer; with -W the job's own
code, 128+n if signal n ended it, 125 if it never started.`)

  static override usage = [
    'submit [FLAGS] [--] COMMAND... | SCRIPT [ARGUMENT...]',
    'submit [FLAGS] --from FILE',
  ]

  static override examples = [
    '<%= config.bin %> submit -J hello -i busybox:local -c 1 -m 64M -- echo hello',
    '<%= config.bin %> submit -t 2h -m 4G ./analyse.sh sample1',
    '<%= config.bin %> submit -W --parsable -- sh -c "exit 3"',
    '<%= config.bin %> submit --from jobs.ndjson -t 2h',
    '<%= config.bin %> submit -a 1-100%5 ./analyse.sh',
  ]

  static override args = {
    command: Args.string({
      multiple: true,
      ignoreStdin: true,
      description: 'The program and its arguments, or a script.',
    }),
  }

  static override flags = submitFlags

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Submit)
    const words = args.command ?? []
    if (flags.explain) return this.explain(flags, words)
    if (flags.from === undefined) return this.exitWith(await submit(flags, words))
    // Only here: a single job is submitted without it.
    const {submitFrom} = await import('../src/cli/bulk-command.js')
    this.exitWith(await submitFrom(flags, flags.from, words))
  }

  /** Only here: who submits pays for no plan. */
  private async explain(flags: SubmitWords, words: readonly string[]): Promise<void> {
    const [{explainSubmit}, {planningGround, siteNow}, {forecastNew}, {guardedPolicy}] = await Promise.all([
      import('../src/cli/submit-explain.js'),
      import('../src/cli/planning-ground.js'),
      import('../src/service/forecasting.js'),
      import('../src/service/guarded-policy.js'),
    ])
    const screen = this.screen(flags)
    const foresee: ForeseeNew = async (site, job) =>
      forecastNew(await planningGround(site, guardedPolicy, text => screen.note(text)), siteNow(site), job)
    this.exitWith(await explainSubmit(flags, words, screen, foresee))
  }
}
