/** What a request comes to on one job. Pure. */
import {type Refusal, refusal} from './errors.js'
import type {Change} from './outcome.js'

export type Effect =
  | {readonly kind: 'change'; readonly change: Change}
  /** Already so: idempotent. The text says how. */
  | {readonly kind: 'already'; readonly text: string}
  | {readonly kind: 'refused'; readonly refusal: Refusal}

export const change = (fields: Change): Effect => ({kind: 'change', change: fields})

export const already = (text: string): Effect => ({kind: 'already', text})

export const refused = (...why: Parameters<typeof refusal>): Effect => ({
  kind: 'refused',
  refusal: refusal(...why),
})
