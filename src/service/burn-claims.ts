/**
 * Burning claims that became no job (state.md 4): a submit that crashed between its claim and its request.
 * The hint passes the id before the claim goes, so nobody can get it again; a request that comes late all the
 * same is admitted by that hint.
 */
import {join} from 'node:path'
import {isErrno} from '../store/file-system.js'
import {listClaims, raiseHint, readHint, removeClaim} from '../store/ids.js'
import type {Service} from './service.js'

/** Milliseconds; a submit gives up its own claim after half of it. */
export const CLAIM_LIFE = 10 * 60 * 1000
const FAR_AHEAD = 1_000_000

const ageOf = (service: Service, id: number): number => {
  try {
    return service.now() - service.durable.fs.lstat(join(service.layout.ids, String(id))).mtimeMs
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 0
    throw error
  }
}

export const burnClaims = (service: Service): void => {
  const {durable, layout} = service
  for (const id of listClaims(durable.fs, layout)) {
    if (ageOf(service, id) < CLAIM_LIFE) continue
    if (id <= readHint(durable.fs, layout) + FAR_AHEAD) raiseHint(durable, layout, id)
    removeClaim(durable.fs, layout, id)
  }
}
