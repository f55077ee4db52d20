/** `god share`: the shares of groups and users, what they used of them, and who is first. */
import {Flags} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {reachSite} from '../src/cli/reach-site.js'
import {prose} from '../src/cli/screen/prose.js'
import {policyRemark, SHARE_COLUMNS, shareJson, shareOf, shareWords} from '../src/cli/share.js'

export default class Share extends GodCommand {
  static override summary = 'Show the shares of groups and users, and what they used of them.'

  static override description =
    prose(`DUE is the part of the site that is due to somebody among those beside him, USED his part of what they used, RATIO
the one over the other: the lower goes first. FACTOR is 1 for the user who is first in all. ME marks who you are.
CPU-HOURS counts the largest part of the site that a job keeps, in cpus, for as long as it ran; what is older than
half_life counts half. The shares stand in go-d.ini: [share.group.NAME] and [share.user.NAME].

Needs no privilege: the numbers follow from files that everybody may read.

Exit codes: 0 ok; 2 something is wrong with the words; 75 the directory does not answer.`)

  static override examples = ['<%= config.bin %> share', '<%= config.bin %> share --json']

  static override flags = {
    header: Flags.boolean({summary: 'Titles also where it is no terminal.', default: false}),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Share)
    const screen = this.screen(flags)
    const site = await reachSite(flags, screen)
    const share = shareOf(site)
    screen.show(shareJson(share), () => screen.table(SHARE_COLUMNS, share.rows, flags.header))
    for (const words of [shareWords(share), policyRemark(share)])
      if (words !== null) screen.note(`god: ${words}`)
  }
}
