/** `god simulate`: replay a trace, or play the present queue forward. */
import {Args} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {reachSite} from '../src/cli/reach-site.js'
import {prose} from '../src/cli/screen/prose.js'
import {traceGiven} from '../src/cli/simulate/choices.js'
import {simulateLive} from '../src/cli/simulate/live.js'
import {LIVE_COLUMNS, liveJson} from '../src/cli/simulate/live-report.js'
import {REPORT_COLUMNS, reportJson, reportLines} from '../src/cli/simulate/report.js'
import {showPaged} from '../src/cli/simulate/show.js'
import {simulateFlags} from '../src/cli/simulate/words.js'
import {simulate} from '../src/cli/simulate.js'
import {guardedPolicy} from '../src/service/guarded-policy.js'
import {presentOf} from '../src/service/present.js'

export default class Simulate extends GodCommand {
  static override summary = 'Replay a trace through the scheduler, and tell how it went.'

  static override description =
    prose(`A trace is a file in the Standard Workload Format, or jobs as JSON (what stat --json prints, or one a line; "run" in
seconds may stand for "started" and "ended"); gzipped or not. It runs through the pass of the scheduler itself, in the
order of a policy, on a clock that jumps from event to event. No shared directory and no right is needed.

Rows are dropped that are wider than the machine, have no processors, no run time, no requested time, or were submitted
before the start; a run beyond its limit ends there. Processors are those requested, else those allocated.
Events: in one instant all ends, then all submissions, then one pass; --event-order serial: submissions one by one with
a pass for each that would fit, then ends in the order of starts with a pass each. Predicted run times are the mean of
the user's last two, at most the limit, which counts while there are not two; a job that outlives its own gets half of
its age more. A bounded slowdown counts jobs under 10 s as 10 s. The hash is of the lines JOB,START in the order of the
job numbers, each with a line feed: START in seconds of the trace, without a point where it is whole.

For policies that go by fair share all users of a trace share alike, and are charged while their jobs run.

With --live the queue of now is played forward, by the rules of the site and by those that are given: each job runs for
as long as it may, or as is predicted, and nothing else is submitted. Drained nodes take nothing, jobs keep to the
nodes of their queues and to their begin times; held jobs are left out, and who waits for other jobs does not start.
Reservations of nodes hold, and so do quotas and caps of queues of what runs at once. Not played: budgets of cpu time,
maintenance, and tasks beyond the limit of their array.

Exit codes: 0 replayed; 1 the policy is not there or damaged; 2 something is wrong with the words or the trace.`)

  static override examples = [
    '<%= config.bin %> simulate trace.swf.gz',
    '<%= config.bin %> simulate trace.swf --procs 100 --backfill none --json',
    '<%= config.bin %> simulate past.ndjson --nodes nodes.ndjson --picture queue.svg',
    '<%= config.bin %> simulate --live --job 42 --mem 8G',
  ]

  static override args = {
    trace: Args.string({
      ignoreStdin: true,
      description: "The trace; '-' is standard input.",
    }),
  }

  static override flags = simulateFlags

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Simulate)
    const screen = this.screen(flags)
    const trace = traceGiven(flags, args.trace)
    if (trace === null) {
      const site = await reachSite(flags, screen)
      const live = await simulateLive(site, flags, screen, {guard: guardedPolicy, presentOf})
      const table = (): string => screen.table(LIVE_COLUMNS, live.jobs)
      return showPaged(screen, flags.pager, () => liveJson(live), table)
    }
    const report = await simulate(trace, flags, screen, guardedPolicy)
    const table = (): string => screen.table(REPORT_COLUMNS, reportLines(report))
    return showPaged(screen, flags.pager, () => reportJson(report), table)
  }
}
