/**
 * Whether a service may run what a plugin's files say: each folder from the place of plugins down to the entry, and
 * the package.json files, must belong to who is trusted there and be closed to the writing of others.
 *
 * System-wide plugins are root's, so that nobody else decides what a service runs; a user's own are his (or root's).
 */
import {realpathSync, type Stats, statSync} from 'node:fs'
import {join, relative, sep} from 'node:path'

export interface TrustRule {
  readonly owners: readonly number[]
  /** Bits of the mode that must not be set. */
  readonly closed: number
}

const BY_NOBODY_ELSE = 0o022
/** A user's group is often his alone. */
const BY_NO_STRANGER = 0o002

export const SYSTEM_RULE: TrustRule = {owners: [0], closed: BY_NOBODY_ELSE}

export const userRule = (uid: number): TrustRule => ({
  owners: [0, uid],
  closed: uid === 0 ? BY_NOBODY_ELSE : BY_NO_STRANGER,
})

const fault = (path: string, {uid, mode}: Stats, {owners, closed}: TrustRule): string | null => {
  if (!owners.includes(uid)) return `${path} belongs to uid ${uid}`
  return (mode & closed) === 0 ? null : `${path} can be written by others`
}

/** From `base` down to `path`, both included. */
const chain = (base: string, path: string): readonly string[] => {
  const parts = relative(base, path).split(sep)
  return [base, ...parts.map((_, i) => join(base, ...parts.slice(0, i + 1)))]
}

/**
 * Null: it may be loaded. Else what stands against it. Links are followed first: one that leads out of `base` is a
 * fault, whoever made it.
 */
export const distrustOf = (
  base: string,
  folder: string,
  files: readonly string[],
  rule: TrustRule,
): string | null => {
  try {
    const root = realpathSync(base)
    for (const file of [join(folder, 'package.json'), ...files]) {
      const real = realpathSync(file)
      if (!real.startsWith(root + sep)) return `${file} leads out of ${base}`
      for (const path of chain(root, real)) {
        const found = fault(path, statSync(path), rule)
        if (found !== null) return found
      }
    }
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
