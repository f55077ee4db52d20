/**
 * A shared directory full of waiting jobs, made in seconds: the records that admission makes, by the store's own encoder,
 * written without syncs. As if each job had been submitted and admitted.
 */
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {admit} from '../src/core/admission.js'
import {epoch, instant, jobId, rev, token} from '../src/core/brand.js'
import type {Wish} from '../src/core/job.js'
import {admissionPolicy, parseSettings} from '../src/core/settings/settings.js'
import {encodeRecord} from '../src/store/jobs/job-store.js'
import {encode} from '../src/store/jobs/record-codec.js'
import {bucketOf, type Layout, recordName} from '../src/store/layout.js'

export interface Account {
  readonly uid: number
  readonly name: string
}

export interface LiveState {
  readonly layout: Layout
  readonly jobs: number
  /** Whose the job is. */
  readonly owner: (id: number) => Account
  readonly cpus: number
  /** Epoch milliseconds of the first submission; one more a second. */
  readonly from: number
}

const POLICY = admissionPolicy(parseSettings([]), {images: true}, true)

const wishOf = (id: number, cpus: number): Wish => ({
  name: `job-${id % 100}`,
  command: {kind: 'argv', argv: ['sh', '-c', `echo ${id}`]},
  image: 'busybox',
  cpus,
  memory: 64 << 20,
  // Whatever starts stays.
  env: {FAKE_SECONDS: 'forever'},
})

const admitted = ({owner, cpus, from}: LiveState, id: number) => {
  const {uid, name} = owner(id)
  const answer = admit(
    {
      id: jobId(id),
      tok: token(id.toString(16).padStart(24, '0')),
      wish: wishOf(id, cpus),
      account: {uid, gid: uid, groups: [uid], name, home: `/home/${name}`},
      groups: new Map(),
      operator: false,
      now: instant(from + id * 1000),
      epoch: epoch(1),
    },
    POLICY,
    [],
  )
  if (!('record' in answer)) throw new Error(answer.message)
  return answer
}

export const writeLiveState = (state: LiveState): void => {
  const {layout, jobs} = state
  for (let id = 1; id <= jobs; id++) {
    const bucket = layout.bucket(id)
    const specs = layout.specBucket(id)
    if (id === 1 || bucketOf(id) !== bucketOf(id - 1)) for (const folder of [bucket, specs]) mkdirSync(folder)
    const {record, spec} = admitted(state, id)
    writeFileSync(join(bucket, recordName(record.id, rev(1))), encodeRecord(record), {mode: 0o644})
    writeFileSync(layout.spec(record.id), encode(spec), {mode: 0o600})
  }
  writeFileSync(join(layout.hints, String(jobs + 1)), '')
}
