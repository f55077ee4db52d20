/**
 * Packing by hand, as state.md 10 orders it: seal, manifest, spec, revisions ascending. The packer itself comes
 * later; what it does to the names that others publish on has to be borne already.
 */
import {join} from 'node:path'
import {epoch, type JobId, rev} from '../../src/core/brand.js'
import {isFinal} from '../../src/core/state.js'
import {plainAuthor} from '../../src/service/service.js'
import {parseNumbered, recordName} from '../../src/store/layout.js'
import {EMPTY_MANIFEST, type Manifest, manifestPath} from '../../src/store/manifest.js'
import {listNames} from '../../src/store/read-file.js'
import {encode} from '../../src/store/record-codec.js'
import type {GodProcess, World} from './world.js'

const manifestNumber = ({service}: GodProcess): number =>
  listNames(service.durable.fs, service.layout.done).reduce(
    (top, name) => Math.max(top, parseNumbered('MANIFEST', name) ?? 0),
    0,
  )

/** One step of packing after each `next`; nothing for a job that has not ended. */
export function* packing(world: World, ids: readonly JobId[]): Generator<string> {
  const packer = world.process()
  const {jobs, durable, layout, specs} = packer.service
  const sealed = new Map<JobId, number>()
  for (const id of ids) {
    const base = jobs.read(id)
    if (base === null || !isFinal(base.record.state)) continue
    const seal = jobs.publishNext(
      base,
      {state: base.record.state, sealed: true},
      plainAuthor('packer', epoch(0)),
      'now',
    )
    if (seal !== null) sealed.set(id, seal.record.rev)
    yield `sealed ${id}`
  }
  if (sealed.size === 0) return
  const n = manifestNumber(packer) + 1
  const before = packedOf(world)
  const spans = [...sealed.keys()].map((id): [number, number] => [id, id])
  const manifest: Manifest = {
    ...EMPTY_MANIFEST,
    segments: [...before, {name: `2026/01-01.${n}.ndjson`, ids: spans}],
  }
  durable.publishNew(manifestPath(layout, n), encode(manifest), 0o644)
  durable.syncFolder(layout.done)
  yield `manifest ${n}`
  for (const [id, last] of sealed) {
    specs.remove(id)
    for (let r = 1; r <= last; r++) {
      durable.fs.unlink(join(layout.bucket(id), recordName(id, rev(r))))
      yield `unlinked ${id}.${r}`
    }
  }
}

const packedOf = (world: World): Manifest['segments'] => {
  const newest = world.disk
    .files(world.layout.done)
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .at(-1)
  return newest === undefined ? [] : JSON.parse(world.disk.text(newest) ?? '').segments
}

export const packByHand = (world: World, ids: readonly JobId[]): void => {
  for (const _ of packing(world, ids));
}
