/**
 * The service's side of the inbox (state.md 5): list, read and finish requests of all users.
 *
 * The requester is the owner of the held folder and of the open file, never what the text says. A request is
 * read once, bounded, and those bytes are judged. Nothing is deleted unread: what is bad is kept for its owner.
 */
import {join} from 'node:path'
import type {Token, Uid} from '../../core/brand.js'
import {type Refusal, refusal} from '../../core/errors.js'
import {MAX_BULK_BYTES, MAX_REQUEST_BYTES, mostBytes, type Request} from '../../core/request.js'
import {type FileSystem, isErrno} from '../disk/file-system.js'
import {guardedRead, type HeldFolder, holdFolder, isNamed} from '../disk/guarded-open.js'
import {listNames, lstatIfThere, unlinkIfThere} from '../disk/read-file.js'
import {type Layout, parseRequestName, parseUserName, requestName} from '../layout.js'
import {type Reason, writeRefusal} from './refused.js'
import {decodeRequest} from './request-codec.js'
import {dropSecondName} from './second-name.js'

export type Taken =
  | {
      readonly kind: 'request'
      readonly request: Request /** Only to order the requests of one user. */
      readonly writtenAt: number
      /** Bytes read. */
      readonly size: number
    }
  | {readonly kind: 'gone'}
  | {readonly kind: 'bad'; readonly refusal: Refusal; readonly size: number}

/** One user's drop folder, held open. */
export interface Drop {
  readonly uid: Uid
  /** Of the held folder, for its sync. */
  readonly path: string
  /** As people know it. */
  readonly name: string
  /** The oldest first. */
  tokens(): readonly Token[]
  read(tok: Token): Taken
  has(tok: Token): boolean
  finish(tok: Token): void
  refuse(tok: Token, why: Reason): void
  close(): void
}

export interface Inbox {
  users(): readonly Uid[]
  /** Null: no folder that this user could have made. */
  open(uid: Uid): Drop | null
}

const badRequest = (why: string, size: number): Taken => ({
  kind: 'bad',
  size,
  refusal: refusal('E_REQUEST_BAD', `the request was not taken: ${why}`, 'Use `god submit`.'),
})

const tooLarge = (most: number): string => `it is larger than ${most} bytes`

const judge = (bytes: Uint8Array, writtenAt: number, tok: Token, cluster: string): Taken => {
  const size = bytes.length
  const parsed = decodeRequest(bytes)
  if (!parsed.ok)
    return badRequest(
      size > MAX_REQUEST_BYTES ? `${tooLarge(MAX_REQUEST_BYTES)}: ${parsed.why}` : parsed.why,
      size,
    )
  const request = parsed.value
  if (size > mostBytes(request)) return badRequest(tooLarge(mostBytes(request)), size)
  if (request.tok !== tok) return badRequest('its token is not its name', size)
  if (request.cluster !== cluster) return badRequest('it was made for another shared directory', size)
  return {kind: 'request', request, writtenAt, size}
}

/** One that has just gone is read as gone. */
const writtenAt = (fs: FileSystem, path: string): number => lstatIfThere(fs, path)?.mtimeMs ?? 0

const dropOf = (fs: FileSystem, folder: HeldFolder, uid: Uid, cluster: string): Drop => {
  const pathOf = (tok: Token): string => join(folder.path, requestName(tok))
  return {
    uid,
    path: folder.path,
    name: folder.name,
    tokens: () =>
      folder
        .named(() =>
          listNames(fs, folder.path)
            .flatMap(name => parseRequestName(name) ?? [])
            .map(tok => ({tok, writtenAt: writtenAt(fs, pathOf(tok))})),
        )
        .sort((a, b) => a.writtenAt - b.writtenAt || (a.tok < b.tok ? -1 : 1))
        .map(({tok}) => tok),
    read: tok => {
      const look = () => folder.named(() => guardedRead(fs, pathOf(tok), uid, MAX_BULK_BYTES))
      const first = look()
      const twin = first.kind === 'bad' ? first.twin : undefined
      const alone = twin !== undefined && folder.named(() => dropSecondName(fs, folder.path, twin))
      const read = alone ? look() : first
      if (read.kind === 'bad') return badRequest(read.why, 0)
      return read.kind === 'gone' ? read : judge(read.bytes, read.mtimeMs, tok, cluster)
    },
    has: tok => folder.named(() => isNamed(fs, pathOf(tok))),
    finish: tok => {
      try {
        folder.named(() => unlinkIfThere(fs, pathOf(tok)))
      } catch (error) {
        // Its owner put a folder in its place after we read it: judged again, and refused then.
        if (!isErrno(error, 'EISDIR')) throw error
      }
    },
    refuse: (tok, why) => writeRefusal(fs, folder.path, tok, why),
    close: () => folder.close(),
  }
}

export const createInbox = (fs: FileSystem, layout: Layout, cluster: string): Inbox => ({
  users: () => listNames(fs, layout.inbox).flatMap(name => parseUserName(name) ?? []),
  open: uid => {
    const folder = holdFolder(fs, layout.dropFolder(uid), uid)
    return folder === null ? null : dropOf(fs, folder, uid, cluster)
  },
})
