/**
 * Epochs: the number of the leadership (state.md 7). It only grows, is claimed by exclusive link of
 * `lock/epoch.<n>`, and is carried by every record its scheduler publishes. A scheduler that finds a younger
 * one stops at once: the lease is politeness, this and the record's link are the safety.
 */
import {join} from 'node:path'
import {type Epoch, epoch} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import {raiseFormat} from './directory.js'
import type {Durable} from './disk/durable.js'
import {listNames, unlinkIfThere} from './disk/read-file.js'
import {type Layout, parseNumbered} from './layout.js'

/** Old claim files kept: an operator can see who led when. */
const EPOCHS_KEPT = 16

const claimed = (durable: Durable, layout: Layout): number[] =>
  listNames(durable.fs, layout.locks)
    .flatMap(name => parseNumbered('epoch', name) ?? [])
    .sort((a, b) => a - b)

export const youngestEpoch = (durable: Durable, layout: Layout): Epoch =>
  epoch(claimed(durable, layout).at(-1) ?? 0)

/** Who leads also raises an older directory to the format of this god. `holder`: one line for people, who leads now. `above`: an epoch that a record carries, where its claim was lost. */
export const claimEpoch = (durable: Durable, layout: Layout, holder: string, above = 0): Epoch => {
  const old = claimed(durable, layout)
  let next = Math.max(old.at(-1) ?? 0, above) + 1
  // Upward by the link's own word: a listing may be older than the claim that it does not show.
  while (!durable.publishNew(join(layout.locks, `epoch.${next}`), Buffer.from(`${holder}\n`), 0o644)) next++
  durable.syncFolder(layout.locks)
  raiseFormat(durable, layout)
  for (const n of old.slice(0, -EPOCHS_KEPT)) unlinkIfThere(durable.fs, join(layout.locks, `epoch.${n}`))
  return epoch(next)
}

export const checkEpoch = (durable: Durable, layout: Layout, mine: Epoch): void => {
  const youngest = youngestEpoch(durable, layout)
  if (youngest > mine) {
    throw new GodError(
      'E_FENCED',
      `a younger scheduler (epoch ${youngest}) has taken over from epoch ${mine}`,
    )
  }
}
