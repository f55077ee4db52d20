/**
 * All checks of the shared directory, in an order that a live scheduler does not mislead: what is written first is
 * read last (specs and records before requests, records before hint and epochs, live names before the manifest).
 * Reads only. What changed in the middle may still be told: `confirmed` keeps what two looks found.
 */
import {join} from 'node:path'
import type {JobId} from '../../core/brand.js'
import {FINDINGS, type FindingId} from '../../core/findings.js'
import type {FileSystem} from '../disk/file-system.js'
import {listNames} from '../disk/read-file.js'
import {type Layout, parseBucketName} from '../layout.js'
import {quarantined} from '../quarantine.js'
import {listClaims} from '../requests/ids.js'
import {checkBucket} from './bucket.js'
import {checkDerived, checkJournal, checkNodes} from './derived.js'
import {type Finding, keyOf} from './finding.js'
import type {JobSeen} from './job.js'
import {checkLoneSpecs, checkQuarantine, checkTemporaries, checkWork} from './left-over.js'
import {checkClaims, checkEpochs, checkHint, checkNumberNames} from './numbers.js'
import {checkFolders} from './owners.js'
import {checkPacked} from './packed.js'
import type {Place} from './place.js'
import {checkRequests} from './requests.js'
import {statOf, strangerFinding} from './seen.js'

export interface StateChecked {
  readonly jobs: readonly JobSeen[]
  readonly revisions: number
  readonly requests: number
  readonly findings: readonly Finding[]
}

const bucketsOf = (fs: FileSystem, {live, specs}: Layout): readonly number[] => {
  const numbers = [live, specs].flatMap(folder =>
    listNames(fs, folder).flatMap(name => parseBucketName(name) ?? []),
  )
  return [...new Set(numbers)].sort((a, b) => a - b)
}

const strangeBuckets = ({fs, layout}: Place): readonly Finding[] =>
  [layout.live, layout.specs].flatMap(folder =>
    listNames(fs, folder)
      .filter(name => parseBucketName(name) === null && !name.startsWith('.t.'))
      .flatMap(name => strangerFinding(fs, join(folder, name)) ?? []),
  )

/** Inodes in quarantine: a damaged revision that has a second name there is told of already. */
const keptInodes = (fs: FileSystem, layout: Layout): ((ino: number) => boolean) => {
  const inodes = new Set(quarantined(fs, layout).map(name => statOf(fs, join(layout.quarantine, name))?.ino))
  return ino => inodes.has(ino)
}

export const checkState = (place: Place): StateChecked => {
  const {fs, layout} = place
  const folders = checkFolders(place)
  // Something else in the place of a folder: what should be in it cannot be looked for.
  if (folders.some(({id, repair}) => id === 'F_FOLDER' && repair === undefined))
    return {jobs: [], revisions: 0, requests: 0, findings: folders}
  const kept = keptInodes(fs, layout)
  const buckets = bucketsOf(fs, layout).map(bucket => checkBucket(place, bucket, kept))
  const jobs = buckets.flatMap(bucket => bucket.jobs)
  const {submitted, requests, findings} = checkRequests(place)
  const waiting: ReadonlySet<JobId> = new Set(submitted.map(({id}) => id))
  const known: ReadonlySet<JobId> = new Set([...waiting, ...jobs.map(({id}) => id)])
  return {
    jobs,
    revisions: buckets.reduce((sum, bucket) => sum + bucket.revisions, 0),
    requests,
    findings: [
      ...folders,
      ...strangeBuckets(place),
      ...buckets.flatMap(bucket => bucket.findings),
      // With a claim that is burned, or whose request is on its way, its spec goes or finds its record.
      ...checkLoneSpecs(place, jobs, new Set([...waiting, ...listClaims(fs, layout)])),
      ...findings,
      ...checkHint(place, jobs),
      ...checkEpochs(place, jobs),
      ...checkClaims(place, waiting),
      ...checkNumberNames(place),
      ...checkNodes(place),
      ...checkPacked(place, jobs),
      ...checkDerived(place),
      ...checkJournal(place),
      ...checkTemporaries(place),
      ...checkWork(place, known),
      ...checkQuarantine(place),
    ],
  }
}

const ORDER = Object.keys(FINDINGS) as FindingId[]

/** By kind, then path. */
export const inOrder = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort(
    (a, b) =>
      ORDER.indexOf(a.id) - ORDER.indexOf(b.id) || a.path.localeCompare(b.path, 'en', {numeric: true}),
  )

/** Of the second look, what the first one found too. */
export const confirmed = (first: readonly Finding[], second: readonly Finding[]): readonly Finding[] => {
  const keys = new Set(first.map(keyOf))
  return inOrder(second.filter(finding => keys.has(keyOf(finding))))
}
