/**
 * Node records: what each node offers, as its executor last told (state.md 2, `nodes/`).
 * Published by exclusive link like jobs, only when something changed; so `submit` can refuse what can never fit.
 */
import {join} from 'node:path'
import type {NodeReport} from '@god-cli/api'
import * as v from 'valibot'
import type {Instant} from '../core/brand.js'
import {countedSchema, resourcesOf} from '../core/counted.js'
import {holdFields, type NodeHold} from '../core/node/hold.js'
import {parseWith} from '../core/parse-with.js'
import type {ReadonlyDeep} from '../core/record-fields.js'
import type {Durable} from './disk/durable.js'
import {isErrno} from './disk/file-system.js'
import {listNames, readFile, unlinkIfThere} from './disk/read-file.js'
import {decode, decodeUtf8, encode} from './jobs/record-codec.js'
import type {Layout} from './layout.js'

const nodeSchema = v.object({
  v: v.literal(1),
  rev: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  name: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)),
  capacity: v.strictObject({cpus: v.number(), memory: v.number(), gpus: v.number()}),
  /** What the operator counts on it; left out: nothing. */
  counted: v.exactOptional(countedSchema),
  labels: v.record(v.string(), v.string()),
  /** Its engine does not answer its watcher: since when, and what was said. Left out: it answers. */
  down: v.exactOptional(v.strictObject({since: v.number(), why: v.string()})),
  ...holdFields,
})
export type NodeRecord = ReadonlyDeep<v.InferOutput<typeof nodeSchema>>

export type Down = NonNullable<NodeRecord['down']>

/** As much of a sentence of the engine as is of use. */
const MOST_WHY = 200

/** What is no executor's word. */
const kept = ({down, ...record}: NodeRecord): Pick<NodeRecord, 'down' | keyof NodeHold> => ({
  ...(down === undefined ? {} : {down}),
  ...holdOf(record),
})

type Maybe<T> = {readonly [K in keyof T]?: T[K] | undefined}

const holdOf = ({drained, lost, reserved}: Maybe<NodeHold>): NodeHold => ({
  ...(drained === undefined ? {} : {drained}),
  ...(lost === undefined ? {} : {lost}),
  ...(reserved === undefined || reserved.length === 0 ? {} : {reserved}),
})

/** As often as somebody else may be faster. */
const MOST_TRIES = 20

export interface NodeStore {
  /** Sorted by name. */
  records(): readonly NodeRecord[]
  /** What operators decided, on the disk when it returns. False: no such node is known. Throws if it cannot be published. */
  hold(name: string, change: (hold: NodeHold) => NodeHold): boolean
  all(): readonly NodeReport[]
  /** Publishes what differs from the newest record. */
  report(nodes: readonly NodeReport[]): void
  /** Its watcher's word on a node that was reported: why its engine does not answer; null: it does. */
  mark(name: string, why: string | null, at: Instant): void
  /** The nodes whose engines do not answer. */
  down(): ReadonlyMap<string, Down>
}

const parseName = (file: string): {name: string; rev: number} | null => {
  const match = /^([A-Za-z0-9][A-Za-z0-9._-]{0,62})\.([1-9]\d{0,14})\.json$/.exec(file)
  return match?.[1] === undefined ? null : {name: match[1], rev: Number(match[2])}
}

/** Of fsck: what is wrong with the bytes of a record of that name, or null; null instead: no name of a record. */
export const judgeNodeFile = (file: string): ((bytes: Uint8Array) => string | null) | null => {
  const named = parseName(file)
  if (named === null) return null
  return bytes => {
    const parsed = decode(bytes, value => parseWith(nodeSchema, value))
    if (!parsed.ok) return parsed.why
    const {name, rev} = parsed.value
    return name === named.name && rev === named.rev ? null : `it tells of revision ${rev} of node ${name}`
  }
}

export const createNodeStore = (durable: Durable, layout: Layout): NodeStore => {
  const {fs} = durable
  const pathOf = (name: string, r: number): string => join(layout.nodes, `${name}.${r}.json`)

  const revisions = (): Map<string, number[]> => {
    const found = new Map<string, number[]>()
    for (const file of listNames(fs, layout.nodes)) {
      const parsed = parseName(file)
      if (parsed !== null) found.set(parsed.name, [...(found.get(parsed.name) ?? []), parsed.rev])
    }
    return found
  }

  /** What lies there under such a name and is no file is a stranger, of which fsck tells. */
  const readIfFile = (path: string): ReturnType<typeof readFile> => {
    try {
      return readFile(fs, path)
    } catch (error) {
      if (isErrno(error, 'EISDIR')) return null
      throw error
    }
  }

  const newest = (name: string, revs: readonly number[]): NodeRecord | null => {
    for (const r of [...revs].sort((a, b) => b - a)) {
      const file = readIfFile(pathOf(name, r))
      const parsed = file === null ? null : decode(file.bytes, value => parseWith(nodeSchema, value))
      if (parsed?.ok === true && parsed.value.name === name) return parsed.value
    }
    return null
  }

  /**
   * False: a whole line of JSON that does not speak of it. `stat` asks at each start, and its checksum would cost a fifth
   * of that.
   */
  const mayBeDown = (name: string, newestRev: number): boolean => {
    const file = readIfFile(pathOf(name, newestRev))
    const text = file === null ? null : decodeUtf8(file.bytes)
    return text === null || !text.endsWith('}\n') || text.includes('"down"')
  }

  /** False: somebody else was faster. */
  const publish = (
    old: NodeRecord | null,
    next: Omit<NodeRecord, 'v' | 'rev'>,
    revs: readonly number[],
  ): boolean => {
    const record: NodeRecord = {v: 1, rev: Math.max(0, ...revs) + 1, ...next}
    if (old !== null && JSON.stringify({...old, rev: 0}) === JSON.stringify({...record, rev: 0})) return true
    if (!durable.publishNew(pathOf(record.name, record.rev), encode(record), 0o644)) return false
    durable.syncFolder(layout.nodes)
    for (const r of [...revs].sort((a, b) => a - b).slice(0, -1)) unlinkIfThere(fs, pathOf(record.name, r))
    return true
  }
  const records = (): readonly NodeRecord[] =>
    [...revisions()]
      .flatMap(([name, revs]) => newest(name, revs) ?? [])
      .sort((a, b) => (a.name < b.name ? -1 : 1))

  return {
    records,
    all: () =>
      records().map(({name, capacity, counted, labels}) => ({
        name,
        capacity: resourcesOf({resources: capacity, ...(counted === undefined ? {} : {counted})}),
        labels,
      })),
    hold: (name, change) => {
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const revs = revisions().get(name) ?? []
        const old = newest(name, revs)
        if (old === null) return false
        const {v: _v, rev: _rev, drained, lost, reserved, ...rest} = old
        const next = {...rest, ...holdOf(change(holdOf({drained, lost, reserved})))}
        if (publish(old, next, revs)) return true
      }
      throw new Error(`the record of node ${name} changes all the time`)
    },
    report: nodes => {
      const known = revisions()
      for (const {name, capacity, labels} of nodes) {
        const revs = known.get(name) ?? []
        const old = newest(name, revs)
        const {cpus, memory, gpus, counted} = capacity
        const others = old === null ? {} : kept(old)
        const has = {capacity: {cpus, memory, gpus}, ...(counted === undefined ? {} : {counted})}
        publish(old, {name, ...has, labels: {...labels}, ...others}, revs)
      }
    },
    mark: (name, why, at) => {
      const revs = revisions().get(name) ?? []
      const old = newest(name, revs)
      if (old === null || (old.down === undefined) === (why === null)) return
      const {capacity, labels, counted} = old
      const more = counted === undefined ? {} : {counted}
      const {down: _down, ...others} = kept(old)
      const down = why === null ? {} : {down: {since: at, why: why.slice(0, MOST_WHY)}}
      publish(old, {name, capacity, ...more, labels, ...down, ...others}, revs)
    },
    down: () => {
      const suspects = [...revisions()].filter(([name, revs]) => mayBeDown(name, Math.max(...revs)))
      return new Map(
        suspects.flatMap(([name, revs]) => {
          const down = newest(name, revs)?.down
          return down === undefined ? [] : [[name, down] as const]
        }),
      )
    },
  }
}
