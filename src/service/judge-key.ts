/**
 * A key that a user gave to his job (docs/decisions/0027-keys.md): the job that holds it already, or none. Judged by the
 * scheduler alone, after the id; the client has looked before, so what is found here came between the two.
 */
import {type JobId, uid} from '../core/brand.js'
import {type Refusal, refusal} from '../core/errors.js'
import type {Wish} from '../core/job.js'
import type {SubmitRequest} from '../core/request.js'
import {sameWish} from '../core/same-wish.js'
import {keyHolders, keyToken} from '../store/requests/keys.js'
import {isRecordBad, readIfReadable} from './readable-jobs.js'
import type {Service} from './service.js'

/** Null: the key is free, or is this job's. 'wait': nobody can tell now. */
export type KeyVerdict = {readonly holder: JobId} | {readonly refusal: Refusal} | 'wait' | null

export const keyTaken = (id: JobId): Refusal =>
  refusal(
    'E_KEY_TAKEN',
    `job ${id} has this key, and was asked for something else`,
    `See 'god show ${id}'; give the new job a key of its own.`,
  )

const orNull = <T>(act: () => T | null): T | null => {
  try {
    return act()
  } catch (error) {
    if (isRecordBad(error)) return null
    throw error
  }
}

/** Live names first, then the manifest. A packed one that is damaged is there all the same. */
const isThere = ({packs, manifest}: Service, id: JobId, live: object | null): boolean =>
  live !== null || (manifest.now()(id) && !packs.isDropped(id))

/** Null: it is lost, or cannot be read. */
const wishOf = ({specs, packs}: Service, id: JobId): Wish | null => {
  const found = specs.look(id)
  return found.kind === 'whole' ? found.spec.wish : orNull(() => packs.spec(id)?.wish ?? null)
}

const judgeHolder = (service: Service, holder: JobId, wish: Wish): KeyVerdict => {
  const live = readIfReadable(service, holder)
  if (live === 'unread') return 'wait'
  if (!isThere(service, holder, live)) return null
  const before = wishOf(service, holder)
  const [image] = service.settings.admission.defaultImages
  return before === null || sameWish(before, wish, image) ? {holder} : {refusal: keyTaken(holder)}
}

export const judgeKey = (service: Service, request: SubmitRequest, owner: number): KeyVerdict => {
  const {tok, id, wish, cluster} = request
  if (wish.key === undefined) return null
  // Else somebody could drop two requests with one key.
  if (tok !== keyToken(cluster, uid(owner), wish.key))
    return {
      refusal: refusal(
        'E_REQUEST_BAD',
        'the token of the request is not that of its key',
        'Use `god submit`.',
      ),
    }
  for (const holder of keyHolders(service.durable.fs, service.layout, tok)) {
    if (holder === id) return null
    const verdict = judgeHolder(service, holder, wish)
    if (verdict !== null) return verdict
  }
  return null
}
