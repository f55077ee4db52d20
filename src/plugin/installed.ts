/**
 * Which packages are installed in a folder of plugins, as oclif keeps it: a small npm project whose package.json
 * lists them. Reads names and places alone; a folder that is not there holds none.
 */
import {readFileSync} from 'node:fs'
import {isAbsolute, join} from 'node:path'
import * as v from 'valibot'
import {parseWith} from '../core/parse-with.js'

/** As npm allows them; no path can hide in one. */
const packageNameSchema = v.pipe(
  v.string(),
  v.regex(/^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i),
)

const entrySchema = v.union([
  v.pipe(
    packageNameSchema,
    v.transform(name => ({name, type: 'user' as const, url: null})),
  ),
  v.object({name: packageNameSchema, type: v.literal('user'), url: v.fallback(v.nullable(v.string()), null)}),
  v.object({
    name: packageNameSchema,
    type: v.literal('link'),
    root: v.pipe(v.string(), v.check(isAbsolute)),
  }),
])

const projectSchema = v.object({
  oclif: v.optional(v.object({plugins: v.optional(v.array(v.unknown()), [])}), {plugins: []}),
})

export interface InstalledPlugin {
  readonly name: string
  readonly folder: string
  /** A folder of its author's, outside of the place of plugins. */
  readonly linked: boolean
  /** Where it was installed from, if not from a registry. */
  readonly url: string | null
}

export interface Installed {
  readonly plugins: readonly InstalledPlugin[]
  /** What of the list cannot be read. */
  readonly faults: readonly string[]
}

const NONE: Installed = {plugins: [], faults: []}

const placed = (place: string, entry: v.InferOutput<typeof entrySchema>): InstalledPlugin =>
  entry.type === 'link'
    ? {name: entry.name, folder: entry.root, linked: true, url: null}
    : {name: entry.name, folder: join(place, 'node_modules', entry.name), linked: false, url: entry.url}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

/** Never throws. */
export const installedIn = (place: string): Installed => {
  try {
    return parseInstalled(place, JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')))
  } catch (error) {
    if (isMissing(error)) return NONE
    const why = error instanceof Error ? error.message : String(error)
    return {plugins: [], faults: [`the list of plugins in ${place} cannot be read: ${why}`]}
  }
}

/** `project` = what its package.json holds. */
export const parseInstalled = (place: string, project: unknown): Installed => {
  const parsed = parseWith(projectSchema, project)
  if (!parsed.ok) return {plugins: [], faults: [`the list of plugins in ${place} is wrong: ${parsed.why}`]}
  const entries = parsed.value.oclif.plugins.map(one => parseWith(entrySchema, one))
  return {
    plugins: entries.flatMap(one => (one.ok ? [placed(place, one.value)] : [])),
    faults: entries.flatMap(one =>
      one.ok ? [] : [`an entry in ${place}/package.json is wrong: ${one.why}`],
    ),
  }
}
