/**
 * The segments that the newest manifest names (state.md 10, 14): each file is held to the bytes and the sum that stand
 * there, then the files of a segment to each other, then all segments to the manifest. Reads every packed byte, and
 * holds one segment at a time, and 8 bytes a line.
 */
import {arrayRecords} from './array-records.js'
import {checkDoneNames} from './done-names.js'
import type {Finding} from './finding.js'
import type {JobSeen} from './job.js'
import {checkManifests} from './manifests.js'
import {createOnce} from './packed-once.js'
import type {Place} from './place.js'
import {checkSegment} from './segment.js'
import {checkLoneSums} from './sums.js'
import {usageFindings} from './usage.js'

/** `jobs`: the live ones; their arrays may have tasks here. */
export const checkPacked = (place: Place, jobs: readonly JobSeen[]): readonly Finding[] => {
  const {newest, findings} = checkManifests(place)
  if (newest === null) return [...findings, ...checkDoneNames(place)]
  const arrayOf = arrayRecords(place, jobs)
  const once = createOnce(newest)
  const ofSegments = newest.manifest.segments.flatMap(segment => {
    const checked = checkSegment(place, segment, arrayOf)
    once.add(segment, checked.keys)
    return checked.findings
  })
  return [
    ...findings,
    ...ofSegments,
    ...once.findings(),
    ...checkLoneSums(place, newest.manifest),
    ...usageFindings(place, newest.manifest, arrayOf),
    ...checkDoneNames(place),
  ]
}
