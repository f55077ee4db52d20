/**
 * The repairs of fsck, each of one confirmed finding. Only the holder of the scheduler's lease calls them; watchers may
 * go on beside. A file is moved only if it is still the one that was judged, a revision is published as any other, and
 * each repair may be repeated: after a crash the next fsck finds what is left.
 */
import {dirname} from 'node:path'
import {GodError, never} from '../../core/errors.js'
import type {JobRecord} from '../../core/job.js'
import {writeFormat, writeFormatCopy} from '../../store/directory.js'
import {errno} from '../../store/disk/file-system.js'
import {ensureFolder} from '../../store/disk/read-file.js'
import {setMode} from '../../store/disk/set-mode.js'
import {removeStaleTemporaries} from '../../store/disk/stale-temporaries.js'
import type {Finding, Repair} from '../../store/fsck/finding.js'
import {checkRequests} from '../../store/fsck/requests.js'
import type {Author} from '../../store/jobs/job-store.js'
import {mendManifest} from '../../store/packs/mend-manifest.js'
import {createQuarantine, keepInQuarantine} from '../../store/quarantine.js'
import {raiseHint} from '../../store/requests/ids.js'
import {burnClaims} from '../burn-claims.js'
import {publish} from '../publish.js'
import {readIfReadable} from '../readable-jobs.js'
import type {Service} from '../service.js'
import {formatOf, type Ground, placeOf} from './ground.js'
import {makeAnew} from './make-anew.js'

/** Null: it was done, or is no longer needed. A text: why it could not be. */
export type Outcome = string | null

const NO_SERVICE = 'the service cannot be opened; see god doctor'

const setAside = ({durable, layout, random}: Ground, path: string, ino: number, why: string): Outcome => {
  const moved = createQuarantine(durable.fs, layout, random).take(path, ino, why)
  return moved ? null : 'it could not be moved, or was moved by a pass'
}

const keep = ({durable, layout, random}: Ground, path: string, ino: number, why: string): Outcome =>
  keepInQuarantine({fs: durable.fs, layout, random}, path, ino, why) ? null : 'it has changed meanwhile'

/** The job is told why; whoever changed it meanwhile knew better. */
const hold = (service: Service, author: Author, {id, rev}: Extract<Repair, {do: 'hold'}>): Outcome => {
  const base = readIfReadable(service, id)
  if (base === null || base === 'unread' || base.record.rev !== rev) return 'the job has changed meanwhile'
  const reason: JobRecord['reason'] = {
    code: 'spec',
    text: 'its private spec is damaged or missing: kill it and submit it again, or have it restored from a backup',
  }
  publish(service, base, {state: 'held', reason}, author, 'now')
  return null
}

/** Judged once more: its owner may have changed it. */
const refuse = ({inbox, now}: Service, {uid, tok}: Extract<Repair, {do: 'refuse'}>): void => {
  const drop = inbox.open(uid)
  if (drop === null) return
  try {
    const taken = drop.read(tok)
    if (taken.kind === 'bad') drop.refuse(tok, {...taken.refusal, id: null, at: now()})
  } finally {
    drop.close()
  }
}

const ofService = (
  ground: Ground,
  service: Service,
  author: Author,
  repair: Extract<Repair, {do: 'hold' | 'make-anew' | 'refuse' | 'burn-claims'}>,
): Outcome | Promise<Outcome> => {
  switch (repair.do) {
    case 'hold':
      return hold(service, author, repair)
    case 'make-anew':
      return makeAnew(service, repair.spec, author)
    case 'refuse':
      refuse(service, repair)
      return null
    case 'burn-claims':
      burnClaims(service, checkRequests(placeOf(ground, formatOf(ground))).submitted)
      return null
    default:
      return never(repair)
  }
}

const ofFormat = (ground: Ground, what: 'write-format' | 'write-format-copy'): Outcome => {
  const {format} = formatOf(ground)
  if (format === null) return 'neither FORMAT nor its copy is whole'
  const write = what === 'write-format' ? writeFormat : writeFormatCopy
  write(ground.durable, ground.layout, format)
  return null
}

const carryOut = (
  ground: Ground,
  author: Author,
  {path}: Finding,
  repair: Repair,
): Outcome | Promise<Outcome> => {
  const {durable, layout, service, now} = ground
  switch (repair.do) {
    case 'set-aside':
      return setAside(ground, path, repair.ino, repair.why)
    case 'keep':
      return keep(ground, path, repair.ino, repair.why)
    case 'close':
      setMode(durable.fs, path, repair.mode)
      return null
    case 'make-folder':
      if (ensureFolder(durable.fs, path, 0o700)) setMode(durable.fs, path, repair.mode)
      return null
    case 'write-format':
    case 'write-format-copy':
      return ofFormat(ground, repair.do)
    case 'raise-hint':
      raiseHint(durable, layout, repair.id)
      return null
    case 'claim-epoch':
      // Our own is above it: we lead by it.
      return null
    case 'mend-manifest':
      return mendManifest(durable, layout, repair.n)
    case 'write-part':
      durable.replace(path, repair.bytes, 0o644)
      durable.syncFolder(dirname(path))
      return null
    case 'sweep':
      removeStaleTemporaries(durable.fs, layout, now())
      return null
    default:
      return service === null ? NO_SERVICE : ofService(ground, service, author, repair)
  }
}

/** A fault of one file is that file's; a disk that fails ends it all. */
export const repairOne = async (ground: Ground, author: Author, finding: Finding): Promise<Outcome> => {
  if (finding.repair === undefined) return 'there is no repair'
  try {
    author.check()
    return await carryOut(ground, author, finding, finding.repair)
  } catch (error) {
    if (error instanceof GodError) throw error
    const code = errno(error)
    if (code === null) throw error
    return `it could not be done: ${code}`
  }
}
