/**
 * `engine/orphans-<node>.json`: since when each container of an unknown job is seen (state.md 8), so that single passes
 * count on. Derived: without it such a container only stays longer.
 */
import {join} from 'node:path'
import * as v from 'valibot'
import {parseWith} from '../core/parse-with.js'
import type {Durable} from './disk/durable.js'
import {errno} from './disk/file-system.js'
import {readFile} from './disk/read-file.js'
import {decodeLenient, encode} from './jobs/record-codec.js'
import type {Layout} from './layout.js'

const schema = v.object({v: v.literal(1), seen: v.record(v.string(), v.number())})

/** By container id: epoch milliseconds. */
export type Sights = ReadonlyMap<string, number>

export const SIGHTS_NAME = /^orphans-.+\.json$/

const pathOf = (layout: Layout, node: string): string => join(layout.engines, `orphans-${node}.json`)

const parse = (bytes: Uint8Array) => decodeLenient(bytes, value => parseWith(schema, value))

/** Of fsck: what is wrong with the bytes, or null. */
export const judgeSights = (bytes: Uint8Array): string | null => {
  const parsed = parse(bytes)
  return parsed.ok ? null : parsed.why
}

/** Null: it is there and cannot be read now. */
export const readSights = ({fs}: Pick<Durable, 'fs'>, layout: Layout, node: string): Sights | null => {
  try {
    const file = readFile(fs, pathOf(layout, node))
    const parsed = file === null ? null : parse(file.bytes)
    return new Map(parsed?.ok === true ? Object.entries(parsed.value.seen) : [])
  } catch (error) {
    if (errno(error) === null) throw error
    return null
  }
}

export const writeSights = (durable: Durable, layout: Layout, node: string, sights: Sights): void => {
  durable.replace(pathOf(layout, node), encode({v: 1, seen: Object.fromEntries(sights)}), 0o600, {
    derived: true,
  })
}
