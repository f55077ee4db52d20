/**
 * The submitter's side of the inbox (state.md 5): drop a request so that it survives everything, then ring.
 *
 * Runs as the user, needs no other process: with every daemon down the request is safe once `drop` returns.
 * After a crash there is a temporary file at most, or the whole request.
 */
import {join} from 'node:path'
import {type Token, token, type Uid} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import {MAX_REQUEST_BYTES, type Request} from '../core/request.js'
import {ringBell} from './bell.js'
import {type Durable, type RandomToken, writeAll} from './durable.js'
import {errno} from './file-system.js'
import {type Layout, parseRequestName, requestName} from './layout.js'
import {ensureFolder, listNames, readFile} from './read-file.js'

export interface DropContext {
  readonly durable: Durable
  readonly layout: Layout
  readonly uid: Uid
  readonly random: RandomToken
}

const ensureOwnFolder = ({durable, layout, uid}: DropContext): string => {
  const folder = layout.dropFolder(uid)
  if (ensureFolder(durable.fs, folder, 0o770)) return folder
  const stat = durable.fs.lstat(folder)
  if (stat.kind === 'folder' && stat.uid === uid) return folder
  throw new GodError('E_DIR_BAD', `${folder} is not your folder`, 'An operator must remove it.')
}

export const newToken = (random: RandomToken): Token => token(random())

/** E_REQUEST_TOO_LARGE if nobody would take it. */
export const requestBytes = (request: Request): Uint8Array => {
  const bytes = Buffer.from(`${JSON.stringify(request)}\n`)
  if (bytes.length <= MAX_REQUEST_BYTES) return bytes
  throw new GodError(
    'E_REQUEST_TOO_LARGE',
    `the request has ${bytes.length} bytes; at most ${MAX_REQUEST_BYTES} are taken`,
    'Put long input into a file that the job reads.',
  )
}

const always = (): boolean => true

/**
 * Durable when it returns true; then the bell is rung. False: nothing was queued, because `stillGood`, asked right
 * before the rename, said no (a claim that grew too old: state.md 4).
 */
export const dropRequest = (context: DropContext, request: Request, stillGood = always): boolean => {
  const {durable, layout, uid, random} = context
  const {fs} = durable
  const bytes = requestBytes(request)
  try {
    const folder = ensureOwnFolder(context)
    const temp = join(folder, `.t.${request.tok}`)
    const fd = fs.open(temp, 'create', 0o640)
    try {
      writeAll(fs, fd, bytes)
      fs.fsync(fd)
    } finally {
      fs.close(fd)
    }
    if (!stillGood()) {
      fs.unlink(temp)
      return false
    }
    fs.rename(temp, join(folder, requestName(request.tok)))
    fs.fsyncDir(folder)
  } catch (error) {
    throw dropFault(error, layout)
  }
  ringBell(fs, layout, uid, random)
  return true
}

const dropFault = (error: unknown, layout: Layout): GodError => {
  if (error instanceof GodError) return error
  const code = errno(error) ?? String(error)
  const full = ['ENOSPC', 'EDQUOT'].includes(code)
  return new GodError(
    full ? 'E_DISK_FULL' : 'E_DISK',
    `cannot write the request below ${layout.inbox}: ${code}`,
    full
      ? 'Free space and submit again; nothing was queued.'
      : 'Check the shared directory with `god doctor`.',
    {cause: error},
  )
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
    const file = readFile(durable.fs, join(folder, name), {flag: 'guarded', limit: MAX_REQUEST_BYTES})
    if (file !== null && file.stat.kind === 'file') found.push({tok, bytes: file.bytes})
  }
  return found
}
