/** Packed jobs for tests of the packs: sealed records of short lives, and a disk to pack them on. */

import type {TaskResult} from '../../../src/core/array/task-result.js'
import {instant, jobId, rev, token, uid} from '../../../src/core/brand.js'
import type {JobRecord, JobSpec} from '../../../src/core/job.js'
import {type PackedJob, packedJob} from '../../../src/core/packed.js'
import {createManifestReader, type ManifestReader} from '../../../src/store/packs/manifest.js'
import {type PackContext, type PackInput, pack} from '../../../src/store/packs/packer.js'
import {createPacks, type Packs} from '../../../src/store/packs/packs.js'
import {aRecord} from '../../core/builders.js'
import type {DiskProcess} from '../../support/disk-process.js'
import {DiskWorld} from '../disk/disk-world.js'

export const DAY = 24 * 3600 * 1000
export const NOON = Date.UTC(2026, 4, 31, 12)

export const sealedRecord = (id: number, ended: number, over: Partial<JobRecord> = {}): JobRecord =>
  aRecord({
    id: jobId(id),
    rev: rev(4),
    state: 'done',
    sealed: true,
    started: instant(ended - 5000),
    ended: instant(ended),
    exit: {code: 0, signal: null, oom: false},
    ...over,
  })

export const aPacked = (id: number, ended: number, over: Partial<JobRecord> = {}): PackedJob => {
  const record = sealedRecord(id, ended, over)
  const first = {...record, rev: rev(1), state: 'pending' as const, sealed: false}
  const job = packedJob([
    {record: first, writtenAt: ended - 9000},
    {record, writtenAt: ended + 1000},
  ])
  if (job === null) throw new Error('not sealed')
  return job
}

export const aSpec = (id: number, word = `job ${id}`): JobSpec => ({
  v: 1,
  id: jobId(id),
  tok: token('0'.repeat(24)),
  uid: uid(1000),
  wish: {command: {kind: 'argv', argv: ['echo', word]}},
})

export const aResult = (id: number, task: number, ended: number): TaskResult => ({
  id: jobId(id),
  task,
  state: 'done',
  attempt: 1,
  node: 'n1',
  started: instant(ended - 1000),
  ended: instant(ended),
  exit: {code: 0, signal: null, oom: false},
  usage: {cpuSeconds: 0.5, maxMemory: 4096, exact: true},
})

/** Jobs of these ids, ended one second after the other from `from` on. */
export const someJobs = (ids: readonly number[], from = NOON): PackInput['jobs'] =>
  ids.map((id, i) => ({job: aPacked(id, from + 1000 * i), spec: aSpec(id)}))

export class PackWorld extends DiskWorld {
  manifest(fs: DiskProcess = this.process()): ManifestReader {
    return createManifestReader(fs, this.layout)
  }

  packs(fs: DiskProcess = this.process()): Packs {
    return createPacks(fs, this.layout, this.manifest(fs))
  }

  /** `random`: of a process that is run again, which draws the same. */
  context(fs: DiskProcess = this.process(), random = this.random): PackContext {
    const manifest = this.manifest(fs)
    return {
      durable: this.durable(fs, random),
      layout: this.layout,
      manifest,
      packs: createPacks(fs, this.layout, manifest),
    }
  }

  pack(input: Partial<PackInput>, fs?: DiskProcess, random?: () => string): boolean {
    return pack(this.context(fs, random), {jobs: [], arrays: [], ...input})
  }

  /** Names of the newest manifest's segments. */
  segments(): string[] {
    return this.manifest()
      .newest()
      .manifest.segments.map(({name}) => name)
  }

  ids(packs: Packs = this.packs()): number[] {
    return packs
      .endedSince(0)
      .map(({id}) => id)
      .sort((a, b) => a - b)
  }

  /** Changes bytes where they stand: damage, or a flipped bit. */
  spoil(path: string, change: (bytes: Buffer) => Uint8Array): void {
    const node = this.disk.lookup(path)
    if (node === null) throw new Error(`nothing at ${path}`)
    node.bytes = change(Buffer.from(node.bytes))
    node.durableBytes = node.bytes
  }
}
