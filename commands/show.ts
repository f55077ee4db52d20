/** `god show`: all that is known of one job. */

import {GodCommand} from '../src/cli/base-command.js'
import {reachSite} from '../src/cli/reach-site.js'
import {prose} from '../src/cli/screen/prose.js'
import {parseTemplate, renderTemplate} from '../src/cli/screen/template.js'
import {formatFlags, oneSelector} from '../src/cli/select-flags.js'
import {oneWord} from '../src/cli/selector-words.js'
import {showJob, showJson, showText} from '../src/cli/show.js'

export default class Show extends GodCommand {
  static override summary = 'Show all that is known of a job, with its command if it is yours.'

  static override description = prose(
    'Exit codes: 0 ok; 2 something is wrong with the words; 3 no such job; 75 the directory does not answer.',
  )

  static override examples = ['<%= config.bin %> show 42', '<%= config.bin %> show last --json']

  static override args = oneSelector

  static override flags = formatFlags

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Show)
    const screen = this.screen(flags)
    const template = flags.format === undefined ? null : parseTemplate(flags.format)
    const site = await reachSite(flags, screen)
    const shown = showJob(site, await oneWord(args.job))
    screen.show(showJson(shown), () =>
      template === null
        ? showText(shown, site.now(), screen.style)
        : renderTemplate(template, [shown.job], site.now()),
    )
  }
}
