/**
 * `god submit --explain`: what would become of a job if it were submitted now: its place, the nodes that are left for it, when
 * it starts, and what would let it start at once. Queues nothing, and takes no id.
 */
import {jobId, MAX_ID} from '../../core/brand.js'
import type {DirectiveFlag} from '../../core/directives/directive.js'
import {EXIT} from '../../core/exit.js'
import type {Waiting} from '../../core/schedule.js'
import type {Forecast} from '../../core/scheduling/forecast.js'
import {neutralise} from '../../core/text.js'
import {viewOfRequest} from '../jobs/job-view.js'
import {waitingOf} from '../jobs/own-waiting.js'
import {reachSite} from '../reach-site.js'
import type {Screen} from '../screen/screen.js'
import type {Site} from '../site.js'
import {forecastJson, forecastLines} from '../why/forecast-text.js'
import {askedOf, type SubmitWords} from './command.js'
import {judgeWish, settledJson, settledText} from './submit.js'

export type ForeseeNew = (site: Site, job: Waiting) => Promise<Forecast>

export const explainSubmit = async (
  flags: SubmitWords,
  operands: readonly string[],
  known: readonly DirectiveFlag[],
  screen: Screen,
  foresee: ForeseeNew,
): Promise<number> => {
  const site = await reachSite(flags, screen)
  const {wish} = askedOf(flags, operands, known, site)
  const settled = judgeWish(site, wish)
  // The last of all that could ever be submitted, so it stands behind whoever waits.
  const job = waitingOf(viewOfRequest(site, {id: jobId(MAX_ID), wish}), wish, site.now())
  const found = await foresee(site, job)
  const reason = found.reason === null ? [] : [`it would wait: ${found.reason.text}`]
  const lines = [...reason, ...forecastLines(job, found, site.now())]
  screen.show({...settledJson(settled), reason: found.reason, forecast: forecastJson(found)}, () =>
    [settledText(settled), ...lines.map(neutralise), ''].join('\n'),
  )
  return EXIT.ok
}
