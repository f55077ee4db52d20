/** Ids and epochs: what is given out by number must lie above all that was given out (state.md 4 and 7). */
import {join} from 'node:path'
import {type JobId, jobId} from '../../core/brand.js'
import {errno} from '../disk/file-system.js'
import {listNames} from '../disk/read-file.js'
import {parseIdName, parseNumbered} from '../layout.js'
import {CLAIM_LIFE, listClaims, readHint} from '../requests/ids.js'
import type {Finding} from './finding.js'
import type {JobSeen} from './job.js'
import type {Place} from './place.js'
import {statOf, strangerFinding} from './seen.js'

/** Read after the jobs: hints and claims were there before them. */
export const checkHint = ({fs, layout}: Place, jobs: readonly JobSeen[]): readonly Finding[] => {
  const top = jobs.reduce(
    (most, {id, top: record, alone}) => (record === null && alone === null ? most : Math.max(most, id)),
    0,
  )
  const hint = readHint(fs, layout)
  if (hint > top) return []
  const text = `the hint is ${hint}, job ${top} is there`
  return [{id: 'F_HINT', path: layout.hints, text, repair: {do: 'raise-hint', id: jobId(top)}}]
}

export const checkEpochs = ({fs, layout}: Place, jobs: readonly JobSeen[]): readonly Finding[] => {
  const claimed = listNames(fs, layout.locks).reduce(
    (most, name) => Math.max(most, parseNumbered('epoch', name) ?? 0),
    0,
  )
  const first = jobs.find(({epoch}) => epoch > claimed)
  if (first === undefined) return []
  const youngest = jobs.reduce((most, {epoch}) => Math.max(most, epoch), 0)
  const text = `the youngest epoch claimed is ${claimed}, a record has ${youngest}`
  return [{id: 'F_EPOCHS', path: layout.locks, text, repair: {do: 'claim-epoch', epoch: youngest}}]
}

/** `waiting`: ids that a request in the inbox names. */
export const checkClaims = ({fs, layout, now}: Place, waiting: ReadonlySet<JobId>): readonly Finding[] =>
  listClaims(fs, layout)
    .filter(id => !waiting.has(id))
    .flatMap((id): readonly Finding[] => {
      const path = join(layout.ids, String(id))
      const stat = statOf(fs, path)
      if (stat === null || now() - stat.mtimeMs < CLAIM_LIFE) return []
      return [
        {
          id: 'F_CLAIM',
          path,
          text: `uid ${stat.uid} claimed it and sent nothing`,
          repair: {do: 'burn-claims'},
        },
      ]
    })

/** In the folders of numbers alone nothing else has business. */
export const checkNumberNames = (place: Place): readonly Finding[] => {
  const {fs, layout} = place
  return [layout.hints, layout.ids].flatMap(folder =>
    listNames(fs, folder)
      .filter(name => parseIdName(name) === null && !name.startsWith('.'))
      .flatMap(name => {
        try {
          return strangerFinding(fs, join(folder, name)) ?? []
        } catch (error) {
          if (errno(error) === null) throw error
          return []
        }
      }),
  )
}
