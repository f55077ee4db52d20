/** The stores of one shared directory on the in-memory disk, for tests that need no engine and no passes. */
import {type Epoch, epoch, uid} from '../../../src/core/brand.js'
import {type Format, initDirectory} from '../../../src/store/directory.js'
import {createDurable, type Durable} from '../../../src/store/disk/durable.js'
import type {FileSystem} from '../../../src/store/disk/file-system.js'
import {writeHalt} from '../../../src/store/halt.js'
import {type Author, createJobStore, type JobStore} from '../../../src/store/jobs/job-store.js'
import {encode} from '../../../src/store/jobs/record-codec.js'
import {createSpecStore, type SpecStore} from '../../../src/store/jobs/spec-store.js'
import {layoutOf} from '../../../src/store/layout.js'
import {createManifestReader, manifestPath} from '../../../src/store/packs/manifest.js'
import {createQuarantine} from '../../../src/store/quarantine.js'
import {ManualClock} from '../../support/clock.js'
import {DiskProcess} from '../../support/disk-process.js'
import {MemoryDisk} from '../../support/memory-disk.js'

export const CLUSTER = '5f0a1c9e-2b1d-4f3a-9c77-0123456789ab'
export const FORMAT: Format = {format: 2, cluster: CLUSTER, mode: 'single', fs: 'local'}
export const ANN = uid(1000)

type Spans = readonly (readonly [number, number])[]

interface FirstManifest {
  readonly segments: readonly {readonly name: string; readonly ids: Spans}[]
  readonly dropped: Spans
}

/** Tokens that nobody else draws. */
export const tokens = (prefix: string): (() => string) => {
  let n = 0
  return () => `${prefix}${(++n).toString(16).padStart(24 - prefix.length, '0')}`
}

export const author = (by = 'watcher', at: Epoch = epoch(0)): Author => ({
  by,
  epoch: at,
  check: () => undefined,
})

export class DiskWorld {
  readonly clock = new ManualClock()
  readonly disk = new MemoryDisk(this.clock.now)
  readonly layout = layoutOf('/god')
  readonly random = tokens('')

  /** A directory that is there and on the disk. */
  constructor() {
    initDirectory(this.durable(), this.layout, FORMAT, '')
    this.disk.syncAll()
  }

  process(user: number = ANN): DiskProcess {
    return new DiskProcess(this.disk, user)
  }

  durable(fs: FileSystem = this.process(), random = this.random): Durable {
    return createDurable({fs, random, halt: why => writeHalt(fs, this.layout, why)})
  }

  /** `boot`: of the index that it reads and writes; left out: none. */
  jobs(fs: FileSystem = this.process(), random = this.random, boot?: string): JobStore {
    const {layout} = this
    return createJobStore({
      boot,
      durable: this.durable(fs, random),
      layout,
      manifest: createManifestReader(fs, layout),
      quarantine: createQuarantine(fs, layout, random),
    })
  }

  specs(fs: FileSystem = this.process()): SpecStore {
    return this.specsOn(this.durable(fs))
  }

  specsOn(durable: Durable): SpecStore {
    return createSpecStore(durable, this.layout, createQuarantine(durable.fs, this.layout, this.random))
  }

  /** Publishes a manifest by hand, of the first version: without segments to read. */
  publishManifest(n: number, manifest: Partial<FirstManifest>): void {
    this.write(manifestPath(this.layout, n), encode({v: 1, segments: [], dropped: [], ...manifest}))
  }

  /** As packing does it: the manifest first, then the revisions, ascending. */
  packed(n: number, id: number): void {
    this.publishManifest(n, {segments: [{name: 's', ids: [[id, id]]}]})
  }

  /** Puts bytes at a path, without any protocol: what was there is replaced by another file. */
  write(path: string, bytes: Uint8Array | string, mode = 0o600, user: number = ANN): void {
    const fs = this.process(user)
    if (this.disk.lookup(path) !== null) fs.unlink(path)
    const fd = fs.open(path, 'create', mode)
    fs.write(fd, Buffer.from(bytes))
    fs.close(fd)
  }

  bytes(path: string): Uint8Array {
    const node = this.disk.lookup(path)
    if (node === null) throw new Error(`nothing at ${path}`)
    return node.bytes
  }

  exists(path: string): boolean {
    return this.disk.lookup(path) !== null
  }

  /** Temporary files that somebody left. */
  temporaries(): string[] {
    return this.disk.files('/').filter(path => path.includes('/.t.'))
  }
}
