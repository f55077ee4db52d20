/** `god gc`: pack finished jobs, merge and drop what was packed. */
import {Flags} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {gcJson, gcText} from '../src/cli/gc.js'
import {servingHost} from '../src/cli/pass-host.js'
import {prose} from '../src/cli/screen/prose.js'
import {runGc} from '../src/service/run-passes.js'

export default class Gc extends GodCommand {
  static override summary = 'Pack finished jobs, so that the directory stays small.'

  static override description =
    prose(`For operators. Jobs that ended a while ago (pack_after in go-d.ini) move from their own files into the segments of
their day; every command finds them there as before. Small segments are merged. Where done_max_age or
done_max_jobs are set, the oldest segments are dropped: their jobs are gone, their ids stay used, and what
they used stays in the sums. The files in the jobs' own directories are never touched.

The scheduler does the same by itself, some at a time, when gc_cron says so. It may run beside anything; that
another process packs already is no error.

Exit codes: 0 ok; 1 the configuration is wrong; 74 disk; 75 HALT is set.`)

  static override examples = ['<%= config.bin %> gc', '<%= config.bin %> gc --dry-run --json']

  static override flags = {
    'dry-run': Flags.boolean({char: 'n', summary: 'Only tell what would be done.', default: false}),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Gc)
    const host = servingHost({dir: flags.dir, json: false}, 'packer', false)
    const report = await runGc(host, flags['dry-run'])
    this.screen(flags).show(gcJson(report, flags['dry-run']), () => gcText(report, flags['dry-run']))
  }
}
