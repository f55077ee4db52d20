/**
 * The jobs whose newest revision this process could not read (state.md 6): each costs itself alone, and is tried again
 * at each look. What was last known of them stays, so that nobody takes their place meanwhile; it is no base to decide
 * on. Of this process alone: the next one finds them again.
 */
import type {JobId} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import {isUnread, type Stored, type Top, type Unread} from './revision.js'

export interface UnreadJobs {
  readonly all: ReadonlyMap<JobId, Unread>
  /** What may be decided on; null: it is not there, or noted here. `known`: what we knew of it. */
  sift(id: JobId, top: Top, known: Stored | null): Stored | null
  forget(id: JobId): void
  /** Throws E_RECORD_BAD of one that is noted. */
  check(id: JobId): void
}

const newer = (one: Stored | null, other: Stored | null): Stored | null => {
  if (one === null || other === null) return one ?? other
  return one.record.rev > other.record.rev ? one : other
}

/** As people meet it. */
export const unreadError = (id: JobId, {path, errno}: Unread): GodError =>
  new GodError(
    'E_RECORD_BAD',
    `the record of job ${id} cannot be read: ${path} (${errno})`,
    "It is left as it is until it can be read; check the disk, then see 'god fsck'.",
  )

export const createUnreadJobs = (): UnreadJobs => {
  const all = new Map<JobId, Unread>()
  const note = (id: JobId, unread: Unread, known: Stored | null): void => {
    const before = all.get(id)
    const last = newer(newer(unread.last, known), before?.last ?? null)
    // The same object while it is the same: whatever was made of it holds.
    if (before?.path === unread.path && before.last?.sha256 === last?.sha256) return
    all.set(id, {...unread, last})
  }
  return {
    all,
    sift: (id, top, known) => {
      if (isUnread(top)) {
        note(id, top, known)
        return null
      }
      all.delete(id)
      return top
    },
    forget: id => {
      all.delete(id)
    },
    check: id => {
      const unread = all.get(id)
      if (unread !== undefined) throw unreadError(id, unread)
    },
  }
}

/** One line for a log. */
export const unreadLine = (id: JobId, unread: Unread): string =>
  `${unreadError(id, unread).message}; it is left as it is`
