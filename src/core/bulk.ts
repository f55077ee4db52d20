/** Which jobs share a request: as many as one may carry, by number and by bytes. Pure. */
import {MAX_ID} from './brand.js'
import type {Wish} from './job.js'
import {MAX_BULK_BYTES, MOST_BULK_JOBS} from './request.js'

/** What surrounds the jobs: version, operation, token, cluster. */
const HEAD_BYTES = 512

/** Of a job in a request, whatever its id will be. */
export const bytesOf = (wish: Wish): number =>
  new TextEncoder().encode(JSON.stringify({id: MAX_ID, wish})).length + 1

/** In the order in which they come; `sizes` by `bytesOf`. Each is the number of jobs of one request. */
export const batchSizes = (sizes: readonly number[]): readonly number[] => {
  const batches: number[] = []
  let [jobs, bytes] = [0, HEAD_BYTES]
  for (const size of sizes) {
    if (jobs > 0 && (jobs === MOST_BULK_JOBS || bytes + size > MAX_BULK_BYTES)) {
      batches.push(jobs)
      ;[jobs, bytes] = [0, HEAD_BYTES]
    }
    jobs++
    bytes += size
  }
  return jobs === 0 ? batches : [...batches, jobs]
}
