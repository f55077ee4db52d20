/**
 * What must be true of the packs at every moment, by the bytes on the disk: the newest manifest is whole, equals its
 * files, and has each job in one place; nothing in it may still change.
 */

import {has, setOf} from '../../src/core/array/interval-set.js'
import {isFinal} from '../../src/core/state.js'
import {addSums} from '../../src/core/usage/accounting.js'
import {sha256} from '../../src/store/jobs/record-codec.js'
import {parseNumbered} from '../../src/store/layout.js'
import {decodeManifest, type Manifest, type Segment} from '../../src/store/packs/manifest-form.js'
import {parseJobLine, parseTaskLine, splitLines} from '../../src/store/packs/packed-line.js'
import {decodeRows, placeOf} from '../../src/store/packs/segment-index.js'
import {partPath, SEGMENT_PARTS} from '../../src/store/packs/segment-names.js'
import {decodeSums} from '../../src/store/packs/sums.js'
import type {World} from './world.js'

type Faults = string[]

/** Worked out once for the same bytes: what is published never changes. */
const once = <T, A extends readonly unknown[]>(
  work: (bytes: Uint8Array, ...rest: A) => T,
): ((bytes: Uint8Array, ...rest: A) => T) => {
  const known = new WeakMap<Uint8Array, {readonly result: T}>()
  return (bytes, ...rest) => {
    const found = known.get(bytes) ?? {result: work(bytes, ...rest)}
    known.set(bytes, found)
    return found.result
  }
}

const manifestIn = once(decodeManifest)
const sumOf = once(sha256)
const linesIn = once(bytes => splitLines(bytes).flatMap(line => line ?? []))

/** By the newest manifest; one that is damaged holds nobody. */
export const packedNow = (world: World): ((id: number) => boolean) => {
  const manifest = newestManifest(world)
  if (manifest === null || typeof manifest === 'string') return () => false
  return id => has(manifest.packed, id) || has(manifest.dropped, id)
}

export const newestManifest = (world: World): Manifest | string | null => {
  const folder = world.disk.lookup(world.layout.done)
  const numbers = [...(folder?.names.keys() ?? [])].flatMap(name => parseNumbered('MANIFEST', name) ?? [])
  if (numbers.length === 0) return null
  const n = Math.max(...numbers)
  const name = `MANIFEST.${n}`
  const bytes = folder?.names.get(name)?.bytes ?? new Uint8Array()
  const copy = folder?.names.get(`${name}.copy`)?.bytes
  if (copy !== undefined && Buffer.compare(copy, bytes) !== 0) return `${name}: its copy is another one`
  const parsed = manifestIn(bytes, n)
  return parsed.ok ? parsed.value.manifest : `${name}: ${parsed.why}`
}

/** A packer was stopped between the two. */
export const lacksCopy = ({disk, layout}: World): boolean => {
  const names = [...(disk.lookup(layout.done)?.names.keys() ?? [])]
  const n = Math.max(0, ...names.flatMap(name => parseNumbered('MANIFEST', name) ?? []))
  return n > 0 && !names.includes(`MANIFEST.${n}.copy`)
}

const bytesOf = (world: World, path: string): Uint8Array => world.disk.lookup(path)?.bytes ?? new Uint8Array()

const fileFaults = (world: World, {name, parts}: Segment): Faults =>
  SEGMENT_PARTS.flatMap(part => {
    const facts = parts?.[part] ?? null
    const bytes = bytesOf(world, partPath(world.layout, name, part))
    if (facts === null || (facts.bytes === bytes.length && facts.sha256 === sumOf(bytes))) return []
    return [`P: ${part} of ${name} is not what the manifest tells`]
  })

/** Each line whole, where the index says, and final. */
const lineFaults = (world: World, {name, jobs, tasks}: Segment): Faults => {
  const bytes = bytesOf(world, partPath(world.layout, name, 'lines'))
  const lines = linesIn(bytes)
  const places = decodeRows(bytesOf(world, partPath(world.layout, name, 'index'))).map(placeOf)
  const faults: Faults = []
  if (lines.length !== jobs + tasks || places.length !== lines.length)
    faults.push(`P: lines of ${name} are missing`)
  for (const {id, task, offset, length} of places) {
    const line = bytes.subarray(offset, offset + length)
    const parsed = task === null ? parseJobLine(line) : parseTaskLine(line)
    if (!parsed.ok || parsed.value.id !== id) faults.push(`P: ${name}: no line of ${id} where the index says`)
    else if ('record' in parsed.value && !(parsed.value.record.sealed && isFinal(parsed.value.record.state)))
      faults.push(`P: ${name}: job ${id} may still change`)
  }
  return faults
}

const idsOf = (world: World, {name}: Segment): {jobs: number[]; tasks: string[]} => {
  const lines = linesIn(bytesOf(world, partPath(world.layout, name, 'lines')))
  return {
    jobs: lines.flatMap(({id, task}) => (task === null ? [id] : [])),
    tasks: lines.flatMap(({id, task}) => (task === null ? [] : [`${id}[${task}]`])),
  }
}

const twice = (all: readonly (number | string)[]): readonly (number | string)[] =>
  all.filter((one, i) => all.indexOf(one) !== i)

const setFaults = (world: World, manifest: Manifest): Faults => {
  const ids = manifest.segments.map(segment => idsOf(world, segment))
  const jobs = ids.flatMap(one => one.jobs)
  const faults = twice([...jobs, ...ids.flatMap(one => one.tasks)]).map(one => `P: ${one} is packed twice`)
  if (setOf(jobs).join() !== manifest.packed.join())
    faults.push('P: the packed ids are not those of the lines')
  return [
    ...faults,
    ...jobs.filter(id => has(manifest.dropped, id)).map(id => `P: ${id} is packed and dropped`),
  ]
}

/** As many jobs and tasks in the sums as were ever packed. */
const sumFaults = (world: World, {sums, segments}: Manifest): Faults => {
  const read = sums.map(name => decodeSums(bytesOf(world, partPath(world.layout, name, 'sums'))))
  if (read.some(parsed => !parsed.ok)) return ['P: sums are missing']
  const all = addSums(read.flatMap(parsed => (parsed.ok ? parsed.value : [])))
  const count = (of: readonly {jobs: number; tasks: number}[]): number =>
    of.reduce((sum, {jobs, tasks}) => sum + jobs + tasks, 0)
  const missing = segments.filter(({name}) => !sums.includes(name)).map(({name}) => `P: no sums of ${name}`)
  return count(all) < count(segments)
    ? [...missing, 'P: the sums tell of fewer jobs than the segments']
    : missing
}

/** Judged once: what a manifest names never changes. */
const judged = new WeakMap<Uint8Array, Faults>()

export const packFaults = (world: World): Faults => {
  const manifest = newestManifest(world)
  if (manifest === null) return []
  if (typeof manifest === 'string') return [`P: ${manifest}`]
  const {segments} = manifest
  return [
    ...segments.flatMap(segment => fileFaults(world, segment)),
    ...segments.flatMap(segment => {
      const bytes = bytesOf(world, partPath(world.layout, segment.name, 'lines'))
      const known = judged.get(bytes) ?? lineFaults(world, segment)
      judged.set(bytes, known)
      return known
    }),
    ...setFaults(world, manifest),
    ...sumFaults(world, manifest),
  ]
}
