/**
 * The commands and flags that there are, from the manifests that builds leave beside them: read as data, so that the
 * Tab key loads no command and runs nobody's code. A plugin without a manifest, or with a damaged one, is left out.
 */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import * as v from 'valibot'

const flag = v.object({
  char: v.optional(v.string()),
  summary: v.optional(v.string(), ''),
  type: v.string(),
  hidden: v.optional(v.boolean(), false),
  allowNo: v.optional(v.boolean(), false),
  delimiter: v.optional(v.string()),
  options: v.optional(v.array(v.string())),
})

const argument = v.object({options: v.optional(v.array(v.string()))})

const command = v.object({
  id: v.string(),
  summary: v.optional(v.string(), ''),
  hidden: v.optional(v.boolean(), false),
  args: v.optional(v.record(v.string(), argument), {}),
  flags: v.optional(v.record(v.string(), flag), {}),
})

const manifest = v.object({commands: v.record(v.string(), command)})

export type CommandShape = v.InferOutput<typeof command>
export type FlagShape = v.InferOutput<typeof flag>

const readTable = (folder: string): readonly CommandShape[] => {
  try {
    const text = readFileSync(join(folder, 'oclif.manifest.json'), 'utf8')
    return Object.values(v.parse(manifest, JSON.parse(text)).commands)
  } catch {
    return []
  }
}

/** The first folder that has a command of an id is the one whose command runs. */
export const commandTable = (folders: readonly string[]): readonly CommandShape[] => {
  const found = new Map<string, CommandShape>()
  for (const shape of folders.flatMap(readTable)) if (!found.has(shape.id)) found.set(shape.id, shape)
  return [...found.values()].filter(({hidden}) => !hidden)
}
