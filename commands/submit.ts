/** `god submit`: queue a command or a script as a job. */
import {Args} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {prose} from '../src/cli/screen/prose.js'
import {dependCheck} from '../src/cli/submit/check-depend.js'
import {type SubmitWords, submit} from '../src/cli/submit/command.js'
import {directiveFlags} from '../src/cli/submit/directive-flags.js'
import type {ForeseeNew} from '../src/cli/submit/explain.js'
import {submitFlags} from '../src/cli/submit/flags.js'
import {SUBMIT_HELP} from '../src/cli/submit/help.js'

export default class Submit extends GodCommand {
  static override summary = 'Queue a command as a job.'

  static override description = prose(SUBMIT_HELP)

  static override usage = [
    'submit [FLAGS] [--] COMMAND... | SCRIPT [ARGUMENT...]',
    'submit [FLAGS] --from FILE',
  ]

  static override examples = [
    '<%= config.bin %> submit -J hello -i busybox:local -c 1 -m 64M -- echo hello',
    '<%= config.bin %> submit -t 2h -m 4G ./analyse.sh sample1',
    '<%= config.bin %> submit -W --parsable -- sh -c "exit 3"',
    '<%= config.bin %> submit --from jobs.ndjson -t 2h',
    '<%= config.bin %> submit -d afterok:12 --retry 2:node-lost -- ./collect.sh',
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
    const known = directiveFlags(Submit.flags)
    if (flags.from === undefined)
      return this.exitWith(await submit(flags, words, {known, checkDepend: dependCheck}))
    // Only here: a single job is submitted without it.
    const {submitFrom} = await import('../src/cli/submit/bulk-command.js')
    this.exitWith(await submitFrom(flags, flags.from, words))
  }

  /** Only here: who submits pays for no plan. */
  private async explain(flags: SubmitWords, words: readonly string[]): Promise<void> {
    const [{explainSubmit}, {planningGround, siteNow}, {forecastNew}, {guardedPolicy}] = await Promise.all([
      import('../src/cli/submit/explain.js'),
      import('../src/cli/why/planning-ground.js'),
      import('../src/service/forecasting.js'),
      import('../src/service/guarded-policy.js'),
    ])
    const screen = this.screen(flags)
    const foresee: ForeseeNew = async (site, job) =>
      forecastNew(await planningGround(site, guardedPolicy, text => screen.note(text)), siteNow(site), job)
    this.exitWith(await explainSubmit(flags, words, directiveFlags(Submit.flags), screen, foresee))
  }
}
