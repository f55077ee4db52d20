/** A job whose record nobody can read is not "no such job": what is known of the damage, and where its file is. */
import {basename, join} from 'node:path'
import type {JobId} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import {existsThoughBad} from '../../store/disk/bad-sector.js'
import {errno} from '../../store/disk/file-system.js'
import {listNames} from '../../store/disk/read-file.js'
import type {Stored} from '../../store/jobs/job-store.js'
import {parseRecordName} from '../../store/layout.js'
import type {Site} from '../site.js'
import {packedDamage} from './packed-jobs.js'

const bad = (id: JobId, where: string, hint: string): GodError =>
  new GodError('E_RECORD_BAD', `the record of job ${id} is damaged: ${where}`, hint)

const names = (site: Site, folder: string): readonly string[] => {
  try {
    return listNames(site.durable.fs, folder)
  } catch (error) {
    if (errno(error) === null) throw error
    // The quarantine of a service is not for everybody to look into.
    return []
  }
}

/** What is there of it, or why it cannot be read now. */
const look = (site: Site, id: JobId): Stored | null | GodError => {
  try {
    return site.jobs.read(id)
  } catch (error) {
    if (error instanceof GodError && error.code === 'E_RECORD_BAD') return error
    throw error
  }
}

/** Null: it is not there, or cannot be read: `damageOf` tells. */
export const readWhole = (site: Site, id: JobId): Stored | null => {
  const found = look(site, id)
  return found instanceof GodError ? null : found
}

const TILL_PASS = "The next pass that reads it sets it aside and says why; 'god fsck' tells now."

/** Of the jobs whose records were looked at: those of which a file is damaged that no pass has set aside yet. */
export const damagedNow = ({damaged, durable}: Site): readonly GodError[] => {
  const errors = new Map<JobId, GodError>()
  for (const [path, why] of damaged) {
    const named = parseRecordName(basename(path))
    if (named !== null && existsThoughBad(durable.fs, path))
      errors.set(named.id, bad(named.id, `${path}: ${why}`, TILL_PASS))
  }
  return [...errors.values()]
}

const setAside = ({layout: {quarantine}}: Site, id: JobId, why: string): GodError =>
  bad(
    id,
    'its file was set aside',
    `Read ${join(quarantine, why)}; restore the record, or submit the job again and remove both files.`,
  )

/** Of a job's record, the file in quarantine that says why it is there. Null: it is something else's. */
const parseWhy = (name: string): JobId | null => {
  const moved = name.endsWith('.why') ? name.slice(0, -'.why'.length) : ''
  return parseRecordName(moved.slice(0, moved.lastIndexOf('.')))?.id ?? null
}

const isPacked = ({manifest, packs}: Site, id: JobId): boolean => manifest.contains(id) || packs.isDropped(id)

/** Jobs of which nothing is left but what lies in quarantine, as long as it does and may be looked at. */
export const damagedBefore = (site: Site): readonly GodError[] => {
  const errors = new Map<JobId, GodError>()
  for (const name of names(site, site.layout.quarantine)) {
    const id = parseWhy(name)
    if (id === null || errors.has(id) || look(site, id) !== null || isPacked(site, id)) continue
    errors.set(id, setAside(site, id, name))
  }
  return [...errors.values()]
}

/** Null: nothing of such a job is there at all, or ever was. */
export const damageOf = (site: Site, id: JobId): GodError | null => {
  const now = look(site, id)
  if (now instanceof GodError) return now
  const {quarantine} = site.layout
  const kept = names(site, quarantine).find(name => name.startsWith(`${id}.`) && name.endsWith('.why'))
  if (kept !== undefined) return setAside(site, id, kept)
  const live = names(site, site.layout.bucket(id)).some(name => parseRecordName(name)?.id === id)
  return live ? bad(id, 'no revision of it can be read', TILL_PASS) : packedDamage(site, id)
}
