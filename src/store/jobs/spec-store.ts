/** Private specs: written once at admission, by exclusive link; readable by the service alone (state.md 2). */
import type {JobId} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import {type JobSpec, parseSpec} from '../../core/job.js'
import type {Durable} from '../disk/durable.js'
import {readFile, unlinkIfThere} from '../disk/read-file.js'
import type {Layout} from '../layout.js'
import type {Quarantine} from '../quarantine.js'
import {decode, encode} from './record-codec.js'

export interface SpecStore {
  /** The spec that is there afterwards: ours, or the one that an earlier try left. */
  publish(spec: JobSpec): JobSpec
  /** The same together with others that are published now. */
  publishBeside(spec: JobSpec): Promise<JobSpec>
  /** Null: none. A damaged one is an error for this job alone. */
  read(id: JobId): JobSpec | null
  remove(id: JobId): void
  /** What is there of this spec stays through a power loss, after the next `syncPending`. */
  settle(id: JobId): void
}

export const createSpecStore = (durable: Durable, layout: Layout, quarantine: Quarantine): SpecStore => {
  /** Null: none (any more). A damaged one is moved away. */
  const look = (id: JobId): JobSpec | {readonly why: string; readonly moved: boolean} | null => {
    const file = readFile(durable.fs, layout.spec(id))
    if (file === null) return null
    const parsed = decode(file.bytes, parseSpec)
    if (parsed.ok && parsed.value.id === id) return parsed.value
    const why = parsed.ok ? 'its content is of another job' : parsed.why
    return {why, moved: quarantine.take(layout.spec(id), file.stat.ino, why)}
  }

  const settle = (id: JobId): void => {
    durable.makeFolder(layout.specBucket(id), 0o700)
    durable.syncLater(layout.specBucket(id))
  }

  /** What an earlier try left under the name; null: nothing any more, so it is free. */
  const left = (id: JobId): JobSpec | null => {
    const found = look(id)
    if (found === null || 'wish' in found) return found
    if (!found.moved) throw damaged(id, found.why)
    return null
  }

  return {
    settle,
    read: id => {
      const found = look(id)
      if (found === null || 'wish' in found) return found
      throw damaged(id, found.why)
    },
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

const damaged = (id: JobId, why: string): GodError =>
  new GodError('E_RECORD_BAD', `the spec of job ${id} is damaged: ${why}`, 'Submit the job again.')
