/** One job in a store, and what its tests do with it: publish its life, pack it by hand, look for what is left. */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {jobId, rev} from '../../../src/core/brand.js'
import type {Change} from '../../../src/core/outcome.js'
import type {FileSystem} from '../../../src/store/disk/file-system.js'
import type {Stored} from '../../../src/store/jobs/job-store.js'
import {aRecord, NONCE} from '../../core/builders.js'
import type {DiskProcess} from '../../support/disk-process.js'
import {author, DiskWorld} from '../disk/disk-world.js'

export const ID = jobId(7)
export const FIRST = aRecord({id: ID, rev: rev(1)})
export const CONTAINER = {name: 'god-x-7-1', id: null, nonce: NONCE, engine: null}

/** A life: pending, starting, running, done. */
export const LIFE: readonly Change[] = [
  {state: 'starting', node: 'n1', container: CONTAINER},
  {state: 'running', started: FIRST.submitted},
  {state: 'done', ended: FIRST.submitted, exit: {code: 0, signal: null, oom: false}},
]
export const SEAL: Change = {state: 'done', sealed: true}

/** All revisions, ascending, as a packer does. */
export const unlinkAll = (fs: FileSystem, folder: string): void => {
  const names = fs.readdir(folder).filter(name => /^7\.\d+\.json$/.test(name))
  for (const name of names.sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1])))
    fs.unlink(join(folder, name))
}

export class OneJob {
  readonly world = new DiskWorld()
  /** The folder of its revisions. */
  readonly live = this.world.layout.bucket(ID)

  /** `published` false: its admission is the test's. */
  constructor(published = true) {
    if (published) this.world.jobs().publishFirst(FIRST, 'now')
  }

  readonly read = (): Stored => this.world.jobs().read(ID) ?? assert.fail('no job')

  readonly publish = (base: Stored, change: Change, fs?: DiskProcess): Stored | null =>
    this.world.jobs(fs).publishNext(base, change, author(), 'now')

  readonly advance = (...changes: readonly Change[]): Stored => {
    for (const change of changes) assert.notEqual(this.publish(this.read(), change), null)
    return this.read()
  }

  readonly manifest = (): void => this.world.packed(1, ID)

  readonly unlink = (r: number): void => this.world.process().unlink(join(this.live, `7.${r}.json`))

  readonly names = (): string[] => [...this.world.process().readdir(this.live)].sort()

  readonly nothingIsWrong = (): void => {
    assert.deepEqual(this.world.disk.files('/god/quarantine'), [])
    assert.deepEqual(this.world.temporaries(), [])
  }
}

/** For `describe`: a fresh one for each test, and its verbs. */
export const oneJobForEach = () => {
  let job = new OneJob()
  const begin = (published = true): void => {
    job = new OneJob(published)
  }
  beforeEach(() => begin())
  return {
    /** Anew, in the middle of a test. */
    begin,
    get world() {
      return job.world
    },
    get live() {
      return job.live
    },
    read: (): Stored => job.read(),
    publish: (base: Stored, change: Change, fs?: DiskProcess) => job.publish(base, change, fs),
    advance: (...changes: readonly Change[]) => job.advance(...changes),
    manifest: (): void => job.manifest(),
    unlink: (r: number): void => job.unlink(r),
    names: () => job.names(),
    nothingIsWrong: (): void => job.nothingIsWrong(),
  }
}
