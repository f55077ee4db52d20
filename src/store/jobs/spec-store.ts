/** Private specs: written once at admission, by exclusive link; readable by the service alone (state.md 2). */
import type {JobId, Uid} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import {type JobSpec, parseSpec} from '../../core/job.js'
import {readOrErrno} from '../disk/bad-sector.js'
import type {Durable} from '../disk/durable.js'
import type {FileSystem} from '../disk/file-system.js'
import {readRegular} from '../disk/guarded-open.js'
import {MAX_STATE_BYTES, unlinkIfThere} from '../disk/read-file.js'
import type {Layout} from '../layout.js'
import type {Quarantine} from '../quarantine.js'
import {decode, encode} from './record-codec.js'

export type SpecLook =
  | {readonly kind: 'whole'; readonly spec: JobSpec}
  | {readonly kind: 'none'}
  /** `moved`: by us, so its name is free. */
  | {readonly kind: 'damaged'; readonly error: GodError; readonly moved: boolean}
  /** On a bad sector: it is there, and may be read another time. */
  | {readonly kind: 'unread'; readonly error: GodError}

export interface SpecStore {
  /** The spec that is there afterwards: ours, or the one that an earlier try left. */
  publish(spec: JobSpec): JobSpec
  /** The same together with others that are published now. */
  publishBeside(spec: JobSpec): Promise<JobSpec>
  /** What is there; a damaged one is set aside. */
  look(id: JobId): SpecLook
  /** Null: none. One that is damaged or cannot be read is an error for this job alone. */
  read(id: JobId): JobSpec | null
  remove(id: JobId): void
  /** What is there of this spec stays through a power loss, after the next `syncPending`. */
  settle(id: JobId): void
}

export const createSpecStore = (durable: Durable, layout: Layout, quarantine: Quarantine): SpecStore => {
  const look = (id: JobId): SpecLook => {
    const path = layout.spec(id)
    const file = readOrErrno(durable.fs, path)
    if (file === null) return {kind: 'none'}
    if ('errno' in file) return {kind: 'unread', error: unread(id, path, file.errno)}
    const parsed = decode(file.bytes, parseSpec)
    if (parsed.ok && parsed.value.id === id) return {kind: 'whole', spec: parsed.value}
    const why = parsed.ok ? 'its content is of another job' : parsed.why
    return {kind: 'damaged', error: damaged(id, why), moved: quarantine.take(path, file.stat.ino, why)}
  }

  const read = (id: JobId): JobSpec | null => {
    const found = look(id)
    if ('error' in found) throw found.error
    return found.kind === 'whole' ? found.spec : null
  }

  const settle = (id: JobId): void => {
    durable.makeFolder(layout.specBucket(id), 0o700)
    durable.syncLater(layout.specBucket(id))
  }

  /** What an earlier try left under the name; null: nothing any more, so it is free. */
  const left = (id: JobId): JobSpec | null => {
    const found = look(id)
    if (found.kind === 'unread' || (found.kind === 'damaged' && !found.moved)) throw found.error
    return found.kind === 'whole' ? found.spec : null
  }

  return {
    settle,
    look,
    read,
    publish: spec => {
      settle(spec.id)
      while (!durable.publishNew(layout.spec(spec.id), encode(spec), 0o600)) {
        const other = left(spec.id)
        if (other !== null) return other
      }
      return spec
    },
    publishBeside: async spec => {
      durable.makeFolder(layout.specBucket(spec.id), 0o700)
      let other: JobSpec | null = null
      while (other === null && !(await durable.publishBeside(layout.spec(spec.id), encode(spec), 0o600)))
        other = left(spec.id)
      // Only now: a sync that others ask for meanwhile does not cover the name.
      settle(spec.id)
      return other ?? spec
    },
    remove: id => {
      unlinkIfThere(durable.fs, layout.spec(id))
    },
  }
}

/** His own copy, for his eyes: nothing is decided on it. Null: it is not there, or no whole one. */
export const readSpecCopy = (fs: FileSystem, layout: Layout, owner: Uid, id: JobId): JobSpec | null => {
  const bytes = readRegular(fs, layout.specCopy(owner, id), MAX_STATE_BYTES)
  const parsed = bytes === null ? null : decode(bytes, parseSpec)
  return parsed?.ok === true && parsed.value.id === id ? parsed.value : null
}

const unread = (id: JobId, path: string, why: string): GodError =>
  new GodError(
    'E_RECORD_BAD',
    `the spec of job ${id} cannot be read: ${path} (${why})`,
    "It is left as it is until it can be read; check the disk, then see 'god fsck'.",
  )

const damaged = (id: JobId, why: string): GodError =>
  new GodError('E_RECORD_BAD', `the spec of job ${id} is damaged: ${why}`, 'Submit the job again.')
