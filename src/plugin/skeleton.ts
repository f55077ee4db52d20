/**
 * A new plugin as a folder that works: what lies under `skeletons` of the API, with the name in place. Made under a
 * name of its own and renamed when complete, so an interrupted run leaves no half a plugin under the name asked for.
 */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import type {ProviderKind} from '@god-cli/api'
import {GodError} from '../core/errors.js'

const skeletonOf = (root: string, kind: ProviderKind): string =>
  join(root, 'plugins', 'api', 'skeletons', kind)

const failed = (target: string, error: unknown): GodError => {
  const why = error instanceof Error ? error.message : String(error)
  return new GodError(
    'E_PLUGIN_FAILED',
    `cannot make ${target}: ${why}`,
    'Choose a folder that you may write.',
    {
      cause: error,
    },
  )
}

/** The names of its files. `root`: god's own package. */
export const writeSkeleton = (
  root: string,
  kind: ProviderKind,
  id: string,
  target: string,
): readonly string[] => {
  if (existsSync(target))
    throw new GodError(
      'E_PLUGIN_FAILED',
      `${target} is there already`,
      'Choose another name, or move it away.',
    )
  const from = skeletonOf(root, kind)
  const names = readdirSync(from).sort()
  let draft: string | null = null
  try {
    draft = mkdtempSync(join(dirname(target), `.${basename(target)}-`))
    for (const name of names)
      writeFileSync(join(draft, name), readFileSync(join(from, name), 'utf8').replaceAll('NAME', id))
    chmodSync(draft, 0o755)
    renameSync(draft, target)
    return names
  } catch (error) {
    if (draft !== null) rmSync(draft, {recursive: true, force: true})
    throw failed(target, error)
  }
}
