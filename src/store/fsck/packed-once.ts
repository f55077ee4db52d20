/**
 * Each job and task packed once over all segments, and just those that the manifest tells of (state.md 14). Of each line
 * 8 bytes are kept: its id, and its task plus one.
 */
import {has, minus, pairsOf, setOf} from '../../core/array/interval-set.js'
import type {Segment} from '../packs/manifest-form.js'
import type {Finding} from './finding.js'
import type {NewestManifest} from './manifests.js'

export interface Once {
  /** `keys` null: of some of its lines nobody can tell whose they are. */
  readonly add: (segment: Segment, keys: BigUint64Array | null) => void
  readonly findings: () => readonly Finding[]
}

/** Told one by one up to so many. */
const MOST_TOLD = 20

const idOf = (key: bigint): number => Number(key >> 32n)

const subject = (key: bigint): string => {
  const task = Number(key & 0xffff_ffffn)
  return task === 0 ? `job ${idOf(key)}` : `task ${task - 1} of job ${idOf(key)}`
}

const sorted = (all: readonly BigUint64Array[]): BigUint64Array => {
  const keys = new BigUint64Array(all.reduce((sum, {length}) => sum + length, 0))
  let at = 0
  for (const some of all) {
    keys.set(some, at)
    at += some.length
  }
  return keys.sort()
}

const isJob = (key: bigint): boolean => (key & 0xffff_ffffn) === 0n

export const createOnce = ({path, manifest}: NewestManifest): Once => {
  const found: {readonly name: string; readonly keys: BigUint64Array}[] = []
  let complete = true

  const twice = (keys: BigUint64Array): readonly string[] => {
    const texts: string[] = []
    for (let i = 1; i < keys.length && texts.length < MOST_TOLD; i++) {
      const key = keys[i]
      if (key === undefined || key !== keys[i - 1] || key === keys[i - 2]) continue
      const names = found.flatMap(({name, keys: own}) => (own.includes(key) ? [name] : []))
      texts.push(`${subject(key)} has more than one line: in ${names.join(', ')}`)
    }
    return texts
  }

  const untold = (keys: BigUint64Array): readonly string[] => {
    const ids: number[] = []
    for (const key of keys) if (isJob(key)) ids.push(idOf(key))
    const lines = setOf(ids)
    const strange = pairsOf(minus(lines, manifest.packed)).slice(0, MOST_TOLD)
    const missing = complete ? pairsOf(minus(manifest.packed, lines)).slice(0, MOST_TOLD) : []
    const span = (from: number, to: number): string => (from === to ? `job ${from}` : `jobs ${from} to ${to}`)
    return [
      ...strange.map(([from, to]) =>
        has(manifest.dropped, from)
          ? `${span(from, to)}: dropped by the manifest, with a line`
          : `${span(from, to)}: not packed by the manifest, with a line`,
      ),
      ...missing.map(([from, to]) => `${span(from, to)}: packed by the manifest, without a line`),
    ]
  }

  return {
    add: ({name}, keys) => {
      if (keys === null) complete = false
      else found.push({name, keys})
    },
    findings: () => {
      const keys = sorted(found.map(({keys: own}) => own))
      return [...twice(keys), ...untold(keys)].map(text => ({id: 'F_PACKED_ONCE', path, text}))
    },
  }
}
