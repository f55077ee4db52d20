/**
 * The submitter's side of the inbox (state.md 5): drop a request so that it survives everything, then ring.
 *
 * Runs as the user, needs no other process: with every daemon down the request is safe once `drop` returns.
 * After a crash there is a temporary file at most, or the whole request.
 */
import {join} from 'node:path'
import {type Token, token, type Uid} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import {MAX_BULK_BYTES, MAX_REQUEST_BYTES, mostBytes, type Request} from '../../core/request.js'
import {ringBell} from '../bell.js'
import {type Durable, diskError, type RandomToken, syncIfAllowed} from '../disk/durable.js'
import type {FileSystem} from '../disk/file-system.js'
import {readRegular} from '../disk/guarded-open.js'
import {ensureFolder, listNames, unlinkIfThere} from '../disk/read-file.js'
import {type Layout, parseRequestName, requestName} from '../layout.js'
import {encodeRequest} from './request-codec.js'

export interface DropContext {
  readonly durable: Durable
  readonly layout: Layout
  readonly uid: Uid
  readonly random: RandomToken
}

const ensureOwnFolder = ({durable, layout, uid}: DropContext): string => {
  const folder = layout.dropFolder(uid)
  const made = madeFolder(durable.fs, folder)
  // Also if it was there: the submit that made it may have been killed before its sync.
  syncIfAllowed(durable, layout.inbox)
  if (made) return folder
  const stat = durable.fs.lstat(folder)
  if (stat.kind === 'folder' && stat.uid === uid) return folder
  throw new GodError(
    'E_DIR_BAD',
    `${folder} is not your folder`,
    'The next pass takes it away: submit again then.',
  )
}

const madeFolder = (fs: FileSystem, folder: string): boolean => {
  try {
    return ensureFolder(fs, folder, 0o770)
  } catch (error) {
    throw diskError(error, folder)
  }
}

export const newToken = (random: RandomToken): Token => token(random())

/** E_REQUEST_TOO_LARGE if nobody would take it. */
export const requestBytes = (request: Request): Uint8Array => {
  const bytes = encodeRequest(request)
  const most = mostBytes(request)
  if (bytes.length <= most) return bytes
  throw new GodError(
    'E_REQUEST_TOO_LARGE',
    `the request has ${bytes.length} bytes; at most ${most} are taken`,
    'Put long input into a file that the job reads.',
  )
}

/**
 * Durable when it returns true; then the bell is rung. False: nothing was queued, because `stillGood`, asked right
 * before the rename, said no (a claim that grew too old: state.md 4).
 */
export const dropRequest = (
  context: DropContext,
  request: Request,
  stillGood: () => boolean = () => true,
): boolean => {
  const {durable, layout, uid, random} = context
  const bytes = requestBytes(request)
  const folder = ensureOwnFolder(context)
  const path = join(folder, requestName(request.tok))
  if (!durable.replace(path, bytes, 0o640, {still: stillGood})) return false
  syncRequest(durable, folder)
  ringBell(durable.fs, layout, uid, random)
  return true
}

/**
 * The same for a request whose token is made of its key, but nobody is told. False: one with its name lies there, or
 * `stillGood` said no; nothing of ours was queued.
 */
export const linkRequest = (context: DropContext, request: Request, stillGood: () => boolean): boolean => {
  const bytes = requestBytes(request)
  const folder = ensureOwnFolder(context)
  const path = join(folder, requestName(request.tok))
  if (!context.durable.publishNew(path, bytes, 0o640, stillGood)) return false
  syncRequest(context.durable, folder)
  return true
}

/** The request can be seen already: whoever is told of a failure must know that it may be taken all the same. */
const syncRequest = (durable: Durable, folder: string): void => {
  try {
    durable.syncFolder(folder)
  } catch (error) {
    if (!(error instanceof GodError)) throw error
    throw new GodError(
      error.code,
      `the request was queued, but a power loss may undo it: ${error.message}`,
      `${error.hint} See 'god stat' before you submit again.`,
      {cause: error},
    )
  }
}

/** After `linkRequest`. */
export const tellOfRequest = ({durable, layout, uid, random}: DropContext): void =>
  ringBell(durable.fs, layout, uid, random)

/** Before its id was told. Taken meanwhile, it is gone already. */
export const takeBack = ({durable, layout, uid}: DropContext, tok: Token): void => {
  unlinkIfThere(durable.fs, join(layout.dropFolder(uid), requestName(tok)))
}

/** Mine by that name, that a power cut does not take any more; null: there is none. */
export const waitingRequest = ({durable, layout, uid}: DropContext, tok: Token): Uint8Array | null => {
  const folder = layout.dropFolder(uid)
  const bytes = readRegular(durable.fs, join(folder, requestName(tok)), MAX_REQUEST_BYTES)
  if (bytes !== null) durable.syncFolder(folder)
  return bytes
}

export interface OwnRequest {
  readonly tok: Token
  readonly bytes: Uint8Array
}

/** My requests that nobody has taken yet; what vanishes meanwhile has been taken. */
export const ownRequests = ({durable, layout, uid}: Omit<DropContext, 'random'>): readonly OwnRequest[] => {
  const folder = layout.dropFolder(uid)
  const found: OwnRequest[] = []
  for (const name of listNames(durable.fs, folder)) {
    const tok = parseRequestName(name)
    if (tok === null) continue
    const bytes = readRegular(durable.fs, join(folder, name), MAX_BULK_BYTES)
    if (bytes !== null) found.push({tok, bytes})
  }
  return found
}
