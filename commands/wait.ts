/** `god wait`: wait for jobs to end. */
import {Flags} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {catchInterrupt} from '../src/cli/interrupt.js'
import {reachSite} from '../src/cli/reach-site.js'
import {prose} from '../src/cli/screen/prose.js'
import {selectorArgs} from '../src/cli/select-flags.js'
import {expandStdin} from '../src/cli/selector-words.js'
import {statJson} from '../src/cli/stat/stat.js'
import {endedBadly, endLine, idsToWaitFor, timeoutOf, waitFor} from '../src/cli/wait.js'

export default class Wait extends GodCommand {
  static override summary = 'Wait until jobs are over; exit as they did.'

  static override description =
    prose(`Says on stderr how each that did not end well has ended. Ctrl-C leaves the jobs alone.

Exit codes: the job's own code, 128+n if signal n ended it, 125 if it never started; of several, the highest;
75 the directory does not answer; 124 when the time is up; 130 interrupted.`)

  static override examples = [
    '<%= config.bin %> wait 42',
    '<%= config.bin %> wait 12-20 --timeout 1h',
    '<%= config.bin %> wait @trial --any',
  ]

  static override args = selectorArgs(true)

  static override flags = {
    any: Flags.boolean({summary: 'The first that ends is enough.', default: false}),
    timeout: Flags.string({summary: 'Give up after this time.', helpValue: 'TIME'}),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Wait)
    const screen = this.screen(flags)
    const site = await reachSite(flags, screen)
    const interrupt = catchInterrupt()
    const ids = idsToWaitFor(site, (await expandStdin(args.jobs ?? [])) ?? [])
    const options = {any: flags.any, timeout: timeoutOf(flags.timeout), signal: interrupt.signal}
    const {jobs, exit} = await waitFor(site, ids, options)
    if (screen.json) screen.show(statJson({jobs, failed: []}), () => '')
    for (const job of jobs) if (endedBadly(job)) screen.note(endLine(job))
    this.exitWith(exit)
  }
}
