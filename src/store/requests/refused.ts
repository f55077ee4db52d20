/**
 * Refused requests stay with their owner: `.bad.<tok>` as he wrote it, `.why.<tok>` with the reason beside it.
 * The reason is written first, so after a crash between the two the request is judged again, to the same end.
 * It is not synced: a flood of bad requests would cost as many syncs. If a power cut took it, its owner is told that.
 */
import {join} from 'node:path'
import * as v from 'valibot'
import {TOKEN_PATTERN, type Token, token, type Uid} from '../../core/brand.js'
import {CATALOGUE, type ErrorCode} from '../../core/catalogue.js'
import {type Refusal, refusal} from '../../core/errors.js'
import {parseWith} from '../../core/parse-with.js'
import {idSchema} from '../../core/record-fields.js'
import {isSubmission, jobsOf, MAX_BULK_BYTES} from '../../core/request.js'
import {errno, type FileSystem, isErrno} from '../disk/file-system.js'
import {readRegular} from '../disk/guarded-open.js'
import {listNames, lstatIfThere, unlinkIfThere} from '../disk/read-file.js'
import {writeAll} from '../disk/temporary.js'
import {sha256} from '../jobs/record-codec.js'
import {type Layout, requestName} from '../layout.js'
import {decodeRequest} from './request-codec.js'

const refusedSchema = v.strictObject({
  v: v.literal(1),
  id: v.nullable(idSchema),
  code: v.picklist(Object.keys(CATALOGUE) as [ErrorCode, ...ErrorCode[]]),
  message: v.string(),
  hint: v.string(),
  at: v.number(),
  /** Jobs of the same request, refused with it: all of it is taken or nothing. */
  others: v.exactOptional(v.array(idSchema)),
})
export type RefusedRequest = v.InferOutput<typeof refusedSchema> & {readonly tok: Token}

export const BAD_PREFIX = '.bad.'
const WHY_PREFIX = '.why.'

/** As it is told to its owner; `id`: the job that it is about. */
export interface Reason extends Refusal {
  readonly id: number | null
  readonly others?: readonly number[]
  readonly at: number
}

/** A thousand ids and a long message. */
const MOST_WHY = 65_536

/**
 * Requests of one key have one token: a later one that is refused too gets a name made of its id, the same one when it is
 * judged again after a crash. Null: it cannot be told now.
 */
const freeName = (fs: FileSystem, folder: string, tok: Token, id: number | null): Token | null => {
  try {
    return lstatIfThere(fs, join(folder, `${BAD_PREFIX}${tok}`))?.kind !== 'file'
      ? tok
      : token(sha256(`${tok}\n${id ?? ''}`).slice(0, tok.length))
  } catch (error) {
    if (errno(error) === null) throw error
    return null
  }
}

/** `folder` = the held drop folder. What cannot be moved now stays, and is judged again. */
export const writeRefusal = (fs: FileSystem, folder: string, tok: Token, why: Reason): void => {
  const {id, code, message, hint, at, others = []} = why
  const together = others.length === 0 ? {} : {others}
  const text = `${JSON.stringify({v: 1, id, code, message: message.slice(0, 2000), hint, at, ...together})}\n`
  const name = freeName(fs, folder, tok, id)
  if (name === null) return
  if (!writeReason(fs, join(folder, `${WHY_PREFIX}${name}`), Buffer.from(text))) return
  try {
    fs.rename(join(folder, requestName(tok)), join(folder, `${BAD_PREFIX}${name}`))
  } catch (error) {
    // Taken away by its owner or by another scheduler, or his own folder is in the way: nobody else's business.
    if (errno(error) === null) throw error
  }
}

/** What the owner of the folder may have put in the way of the reason. */
const IN_THE_WAY = ['EISDIR', 'EEXIST', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM']

/** False: the disk takes none now. */
const writeReason = (fs: FileSystem, path: string, bytes: Uint8Array): boolean => {
  try {
    unlinkIfThere(fs, path)
    const fd = fs.open(path, 'create', 0o644)
    try {
      writeAll(fs, fd, bytes)
    } finally {
      fs.close(fd)
    }
    return true
  } catch (error) {
    if (errno(error) === null) throw error
    // What its owner put in the way is his loss: then it is refused without a reason.
    return isErrno(error, ...IN_THE_WAY)
  }
}

/** When it was written, which is about when it was refused: for people. */
const changedAt = (fs: FileSystem, path: string): number => {
  try {
    return Math.floor(fs.lstat(path).mtimeMs)
  } catch (error) {
    if (errno(error) === null) throw error
    return 0
  }
}

export const refusedRequests = (fs: FileSystem, layout: Layout, owner: Uid): readonly RefusedRequest[] => {
  const folder = layout.dropFolder(owner)
  const names = listNames(fs, folder)
  const told = tokensOf(names, WHY_PREFIX).flatMap(tok => {
    const bytes = readRegular(fs, join(folder, `${WHY_PREFIX}${tok}`), MOST_WHY)
    return bytes === null ? [] : parseRefusal(bytes, tok)
  })
  const known = new Set(told.map(({tok}) => tok))
  const untold = tokensOf(names, BAD_PREFIX).filter(tok => !known.has(tok))
  return [...told, ...untold.flatMap(tok => withoutReason(fs, folder, tok))]
}

const tokensOf = (names: readonly string[], prefix: string): readonly Token[] =>
  names.flatMap(name => {
    const tok = name.slice(prefix.length)
    return name.startsWith(prefix) && TOKEN_PATTERN.test(tok) ? [token(tok)] : []
  })

/** Of a job whose id was promised; of other requests nobody waits for an answer. */
const withoutReason = (fs: FileSystem, folder: string, tok: Token): RefusedRequest[] => {
  const path = join(folder, `${BAD_PREFIX}${tok}`)
  const bytes = readRegular(fs, path, MAX_BULK_BYTES)
  const parsed = bytes === null ? null : decodeRequest(bytes)
  if (parsed === null || !parsed.ok || !isSubmission(parsed.value)) return []
  const [id, ...others] = jobsOf(parsed.value).map(job => job.id)
  if (id === undefined) return []
  const why = refusal(
    'E_REQUEST_BAD',
    'the request was refused, and the reason beside it is gone',
    'Submit it again to hear the reason.',
  )
  const together = others.length === 0 ? {} : {others}
  return [{v: 1, tok, id, ...why, ...together, at: changedAt(fs, path)}]
}

const parseRefusal = (bytes: Uint8Array, tok: Token): RefusedRequest[] => {
  try {
    const parsed = parseWith(refusedSchema, JSON.parse(Buffer.from(bytes).toString('utf8')))
    return parsed.ok ? [{...parsed.value, tok}] : []
  } catch {
    return []
  }
}
