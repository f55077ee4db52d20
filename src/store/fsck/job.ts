/**
 * One job: its revisions, its spec, and what its record says of itself (state.md 6 and 14). What is being packed
 * meanwhile is left out: nothing is called damaged before the manifest was read after the listing.
 */
import {arrayFault} from '../../core/array/law.js'
import {partRecords, taskContainerName} from '../../core/array/view.js'
import type {JobId} from '../../core/brand.js'
import {containerName, containerStem} from '../../core/container.js'
import {parentsOf, parseDepend} from '../../core/dependency/depend-text.js'
import {type JobRecord, type JobSpec, parseRecord, parseSpec} from '../../core/job.js'
import {isAllocated, isFinal} from '../../core/state.js'
import {decode, sha256} from '../jobs/record-codec.js'
import {revisionPath, type Stored} from '../jobs/revision.js'
import {PRUNING} from '../packs/prune.js'
import {type Fault, type Judged, judgeChain, type Link} from './chain.js'
import type {Finding} from './finding.js'
import {accessFindings} from './owners.js'
import type {Place} from './place.js'
import {see, unseenFinding} from './seen.js'

/** What the other checks need of a job. */
export interface JobSeen {
  readonly id: JobId
  /** Null: no revision counts. */
  readonly top: Pick<JobRecord, 'uid' | 'state' | 'attempt' | 'container'> | null
  /** Of an array the whole record: its tasks have containers of their own. */
  readonly array: JobRecord | null
  /** The greatest of its revisions. */
  readonly epoch: number
  /** Where it is all that there is of the job; else null. */
  readonly alone: JobSpec | null
}

interface Read<T> {
  readonly value: T
  readonly findings: readonly Finding[]
}

const readLink = (place: Place, id: JobId, rev: number): Read<Link | null> => {
  const path = revisionPath(place.layout, id, rev)
  const seen = see(place.fs, path)
  if (seen.kind === 'gone') return {value: null, findings: []}
  if (seen.kind !== 'read') {
    const link: Link = {rev, ino: seen.stat.ino, read: {kind: 'unseen'}}
    return {value: link, findings: [unseenFinding(path, seen, id)]}
  }
  const {ino} = seen.stat
  const findings = accessFindings(place, path, seen.stat, 0o022)
  const parsed = decode(seen.bytes, parseRecord)
  if (!parsed.ok) return {value: {rev, ino, read: {kind: 'bad', why: parsed.why}}, findings}
  const record = parsed.value
  if (record.id !== id || record.rev !== rev) {
    const why = `it tells of revision ${record.rev} of job ${record.id}`
    return {value: {rev, ino, read: {kind: 'bad', why}}, findings}
  }
  return {value: {rev, ino, read: {kind: 'whole', stored: {record, sha256: sha256(seen.bytes)}}}, findings}
}

/** `kept`: has a second name in quarantine. */
const faultFinding = (place: Place, id: JobId, fault: Fault, kept: (ino: number) => boolean): Finding => {
  if (fault.id === 'F_HISTORY') {
    const path = revisionPath(place.layout, id, fault.missing)
    return {id: 'F_HISTORY', path, text: `revision ${fault.missing} is missing`, job: id}
  }
  const {link, why} = fault
  const path = revisionPath(place.layout, id, link.rev)
  if (fault.id !== 'F_REV_MIDDLE')
    return {id: fault.id, path, text: why, job: id, repair: {do: 'set-aside', ino: link.ino, why}}
  return kept(link.ino)
    ? {id: 'F_REV_KEPT', path, text: why, job: id}
    : {id: fault.id, path, text: why, job: id, repair: {do: 'keep', ino: link.ino, why}}
}

const readSpec = (place: Place, id: JobId): Read<JobSpec | null | 'bad'> => {
  const path = place.layout.spec(id)
  const seen = see(place.fs, path)
  if (seen.kind === 'gone') return {value: null, findings: []}
  if (seen.kind !== 'read') return {value: 'bad', findings: [unseenFinding(path, seen, id)]}
  const findings = accessFindings(place, path, seen.stat, 0o077)
  const parsed = decode(seen.bytes, parseSpec)
  if (parsed.ok && parsed.value.id === id) return {value: parsed.value, findings}
  const why = parsed.ok ? `it is the spec of job ${parsed.value.id}` : parsed.why
  const repair = {do: 'set-aside', ino: seen.stat.ino, why} as const
  return {value: 'bad', findings: [...findings, {id: 'F_SPEC', path, text: why, job: id, repair}]}
}

/** Only a job that has still to be started needs it. */
const missingSpec = (place: Place, {id, rev, state, reason}: JobRecord): Finding => {
  const path = place.layout.spec(id)
  const waits = state === 'pending' || (state === 'held' && reason?.code !== 'spec')
  return waits
    ? {id: 'F_SPEC_MISSING', path, text: `the job is ${state}`, job: id, repair: {do: 'hold', id, rev}}
    : {id: 'F_SPEC_LOST', path, text: `the job is ${state}`, job: id}
}

const startFieldsText = (record: JobRecord, cluster: string | null): string | null => {
  if (!isAllocated(record.state)) return null
  if (record.node === null) return `it is ${record.state} on no node`
  if (record.container === null) return `it is ${record.state} without the name of a container`
  if (cluster === null) return null
  const name =
    record.task === undefined
      ? containerName(cluster, record.id, record.attempt)
      : taskContainerName(containerStem(cluster, record.id), record.task, record.attempt)
  return record.container.name === name
    ? null
    : `its container is called ${record.container.name}, not ${name}`
}

const MAY_NOT_HOLD: readonly string[] = ['pending', 'held', 'killed']

const dependText = ({id, state, depend}: JobRecord): string | null => {
  if (depend === undefined) return null
  for (const text of [depend.on, ...(depend.open === '' ? [] : [depend.open])]) {
    const dependency = parseDepend(text)
    if (typeof dependency === 'string') return `it depends on '${text.slice(0, 80)}': ${dependency}`
    const late = parentsOf(dependency).find(parent => parent.id >= id)
    if (late !== undefined) return `it depends on job ${late.id}, which does not come before it`
  }
  return depend.met === null && !MAY_NOT_HOLD.includes(state)
    ? `it is ${state}, and what it depends on did not hold`
    : null
}

const endText = ({state, ended, started, reason, exit}: JobRecord): string | null => {
  if (!isFinal(state)) return null
  if (ended === null) return `it is ${state} without an end`
  if (started !== null && ended < started) return 'it ended before it started'
  if (state === 'done') return exit?.code === 0 ? null : 'it is done without exit code 0'
  return reason === null ? `it is ${state} without a reason` : null
}

const recordFindings = (place: Place, record: JobRecord): readonly Finding[] => {
  const path = revisionPath(place.layout, record.id, record.rev)
  const parts = partRecords(record)
  const start = parts.map(part => startFieldsText(part, place.cluster)).find(text => text !== null) ?? null
  const end = [record, ...parts].map(endText).find(text => text !== null) ?? null
  const array = record.array === undefined ? null : arrayFault(record.array)
  const depend = dependText(record)
  return [
    ...(start === null ? [] : [{id: 'F_START_FIELDS', path, text: start, job: record.id} as const]),
    ...(array === null ? [] : [{id: 'F_ARRAY', path, text: array, job: record.id} as const]),
    ...(depend === null ? [] : [{id: 'F_DEPEND', path, text: depend, job: record.id} as const]),
    ...(end === null ? [] : [{id: 'F_END', path, text: end, job: record.id} as const]),
  ]
}

const epochFindings = (place: Place, id: JobId, links: readonly Link[]): readonly Finding[] => {
  let last = 0
  const findings: Finding[] = []
  for (const {rev, read} of links) {
    if (read.kind !== 'whole') continue
    const {epoch} = read.stored.record
    const path = revisionPath(place.layout, id, rev)
    if (epoch < last) findings.push({id: 'F_EPOCHS', path, text: `epoch ${epoch} after ${last}`, job: id})
    last = Math.max(last, epoch)
  }
  return findings
}

/** Of a hundred thousand jobs no more than that is kept. */
const sketch = ({uid, state, attempt, container}: JobRecord): JobSeen['top'] => ({
  uid,
  state,
  attempt,
  container,
})

export interface JobChecked {
  readonly seen: JobSeen
  /** The revision that counts; not to be kept. */
  readonly top: Stored | null
  readonly revisions: number
  readonly findings: readonly Finding[]
}

const greatestEpoch = (links: readonly Link[]): number =>
  links.reduce((top, {read}) => (read.kind === 'whole' ? Math.max(top, read.stored.record.epoch) : top), 0)

/** Of an array only the last revisions must be there: the others are pruned. */
const judgeRevisions = (links: readonly Link[]): Judged => {
  const judged = judgeChain(links)
  const array = judged.top?.record.array
  const rev = judged.top?.record.rev ?? 1
  return array === undefined ? judged : judgeChain(links, Math.max(1, rev - PRUNING.kept + 1))
}

/** `revs` ascending; none: only its spec was listed. */
export const checkJob = (
  place: Place,
  id: JobId,
  revs: readonly number[],
  kept: (ino: number) => boolean,
): JobChecked => {
  const read = revs.map(rev => readLink(place, id, rev))
  const links = read.flatMap(({value}) => value ?? [])
  const {top, faults} = judgeRevisions(links)
  const spec = readSpec(place, id)
  const findings = [
    ...read.flatMap(each => each.findings),
    ...faults.map(fault => faultFinding(place, id, fault, kept)),
    ...epochFindings(place, id, links),
    ...(top === null ? [] : recordFindings(place, top.record)),
    ...spec.findings,
    ...(top !== null && spec.value === null ? [missingSpec(place, top.record)] : []),
  ]
  const alone = links.length > 0 || spec.value === 'bad' ? null : spec.value
  return {
    seen: {
      id,
      top: top === null ? null : sketch(top.record),
      array: top?.record.array === undefined ? null : top.record,
      epoch: greatestEpoch(links),
      alone,
    },
    top,
    revisions: links.length,
    findings,
  }
}
