/**
 * Where a job's output is, as seen from outside: paths inside its container are mapped back to the job's directory.
 * A path elsewhere in the container is told as it is: only an executor without images has it on the host too.
 */
import {isAbsolute, join} from 'node:path'
import {outputsOf, WORK_TARGET} from '../core/container.js'
import type {JobRecord, Wish} from '../core/job.js'
import {partKey} from '../core/part-key.js'
import {ownAttempt} from '../store/layout.js'
import type {Site} from './site.js'

export interface OutputFile {
  readonly path: string
  /** False: the path is one of its container's. */
  readonly onHost: boolean
}

const within = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`)

const outside = (work: string, path: string, image: string): OutputFile => {
  if (!isAbsolute(path)) return {path: join(work, path), onHost: true}
  if (within(WORK_TARGET, path)) return {path: join(work, path.slice(WORK_TARGET.length)), onHost: true}
  return {path, onHost: image === ''}
}

export interface OutputFiles {
  readonly output: OutputFile
  readonly error: OutputFile
}

export const outputFilesOf = (
  site: Site,
  record: JobRecord,
  wish: Pick<Wish, 'name' | 'image' | 'output' | 'error'>,
): OutputFiles => {
  const work = site.layout.workOf(record.uid, partKey(record), ownAttempt(record))
  const {output, error} = outputsOf(record, wish)
  // Of a private job the record does not have it.
  const image = record.image || (wish.image ?? '')
  return {output: outside(work, output, image), error: outside(work, error, image)}
}
