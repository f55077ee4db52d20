/**
 * Where a job's output is, as seen from outside: paths inside its container are mapped back to the job's directory.
 * A path elsewhere in the container is told as it is: only an executor without images has it on the host too.
 */
import {isAbsolute, join} from 'node:path'
import {outputsOf, WORK_TARGET} from '../core/container.js'
import type {JobRecord, Wish} from '../core/job.js'
import type {Site} from './site.js'

const outside = (work: string, path: string): string => {
  if (!isAbsolute(path)) return join(work, path)
  return path === WORK_TARGET || path.startsWith(`${WORK_TARGET}/`)
    ? join(work, path.slice(WORK_TARGET.length))
    : path
}

export interface OutputFiles {
  readonly output: string
  readonly error: string
}

export const outputFilesOf = (
  site: Site,
  record: JobRecord,
  wish: Pick<Wish, 'output' | 'error'>,
): OutputFiles => {
  const work = site.layout.workOf(record.uid, record.id)
  const {output, error} = outputsOf(record, wish)
  return {output: outside(work, output), error: outside(work, error)}
}
