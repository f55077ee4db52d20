/** `god watch`: run and follow jobs; alone enough for a small site. */
import {Flags} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {catchInterrupt, stopCode} from '../src/cli/interrupt.js'
import {servingHost} from '../src/cli/pass-host.js'
import {watchJson} from '../src/cli/pass-report.js'
import {prose} from '../src/cli/screen/prose.js'
import {runService, runWatchOnce} from '../src/service/run-passes.js'

export default class Watch extends GodCommand {
  static override summary = 'Run and follow the jobs of this node; schedule if nobody does.'

  static override description =
    prose(`Goes on until stopped, and tells what it does on stderr (with --json: one document a line on stdout). It may
be stopped and started at any time: running jobs run on and are found again. With --once, one pass for cron,
silent when all went well.

Exit codes: 0 ok; 1 the configuration is wrong; 74 disk; 75 HALT is set; 130 interrupted.`)

  static override examples = [
    '<%= config.bin %> watch',
    '<%= config.bin %> watch --once',
    '<%= config.bin %> watch --no-schedule --json',
  ]

  static override flags = {
    once: Flags.boolean({summary: 'One pass.', default: false}),
    schedule: Flags.boolean({summary: 'Also schedule, if nobody does.', default: true, allowNo: true}),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Watch)
    const host = servingHost({dir: flags.dir, json: flags.json && !flags.once}, 'watcher', !flags.once)
    if (flags.once) {
      const report = await runWatchOnce(host)
      return this.screen(flags).show(watchJson(report), () => '')
    }
    const interrupt = catchInterrupt()
    await runService(host, {schedule: flags.schedule, watch: true}, interrupt.signal)
    this.exitWith(stopCode(interrupt))
  }
}
