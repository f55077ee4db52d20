/** What crashes and lost jobs leave: specs without a job, old temporary files, directories of nobody, and the quarantine. */

import {join} from 'node:path'
import {counted} from '../../core/amounts.js'
import type {JobId} from '../../core/brand.js'
import {listNames} from '../disk/read-file.js'
import {staleTemporaries} from '../disk/stale-temporaries.js'
import {parseIdName, parseUserName} from '../layout.js'
import {quarantined} from '../quarantine.js'
import type {Finding} from './finding.js'
import type {JobSeen} from './job.js'
import type {Place} from './place.js'

/** `waiting`: ids of requests and claims; admission goes on with their specs, or removes them. */
export const checkLoneSpecs = (
  {layout, packed}: Place,
  jobs: readonly JobSeen[],
  waiting: ReadonlySet<JobId>,
): readonly Finding[] => {
  const isPacked = packed()
  return jobs.flatMap(({id, alone}): readonly Finding[] => {
    if (alone === null || waiting.has(id) || isPacked?.(id) === true) return []
    const finding: Finding = {
      id: 'F_SPEC_ALONE',
      path: layout.spec(id),
      text: `job ${id} of uid ${alone.uid} has a spec and no record`,
      job: id,
    }
    return [isPacked === null ? finding : {...finding, repair: {do: 'make-anew', spec: alone}}]
  })
}

export const checkTemporaries = ({fs, layout, now}: Place): readonly Finding[] => {
  const stale = staleTemporaries(fs, layout, now())
  const [first] = stale
  if (first === undefined) return []
  const text =
    stale.length === 1 ? 'it is older than a day' : `it and ${stale.length - 1} more are older than a day`
  return [{id: 'F_TEMP', path: first, text, repair: {do: 'sweep'}}]
}

export const checkQuarantine = ({fs, layout}: Place): readonly Finding[] => {
  const names = quarantined(fs, layout)
  if (names.length === 0) return []
  const all = new Set(listNames(fs, layout.quarantine))
  const bare = names.filter(name => !all.has(`${name}.why`)).length
  const text = `${counted(names.length, 'file')}${bare === 0 ? '' : `, ${bare} without a reason`}`
  return [{id: 'F_QUARANTINE', path: layout.quarantine, text}]
}

/** `known`: live jobs and those of requests. */
export const checkWork = ({fs, layout, packed}: Place, known: ReadonlySet<JobId>): readonly Finding[] => {
  const isPacked = packed()
  if (isPacked === null) return []
  return listNames(fs, layout.work).flatMap(user => {
    if (parseUserName(user) === null) return []
    return listNames(fs, join(layout.work, user)).flatMap((name): readonly Finding[] => {
      const id = parseIdName(name)
      if (id === null || known.has(id) || isPacked(id)) return []
      const path = join(layout.work, user, name)
      return [{id: 'F_WORK_ALONE', path, text: `nothing is known of job ${id}`, job: id}]
    })
  })
}
