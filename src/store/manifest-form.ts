/**
 * The manifest of packed jobs as bytes, and in memory (state.md 10).
 *
 * Two sets say for ever which ids are no longer live, exactly: `packed` have a line in a segment, `dropped` had one
 * that retention dropped. A segment's own ids may tell of more than it holds (few intervals, so that the manifest
 * stays small): its index is exact. Version 1 came before there was a packer; it stays readable.
 */
import * as v from 'valibot'
import {coarse, idSetOfPairs, parseIds, showIds} from '../core/id-set.js'
import {type IntervalSet, union} from '../core/interval-set.js'
import {type Parsed, parseWith} from '../core/job.js'
import {decode, encode} from './record-codec.js'
import {isSegmentName} from './segment-names.js'

export interface PartFacts {
  readonly bytes: number
  readonly sha256: string
}

export interface Segment {
  /** `2026/01-31.1`. */
  readonly name: string
  /** Lines of jobs, and of tasks. */
  readonly jobs: number
  readonly tasks: number
  /** First and last end in it, epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** Ids of its job lines, and some between them. */
  readonly ids: IntervalSet
  /** Ids of arrays that have task lines in it, exactly. */
  readonly arrays: IntervalSet
  /** Null: of version 1, of which no segment was ever written. `specs` null: none of its jobs had one. */
  readonly parts: {
    readonly lines: PartFacts
    readonly index: PartFacts
    readonly specs: PartFacts | null
    readonly specIndex: PartFacts | null
    readonly sums: PartFacts
  } | null
}

export interface Manifest {
  readonly packed: IntervalSet
  readonly dropped: IntervalSet
  readonly segments: readonly Segment[]
  /** Segments whose sums count: of those above, and of those that retention dropped. */
  readonly sums: readonly string[]
}

export const EMPTY_MANIFEST: Manifest = {packed: [], dropped: [], segments: [], sums: []}

/** Intervals of a segment: enough that a lookup meets few segments in vain. */
export const MOST_INTERVALS = 64

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const ids = v.pipe(
  v.string(),
  v.rawTransform<string, IntervalSet>(({dataset, addIssue, NEVER}) => {
    const set = parseIds(dataset.value)
    if (set !== null) return set
    addIssue({message: 'no set of ids'})
    return NEVER
  }),
)

const partSchema = v.strictObject({bytes: whole, sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))})

const segmentName = v.pipe(v.string(), v.check(isSegmentName, 'no name of a segment'))

const segmentSchema = v.strictObject({
  name: segmentName,
  jobs: whole,
  tasks: whole,
  from: whole,
  to: whole,
  ids,
  arrays: ids,
  parts: v.strictObject({
    lines: partSchema,
    index: partSchema,
    specs: v.nullable(partSchema),
    specIndex: v.nullable(partSchema),
    sums: partSchema,
  }),
})

const schema = v.strictObject({
  v: v.literal(2),
  packed: ids,
  dropped: ids,
  segments: v.array(segmentSchema),
  sums: v.array(segmentName),
})

const spans = v.array(v.tuple([whole, whole]))

const firstSchema = v.strictObject({
  v: v.literal(1),
  segments: v.array(v.strictObject({name: v.string(), ids: spans})),
  dropped: spans,
})

const ofFirst = ({segments, dropped}: v.InferOutput<typeof firstSchema>): Manifest => {
  const read = segments.map(({name, ids: pairs}) => ({
    name,
    jobs: 0,
    tasks: 0,
    from: 0,
    to: 0,
    ids: idSetOfPairs(pairs),
    arrays: [],
    parts: null,
  }))
  const packed = read.reduce<IntervalSet>((all, segment) => union(all, segment.ids), [])
  return {packed, dropped: idSetOfPairs(dropped), segments: read, sums: []}
}

const parse = (value: unknown): Parsed<Manifest> => {
  const version = typeof value === 'object' && value !== null && 'v' in value ? value.v : undefined
  if (version !== 1) return parseWith(schema, value)
  const parsed = parseWith(firstSchema, value)
  return parsed.ok ? {ok: true, value: ofFirst(parsed.value)} : parsed
}

export const decodeManifest = (bytes: Uint8Array): Parsed<Manifest> => decode(bytes, parse)

/** Segments of version 1 have no files to name: their ids stay among the packed ones. */
export const encodeManifest = ({packed, dropped, segments, sums}: Manifest): Uint8Array =>
  encode({
    v: 2,
    packed: showIds(packed),
    dropped: showIds(dropped),
    segments: segments
      .filter(({parts}) => parts !== null)
      .map(segment => ({
        ...segment,
        ids: showIds(coarse(segment.ids, MOST_INTERVALS)),
        arrays: showIds(segment.arrays),
      })),
    sums,
  })
