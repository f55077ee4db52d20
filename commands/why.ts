/** `god why`: what keeps a job from starting, and what it would need. */
import {GodCommand} from '../src/cli/base-command.js'
import {reachSite} from '../src/cli/reach-site.js'
import {prose} from '../src/cli/screen/prose.js'
import {oneSelector} from '../src/cli/select-flags.js'
import {oneWord} from '../src/cli/selector-words.js'
import {planningGround, siteNow} from '../src/cli/why/planning-ground.js'
import {whyJob, whyJson, whyText} from '../src/cli/why/why.js'
import {forecastJob} from '../src/service/forecasting.js'
import {guardedPolicy} from '../src/service/guarded-policy.js'

export default class Why extends GodCommand {
  static override summary = 'Tell why a job waits, and what it would need to start.'

  static override description =
    prose(`As the last scheduling pass found it: a quota with its limit and use, room on a node, a job that
goes first, a hold, maintenance. Of a job that waits for its turn besides: its place in the queue and who is just before
it, the nodes that are left for it one demand after the other, the numbers of its priority where the policy has some, when
it starts (likely: by what its users' last two jobs took; by the walltimes: if all take what they may), and one change with
which it would start now, if there is one.

Exit codes: 0 ok; 2 something is wrong with the words; 3 no such job; 75 the directory does not answer.`)

  static override examples = ['<%= config.bin %> why 42', '<%= config.bin %> why last --json']

  static override args = oneSelector

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Why)
    const screen = this.screen(flags)
    const site = await reachSite(flags, screen)
    const note = (text: string): void => screen.note(text)
    const why = await whyJob(site, await oneWord(args.job), async (_, {id}) =>
      forecastJob(await planningGround(site, guardedPolicy, note), siteNow(site), id),
    )
    screen.show(whyJson(why), () => whyText(why))
  }
}
