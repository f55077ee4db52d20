/** `god schedule`: decide which pending jobs start. */
import {Flags} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {catchInterrupt, stopCode} from '../src/cli/interrupt.js'
import {servingHost} from '../src/cli/pass-host.js'
import {scheduleJson} from '../src/cli/pass-report.js'
import {prose} from '../src/cli/screen/prose.js'
import {runScheduleByTimetable, runScheduleOnce, runService} from '../src/service/run-passes.js'

export default class Schedule extends GodCommand {
  static override summary = 'Take requests and start what fits: one pass.'

  static override description =
    prose(`For cron: silent when all went well; that another scheduler is at work is no error. In a crontab:

  * * * * * god schedule; god watch --once

Exit codes: 0 ok; 1 the configuration is wrong; 74 disk; 75 HALT is set.`)

  static override examples = [
    '<%= config.bin %> schedule',
    '<%= config.bin %> schedule --watch',
    '<%= config.bin %> schedule --cron "*/5 * * * *"',
  ]

  static override flags = {
    watch: Flags.boolean({summary: 'Go on until stopped.', default: false, exclusive: ['cron']}),
    cron: Flags.string({summary: 'Passes by this timetable, until stopped.', helpValue: 'EXPR'}),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Schedule)
    const long = flags.watch || flags.cron !== undefined
    const host = servingHost({dir: flags.dir, json: flags.json && long}, 'scheduler', long)
    if (!long) {
      const report = await runScheduleOnce(host)
      return this.screen(flags).show(scheduleJson(report), () => '')
    }
    const interrupt = catchInterrupt()
    if (flags.cron === undefined) await runService(host, {schedule: true, watch: false}, interrupt.signal)
    else await runScheduleByTimetable(host, flags.cron, interrupt.signal)
    this.exitWith(stopCode(interrupt))
  }
}
