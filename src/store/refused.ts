/**
 * Refused requests stay with their owner: `.bad.<tok>` as he wrote it, `.why.<tok>` with the reason beside it.
 * The reason is written first, so after a crash between the two the request is judged again, to the same end.
 */
import {join} from 'node:path'
import * as v from 'valibot'
import {TOKEN_PATTERN, type Token, token, type Uid} from '../core/brand.js'
import {CATALOGUE, type ErrorCode, type Refusal} from '../core/errors.js'
import {idSchema, parseWith} from '../core/job.js'
import {type FileSystem, isErrno} from './file-system.js'
import type {Layout} from './layout.js'
import {requestName} from './layout.js'
import {listNames, readFile, unlinkIfThere} from './read-file.js'

const schema = v.strictObject({
  v: v.literal(1),
  id: v.nullable(idSchema),
  code: v.picklist(Object.keys(CATALOGUE) as [ErrorCode, ...ErrorCode[]]),
  message: v.string(),
  hint: v.string(),
  at: v.number(),
})
export type RefusedRequest = v.InferOutput<typeof schema> & {readonly tok: Token}

export const BAD_PREFIX = '.bad.'
const WHY_PREFIX = '.why.'

/** `folder` = the held drop folder. */
export const writeRefusal = (
  fs: FileSystem,
  folder: string,
  tok: Token,
  why: Refusal & {readonly id: number | null; readonly at: number},
): void => {
  const path = join(folder, `${WHY_PREFIX}${tok}`)
  unlinkIfThere(fs, path)
  const {id, code, message, hint, at} = why
  try {
    const fd = fs.open(path, 'create', 0o644)
    try {
      fs.write(
        fd,
        Buffer.from(`${JSON.stringify({v: 1, id, code, message: message.slice(0, 2000), hint, at})}\n`),
      )
    } finally {
      fs.close(fd)
    }
    fs.rename(join(folder, requestName(tok)), join(folder, `${BAD_PREFIX}${tok}`))
  } catch (error) {
    // Taken away by its owner or by another scheduler.
    if (!isErrno(error, 'ENOENT', 'EEXIST')) throw error
  }
}

export const refusedRequests = (fs: FileSystem, layout: Layout, owner: Uid): readonly RefusedRequest[] => {
  const folder = layout.dropFolder(owner)
  return listNames(fs, folder).flatMap(name => {
    const tok = name.slice(WHY_PREFIX.length)
    if (!name.startsWith(WHY_PREFIX) || !TOKEN_PATTERN.test(tok)) return []
    const file = readFile(fs, join(folder, name), {flag: 'guarded', limit: 16_384})
    if (file === null || file.stat.kind !== 'file') return []
    return parseRefusal(file.bytes, token(tok))
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
