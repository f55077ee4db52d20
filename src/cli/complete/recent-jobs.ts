/**
 * The newest of my own jobs, for the Tab key: by their names on the disk, so that a hundred thousand jobs cost no more
 * than a hundred. What cannot be read in time is left out, but for the newest; a Tab must never wait.
 */
import {join} from 'node:path'
import {jobId} from '../../core/brand.js'
import {listNames} from '../../store/disk/read-file.js'
import {parseBucketName, parseRecordName} from '../../store/layout.js'
import {readWhole} from '../jobs/damaged.js'
import {viewOfRequest} from '../jobs/job-view.js'
import {waitingJobs} from '../jobs/own-requests.js'
import type {Site} from '../site.js'
import type {NamedJob} from './complete.js'

const MOST_SHOWN = 30
const MOST_READ = 100
/** Milliseconds. */
const MOST_TIME = 60

const descending = (a: number, b: number): number => b - a

function* newestIds({durable: {fs}, layout, manifest}: Site): Generator<number> {
  const over = manifest.overBuckets()
  const buckets = listNames(fs, layout.live)
    .flatMap(name => parseBucketName(name) ?? [])
    .filter(bucket => !over.has(bucket))
  for (const bucket of buckets.sort(descending)) {
    const names = listNames(fs, join(layout.live, String(bucket)))
    yield* [...new Set(names.flatMap(name => parseRecordName(name)?.id ?? []))].sort(descending)
  }
}

export const recentJobs = (site: Site): readonly NamedJob[] => {
  const end = site.now() + MOST_TIME
  const found: NamedJob[] = []
  const folder = site.layout.dropFolder(site.uid)
  if (listNames(site.durable.fs, folder).length <= MOST_READ)
    found.push(...waitingJobs(site).map(job => viewOfRequest(site, job)))
  let read = 0
  for (const id of newestIds(site)) {
    if (found.length >= MOST_SHOWN || read >= MOST_READ || (read > 0 && site.now() >= end)) break
    read++
    const record = readWhole(site, jobId(id))?.record
    if (record !== undefined && record.uid === site.uid) found.push(record)
  }
  return found
    .sort((a, b) => b.id - a.id)
    .slice(0, MOST_SHOWN)
    .map(({id, name, state}) => ({id, name, state}))
}
