/**
 * Refused requests stay with their owner: `.bad.<tok>` as he wrote it, `.why.<tok>` with the reason beside it.
 * The reason is written first, so after a crash between the two the request is judged again, to the same end.
 */
import {join} from 'node:path'
import * as v from 'valibot'
import {TOKEN_PATTERN, type Token, token, type Uid} from '../core/brand.js'
import {CATALOGUE, type ErrorCode, type Refusal} from '../core/errors.js'
import {parseWith} from '../core/job.js'
import {idSchema} from '../core/record-fields.js'
import {isNoSpace} from './durable.js'
import {errno, type FileSystem} from './file-system.js'
import {readRegular} from './guarded-open.js'
import {type Layout, requestName} from './layout.js'
import {listNames, unlinkIfThere} from './read-file.js'
import {writeAll} from './temporary.js'

const schema = v.strictObject({
  v: v.literal(1),
  id: v.nullable(idSchema),
  code: v.picklist(Object.keys(CATALOGUE) as [ErrorCode, ...ErrorCode[]]),
  message: v.string(),
  hint: v.string(),
  at: v.number(),
  /** Jobs of the same request, refused with it: all of it is taken or nothing. */
  others: v.exactOptional(v.array(idSchema)),
})
export type RefusedRequest = v.InferOutput<typeof schema> & {readonly tok: Token}

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

/** `folder` = the held drop folder. What cannot be moved now stays, and is judged again. */
export const writeRefusal = (fs: FileSystem, folder: string, tok: Token, why: Reason): void => {
  const {id, code, message, hint, at, others = []} = why
  const together = others.length === 0 ? {} : {others}
  const text = `${JSON.stringify({v: 1, id, code, message: message.slice(0, 2000), hint, at, ...together})}\n`
  if (!writeReason(fs, join(folder, `${WHY_PREFIX}${tok}`), Buffer.from(text))) return
  try {
    fs.rename(join(folder, requestName(tok)), join(folder, `${BAD_PREFIX}${tok}`))
  } catch (error) {
    // Taken away by its owner or by another scheduler, or his own folder is in the way: nobody else's business.
    if (errno(error) === null) throw error
  }
}

/** False: the disk is full. */
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
    return !isNoSpace(error)
  }
}

export const refusedRequests = (fs: FileSystem, layout: Layout, owner: Uid): readonly RefusedRequest[] => {
  const folder = layout.dropFolder(owner)
  return listNames(fs, folder).flatMap(name => {
    const tok = name.slice(WHY_PREFIX.length)
    if (!name.startsWith(WHY_PREFIX) || !TOKEN_PATTERN.test(tok)) return []
    const bytes = readRegular(fs, join(folder, name), MOST_WHY)
    return bytes === null ? [] : parseRefusal(bytes, token(tok))
  })
}

const parseRefusal = (bytes: Uint8Array, tok: Token): RefusedRequest[] => {
  try {
    const parsed = parseWith(schema, JSON.parse(Buffer.from(bytes).toString('utf8')))
    return parsed.ok ? [{...parsed.value, tok}] : []
  } catch {
    return []
  }
}
