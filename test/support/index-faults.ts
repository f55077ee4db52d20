/**
 * The one law of the index: it changes no answer. Whoever reads with it, cold or after many readings, sees the very
 * revisions that a reader of the records alone sees at this moment.
 */

import {isDeepStrictEqual} from 'node:util'
import type {Durable} from '../../src/store/disk/durable.js'
import {createJobStore, type JobStore, type Stored} from '../../src/store/jobs/job-store.js'
import type {Layout} from '../../src/store/layout.js'
import {createManifestReader} from '../../src/store/packs/manifest.js'
import {noQuarantine} from '../../src/store/quarantine.js'
import {DiskProcess} from './disk-process.js'
import type {MemoryDisk} from './memory-disk.js'

export interface IndexedDisk {
  readonly disk: MemoryDisk
  readonly layout: Layout
  durable(fs: DiskProcess): Durable
}

/** A reader without memory; `boot` left out: without the index too. */
const reader = (on: IndexedDisk, boot?: string): JobStore => {
  const fs = new DiskProcess(on.disk)
  const {layout} = on
  const manifest = createManifestReader(fs, layout)
  return createJobStore({durable: on.durable(fs), layout, manifest, quarantine: noQuarantine, boot})
}

const text = (one: Stored | undefined): string =>
  one === undefined ? 'nothing' : `${JSON.stringify(one.record)} ${one.sha256}`

/** Alike in all they say: the order of a record's fields is nobody's business. */
const alike = (one: Stored | undefined, other: Stored | undefined): boolean =>
  one?.sha256 === other?.sha256 && isDeepStrictEqual(one?.record, other?.record)

const difference = (who: string, got: readonly Stored[], truth: readonly Stored[]): readonly string[] => {
  const longer = got.length > truth.length ? got : truth
  const at = longer.findIndex((_, i) => !alike(got[i], truth[i]))
  return at < 0 ? [] : [`index: ${who} reads ${text(got[at])} for ${text(truth[at])}`]
}

/** `lasting`: stores that have read before. */
export const indexFaults = (on: IndexedDisk, lasting: readonly JobStore[] = []): readonly string[] => {
  const truth = reader(on).all()
  const uids = [...new Set(truth.map(({record}) => record.uid))]
  const cold = (): JobStore => reader(on, on.disk.boot)
  return [
    ...difference('a reader without memory', cold().all(), truth),
    ...lasting.flatMap((store, i) => difference(`reader ${i}, who has read before,`, store.all(), truth)),
    ...uids.flatMap(uid =>
      [cold(), ...lasting].flatMap((store, i) =>
        difference(
          `reader ${i} of the jobs of ${uid}`,
          store.ofUser(uid),
          truth.filter(({record}) => record.uid === uid),
        ),
      ),
    ),
  ]
}
