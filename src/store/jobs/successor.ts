/** What is published on a revision: the next one, only as the law allows, and the bytes of it. Pure. */
import {successionFault} from '../../core/array/law.js'
import {type Epoch, epoch, rev} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import type {JobRecord} from '../../core/job.js'
import type {Change} from '../../core/outcome.js'
import {encode} from './record-codec.js'
import type {Stored} from './revision.js'

export interface Author {
  readonly by: string
  /** Zero: no scheduler's word. */
  readonly epoch: Epoch
  /** Throws E_FENCED when a younger scheduler is there. */
  readonly check: () => void
}

/** The bytes of a revision: what was published stays as it is, for ever. */
export const encodeRecord = (record: JobRecord): Uint8Array => encode(record)

/** The next revision; only what the law allows. */
export const successor = (base: Stored, change: Change, author: Author): JobRecord => {
  const next: JobRecord = {
    ...base.record,
    ...change,
    rev: rev(base.record.rev + 1),
    epoch: epoch(Math.max(author.epoch, base.record.epoch)),
    prev: {rev: base.record.rev, sha256: base.sha256},
    by: author.by,
  }
  const fault = successionFault(base.record, next)
  if (fault !== null) throw new GodError('E_BUG', `job ${next.id}: ${fault}`)
  return next
}
