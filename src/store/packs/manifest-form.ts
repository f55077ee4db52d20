/**
 * The manifest of packed jobs as bytes, and in memory (state.md 10).
 *
 * Two sets say for ever which ids are no longer live, exactly: `packed` have a line in a segment, `dropped` had one
 * that retention dropped. A segment's own ids may tell of more than it holds (few intervals, so that the manifest
 * stays small): its index is exact. It says its own number, so that the copy of another one is not taken for it.
 * Version 1 came before there was a packer, version 2 before there were copies: both stay readable.
 */
import * as v from 'valibot'
import {type IntervalSet, union} from '../../core/array/interval-set.js'
import {coarse, idSetOfPairs, parseIds, showIds} from '../../core/id-set.js'
import {type Parsed, parseWith} from '../../core/parse-with.js'
import {decode, decodeTwin, encode} from '../jobs/record-codec.js'
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

const wholeSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const idsSchema = v.pipe(
  v.string(),
  v.rawTransform<string, IntervalSet>(({dataset, addIssue, NEVER}) => {
    const set = parseIds(dataset.value)
    if (set !== null) return set
    addIssue({message: 'no set of ids'})
    return NEVER
  }),
)

const partSchema = v.strictObject({bytes: wholeSchema, sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))})

const segmentNameSchema = v.pipe(v.string(), v.check(isSegmentName, 'no name of a segment'))

const segmentSchema = v.strictObject({
  name: segmentNameSchema,
  jobs: wholeSchema,
  tasks: wholeSchema,
  from: wholeSchema,
  to: wholeSchema,
  ids: idsSchema,
  arrays: idsSchema,
  parts: v.strictObject({
    lines: partSchema,
    index: partSchema,
    specs: v.nullable(partSchema),
    specIndex: v.nullable(partSchema),
    sums: partSchema,
  }),
})

const fieldSchemas = {
  packed: idsSchema,
  dropped: idsSchema,
  segments: v.array(segmentSchema),
  sums: v.array(segmentNameSchema),
}

const manifestSchema = v.strictObject({v: v.literal(3), n: wholeSchema, ...fieldSchemas})

const secondSchema = v.strictObject({v: v.literal(2), ...fieldSchemas})

const spansSchema = v.array(v.tuple([wholeSchema, wholeSchema]))

const firstSchema = v.strictObject({
  v: v.literal(1),
  segments: v.array(v.strictObject({name: v.string(), ids: spansSchema})),
  dropped: spansSchema,
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

export interface DecodedManifest {
  readonly manifest: Manifest
  /** It says itself which one it is. */
  readonly numbered: boolean
}

const unnumbered = <T>(parsed: Parsed<T>, manifestOf: (read: T) => Manifest): Parsed<DecodedManifest> =>
  parsed.ok ? {ok: true, value: {manifest: manifestOf(parsed.value), numbered: false}} : parsed

const parseNumberedForm = (value: unknown, expected: number): Parsed<DecodedManifest> => {
  const parsed = parseWith(manifestSchema, value)
  if (!parsed.ok) return parsed
  const {v: _, n, ...manifest} = parsed.value
  return n === expected
    ? {ok: true, value: {manifest, numbered: true}}
    : {ok: false, why: `it is the manifest of number ${n}`}
}

const versionOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'v' in value ? value.v : undefined

/** `n`: of its name. `twin`: its copy has the same bytes. */
export const decodeManifest = (bytes: Uint8Array, n: number, twin = false): Parsed<DecodedManifest> =>
  (twin ? decodeTwin : decode)(bytes, value => {
    const version = versionOf(value)
    if (version === 1) return unnumbered(parseWith(firstSchema, value), ofFirst)
    if (version === 2) return unnumbered(parseWith(secondSchema, value), ({v: _, ...manifest}) => manifest)
    return parseNumberedForm(value, n)
  })

/** Segments of version 1 have no files to name: their ids stay among the packed ones. */
export const encodeManifest = ({packed, dropped, segments, sums}: Manifest, n: number): Uint8Array =>
  encode({
    v: 3,
    n,
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
