/** `god logs`: a job's output. */
import {Flags} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {catchInterrupt} from '../src/cli/interrupt.js'
import {followLogs, logsJson, outputWriter, silence} from '../src/cli/logs.js'
import {reachSite} from '../src/cli/reach-site.js'
import {openPages} from '../src/cli/screen/pager.js'
import {prose} from '../src/cli/screen/prose.js'
import {oneSelector} from '../src/cli/select-flags.js'
import {oneWord} from '../src/cli/selector-words.js'

export default class Logs extends GodCommand {
  static override summary = 'Print the output of a job.'

  static override description =
    prose(`Byte for byte where it is no terminal; on a terminal, control characters other than colours are shown
escaped. Works before the start: then there is nothing yet. Ctrl-C leaves the job alone.

Exit codes: 0 ok; 2 something is wrong with the words; 3 no such job; 4 not
yours; 75 the directory does not answer; 130 interrupted.`)

  static override examples = [
    '<%= config.bin %> logs 42',
    '<%= config.bin %> logs last -f',
    '<%= config.bin %> logs @trial -e --tail 20',
  ]

  static override args = oneSelector

  static override flags = {
    error: Flags.boolean({char: 'e', summary: 'Its error output.', default: false}),
    follow: Flags.boolean({char: 'f', summary: 'Go on until the job is over.', default: false}),
    pager: Flags.boolean({
      summary: 'On a terminal, a page at a time (GOD_PAGER, PAGER, less).',
      default: true,
      allowNo: true,
    }),
    tail: Flags.integer({summary: 'The last lines only.', helpValue: 'N', min: 0}),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Logs)
    const screen = this.screen(flags)
    const site = await reachSite(flags, screen)
    const writer = outputWriter(screen, openPages(screen.terminal, flags.pager && !flags.follow))
    const options = {
      selector: await oneWord(args.job),
      error: flags.error,
      tail: flags.tail ?? null,
      follow: flags.follow,
      // Who only looks ends as any program does.
      signal: flags.follow ? catchInterrupt().signal : new AbortController().signal,
    }
    const job = await followLogs(site, options, writer.write).finally(writer.end)
    if (screen.json) screen.show(logsJson(job, writer.text()), () => '')
    else if (writer.bytes() === 0 && job.started === null) screen.note(silence(job))
  }
}
