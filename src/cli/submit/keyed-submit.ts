/**
 * `god submit --key`: one job a key, however often and from wherever it is asked for (docs/decisions/0027-keys.md).
 *
 * The request of a key has one name, so of two at once one is dropped and the other finds it. Requests are read before
 * jobs, for the service notes the job before it takes the request away; and once more after our request is there, for it
 * may have noted one in between. Then ours is taken back before its id is told: taken meanwhile, it becomes no job either.
 * A crash leaves a request whose id nobody was told, which the next call finds, or a claim that is burned.
 */
import {join} from 'node:path'
import type {JobId} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import type {Wish} from '../../core/job.js'
import type {SubmitRequest} from '../../core/request.js'
import {sameWish} from '../../core/same-wish.js'
import {requestName} from '../../store/layout.js'
import {linkRequest, takeBack, tellOfRequest, waitingRequest} from '../../store/requests/drop-folder.js'
import {keyHolders, keyToken} from '../../store/requests/keys.js'
import {decodeRequest} from '../../store/requests/request-codec.js'
import {specOf} from '../jobs/packed-jobs.js'
import type {Site} from '../site.js'
import {CLAIM_GOOD, claimAbove, greatestParent, requestFor} from './submit.js'

/** What is needed of a site. */
export type KeyedSite = Pick<
  Site,
  'durable' | 'layout' | 'uid' | 'format' | 'random' | 'now' | 'jobs' | 'packs' | 'specs'
> & {readonly configuration: {readonly settings: {readonly default_images: readonly string[]}}}

/** Who has the key. `wish` null: what it was asked for cannot be read any more. */
interface Holder {
  readonly id: JobId
  readonly wish: Wish | null
}

type Keying = Wish & {readonly key: string}
type Keyed = SubmitRequest & {readonly wish: {readonly key: string}}

const orBad = <T>(act: () => T, bad: T): T => {
  try {
    return act()
  } catch (error) {
    if (error instanceof GodError && error.code === 'E_RECORD_BAD') return bad
    throw error
  }
}

/** One that nobody has taken. */
const waiting = (site: KeyedSite, request: SubmitRequest): Holder | null => {
  const bytes = waitingRequest(site, request.tok)
  const parsed = bytes === null ? null : decodeRequest(bytes)
  return parsed?.ok === true && parsed.value.op === 'submit' ? parsed.value : null
}

/** Live names first, then the manifest. A job that is damaged is there all the same. */
const isThere = (site: KeyedSite, id: JobId): boolean =>
  orBad(() => site.jobs.read(id) !== null || site.packs.job(id) !== null, true)

const admitted = (site: KeyedSite, {tok}: SubmitRequest): Holder | null => {
  const id = keyHolders(site.durable.fs, site.layout, tok).find(each => isThere(site, each))
  return id === undefined ? null : {id, wish: orBad(() => specOf(site, id)?.wish ?? null, null)}
}

const checked = (site: KeyedSite, {wish}: SubmitRequest, holder: Holder): JobId => {
  const [image] = site.configuration.settings.default_images
  if (holder.wish === null || sameWish(holder.wish, wish, image)) return holder.id
  throw new GodError(
    'E_KEY_TAKEN',
    `job ${holder.id} has the key '${wish.key}', and was asked for something else`,
    `See 'god show ${holder.id}'; give the new job a key of its own.`,
  )
}

const keyed = (site: KeyedSite, wish: Keying): Keyed => ({
  ...requestFor(site, wish),
  tok: keyToken(site.format.cluster, site.uid, wish.key),
  wish,
})

export const hasKey = (wish: Wish): wish is Keying => wish.key !== undefined

const holding = (site: KeyedSite, request: SubmitRequest): Holder | null =>
  waiting(site, request) ?? admitted(site, request)

/** Whatever it was asked for. */
export const isKeyTaken = (site: KeyedSite, wish: Keying): boolean =>
  holding(site, keyed(site, wish)) !== null

/** The job that has the key of this wish. E_KEY_TAKEN: it was asked for something else. */
export const holderOf = (site: KeyedSite, wish: Keying): JobId | null => {
  const request = keyed(site, wish)
  const holder = holding(site, request)
  return holder === null ? null : checked(site, request, holder)
}

/** Null: somebody else was faster, or our claim grew too old. */
const drop = (site: KeyedSite, draft: Keyed): SubmitRequest | null => {
  const claimedAt = site.now()
  const request = {...draft, id: claimAbove(site, greatestParent(draft.wish))}
  return linkRequest(site, request, () => site.now() - claimedAt < CLAIM_GOOD) ? request : null
}

/** So often somebody may be faster, who is gone again at the next look. */
const MOST_TRIES = 16

/** It keeps the name, and tells nothing. */
const unreadable = ({layout, uid}: KeyedSite, {tok, wish}: Keyed): GodError =>
  new GodError(
    'E_DIR_BUSY',
    `the request that has the key '${wish.key}' cannot be read: ${join(layout.dropFolder(uid), requestName(tok))}`,
    'The next pass takes it away: submit again then, or remove it yourself.',
  )

export interface Once {
  readonly id: JobId
  /** Null: the job was there. */
  readonly request: SubmitRequest | null
}

export const submitOnce = (site: KeyedSite, wish: Keying): Once => {
  const draft = keyed(site, wish)
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const there = holderOf(site, wish)
    if (there !== null) return {id: there, request: null}
    const request = drop(site, draft)
    if (request === null) continue
    const other = admitted(site, request)
    if (other === null || other.id === request.id) {
      tellOfRequest(site)
      return {id: request.id, request}
    }
    takeBack(site, request.tok)
  }
  throw unreadable(site, draft)
}
