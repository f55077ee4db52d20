/**
 * The one law of the index: it changes no answer. Whoever reads with it, cold or after many readings, sees the very
 * revisions that a reader of the records alone sees at this moment.
 */

import type {Durable} from '../../src/store/durable.js'
import {createJobStore, type JobStore, type Stored} from '../../src/store/job-store.js'
import type {Layout} from '../../src/store/layout.js'
import {createManifestReader} from '../../src/store/manifest.js'
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

const texts = (all: readonly Stored[]): readonly string[] =>
  all.map(({record, sha256}) => `${JSON.stringify(record)} ${sha256}`)

const difference = (who: string, got: readonly Stored[], truth: readonly Stored[]): readonly string[] => {
  const [mine, theirs] = [texts(got), texts(truth)]
  const at = theirs.findIndex((text, i) => text !== mine[i])
  if (at < 0 && mine.length === theirs.length) return []
  const where = at < 0 ? theirs.length : at
  return [`index: ${who} reads ${mine[where] ?? 'nothing'} for ${theirs[where] ?? 'nothing'}`]
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
