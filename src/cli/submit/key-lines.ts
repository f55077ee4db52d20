/** Keys in a file of jobs: judged before anything is queued, also against each other. */

import {namesIn} from '../../core/dependency/line-names.js'
import {GodError} from '../../core/errors.js'
import type {Wish} from '../../core/job.js'
import {sameWish} from '../../core/same-wish.js'
import type {Site} from '../site.js'
import type {Judge} from './job-lines.js'
import {hasKey, holderOf} from './keyed-submit.js'

export const judgingKeys = (site: Site, judge: Judge): Judge => {
  const seen = new Map<string, Wish>()
  const [image] = site.configuration.settings.default_images
  return wish => {
    const settled = judge(wish)
    if (!hasKey(wish)) return settled
    const before = seen.get(wish.key)
    if (before !== undefined && !sameWish(before, wish, image))
      throw new GodError(
        'E_KEY_TAKEN',
        `another line has the key '${wish.key}', and asks for something else`,
        'Give each job a key of its own.',
      )
    seen.set(wish.key, wish)
    // With names it is compared when they have become ids.
    if (namesIn(wish.depend ?? '').length === 0) holderOf(site, wish)
    return settled
  }
}

/** It would be that of every line. */
export const checkNoKey = (key: string | undefined): void => {
  if (key !== undefined)
    throw new GodError(
      'E_USAGE',
      'with --from each line has a key of its own, so --key has no place',
      'Write "key" into the lines.',
    )
}
