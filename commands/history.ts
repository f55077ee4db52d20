/** `god history`: what happened to a job. */
import {Flags} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {HISTORY_COLUMNS, historyJson, jobHistory} from '../src/cli/history.js'
import {reachSite} from '../src/cli/reach-site.js'
import {prose} from '../src/cli/screen/prose.js'
import {oneSelector} from '../src/cli/select-flags.js'
import {oneWord} from '../src/cli/selector-words.js'

export default class History extends GodCommand {
  static override summary = 'Show the transitions of a job, from its revisions.'

  static override description = prose(
    'Exit codes: 0 ok; 2 something is wrong with the words; 3 no such job; 75 the directory does not answer.',
  )

  static override examples = ['<%= config.bin %> history 42', '<%= config.bin %> history last --json']

  static override args = oneSelector

  static override flags = {
    header: Flags.boolean({summary: 'Titles also where it is no terminal.', default: false}),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(History)
    const screen = this.screen(flags)
    const history = jobHistory(await reachSite(flags, screen), await oneWord(args.job))
    screen.show(historyJson(history), () => screen.table(HISTORY_COLUMNS, history.revisions, flags.header))
  }
}
