/** `god whoami`: what the site knows of the caller, and what he may use. */
import {GodCommand} from '../src/cli/base-command.js'
import {reachSite} from '../src/cli/reach-site.js'
import {prose} from '../src/cli/screen/prose.js'
import {whoAmI, whoAmIJson, whoAmIText} from '../src/cli/whoami.js'

export default class WhoAmI extends GodCommand {
  static override summary = 'Tell what the site knows of me, and what I may use.'

  static override description =
    prose(`Volumes, projects, images, limits of a job, and quotas with what is used of them. Where accounts are not the
host's own (auth_policy), groups are those that the site knew when a job of mine last came in or started; else, and before
that, those of this process. A job gets those that the site's accounts tell when it starts.

Exit codes: 0 ok; 2 something is wrong with the words; 75 the directory does not answer.`)

  static override examples = ['<%= config.bin %> whoami', '<%= config.bin %> whoami --json']

  async run(): Promise<void> {
    const {flags} = await this.parse(WhoAmI)
    const screen = this.screen(flags)
    const site = await reachSite(flags, screen)
    const me = whoAmI(site)
    screen.show(whoAmIJson(me), () => whoAmIText(me, screen.style))
  }
}
