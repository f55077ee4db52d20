/** A user's hands on a shared directory, in this process: the functions behind the commands, without their start-up. */
import {planControl, requestControl} from '../../src/cli/control/control.js'
import {NO_FILTERS} from '../../src/cli/jobs/listing.js'
import {openSite} from '../../src/cli/site.js'
import {submitJob} from '../../src/cli/submit/submit.js'
import {type JobId, jobId} from '../../src/core/brand.js'
import type {JobRecord, Wish} from '../../src/core/job.js'
import type {ControlOp} from '../../src/core/request.js'

export interface Hands {
  submit(wish: Wish): JobId
  control(op: ControlOp, ...ids: readonly number[]): void
  /** Null: nobody has admitted it yet. */
  record(id: number): JobRecord | null
  /** All that were admitted, by their names. */
  named(): ReadonlyMap<string, JobRecord>
}

export const openHands = (dir: string): Hands => {
  const site = openSite({dir})
  return {
    submit: wish => submitJob(site, wish).id,
    control: (op, ...ids) => {
      const choice = {wish: {op}, selectors: ids.map(String), filters: NO_FILTERS, dryRun: false}
      requestControl(site, choice, planControl(site, choice))
    },
    named: () => new Map(site.jobs.all().map(({record}) => [record.name, record])),
    record: id => site.jobs.read(jobId(id))?.record ?? null,
  }
}
