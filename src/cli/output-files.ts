/**
 * Where a job's output is, as seen from outside: paths inside its container are mapped back to the job's directory.
 * A path elsewhere in the container is told as it is: only an executor without images has it on the host too.
 */
import {isAbsolute, join, resolve} from 'node:path'
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

/** `..` is followed as the container does: what it leads to beside the job's directory is not on the host. */
const outside = (work: string, path: string, image: string): OutputFile => {
  if (image === '' && !isAbsolute(path)) return {path: join(work, path), onHost: true}
  const inside = resolve(WORK_TARGET, path)
  if (within(WORK_TARGET, inside)) return {path: join(work, inside.slice(WORK_TARGET.length)), onHost: true}
  return {path: inside, onHost: image === ''}
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
