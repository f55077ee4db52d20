/**
 * The manifests, and the segments that the newest one names: each file is held to the bytes and the sum that stand
 * there (state.md 10, 14). Reads every packed byte. An older manifest is history; only the newest counts.
 */
import {parseNumbered} from '../layout.js'
import {listManifests, manifestPath} from '../manifest.js'
import {decodeManifest, type Manifest, type Segment} from '../manifest-form.js'
import {listNames} from '../read-file.js'
import {sha256} from '../record-codec.js'
import {partPath, SEGMENT_PARTS} from '../segment-names.js'
import type {Finding} from './finding.js'
import type {Place} from './place.js'
import {see, strangerFinding, unseenFinding} from './seen.js'

const MOST_BYTES = 2 ** 30

/** Null: it cannot be believed, or has gone; the findings say so. */
const checkManifest = (
  place: Place,
  n: number,
): {readonly manifest: Manifest | null; readonly findings: readonly Finding[]} => {
  const path = manifestPath(place.layout, n)
  const seen = see(place.fs, path, MOST_BYTES)
  if (seen.kind === 'gone') return {manifest: null, findings: []}
  // Never set aside: without it, what is packed would count as never heard of.
  if (seen.kind !== 'read') return {manifest: null, findings: [bare(unseenFinding(path, seen))]}
  const parsed = decodeManifest(seen.bytes)
  return parsed.ok
    ? {manifest: parsed.value, findings: []}
    : {manifest: null, findings: [{id: 'F_MANIFEST', path, text: parsed.why}]}
}

const bare = ({repair: _, ...finding}: Finding): Finding => finding

const checkSegment = (place: Place, {name, parts}: Segment): readonly Finding[] =>
  SEGMENT_PARTS.flatMap((part): readonly Finding[] => {
    const facts = parts?.[part] ?? null
    if (facts === null) return []
    const path = partPath(place.layout, name, part)
    const seen = see(place.fs, path, MOST_BYTES)
    if (seen.kind === 'gone') return [{id: 'F_SEGMENT', path, text: 'it is not there'}]
    if (seen.kind !== 'read') return [bare(unseenFinding(path, seen))]
    const {length} = seen.bytes
    if (length !== facts.bytes)
      return [{id: 'F_SEGMENT', path, text: `it has ${length} bytes, and ${facts.bytes} were written`}]
    return sha256(seen.bytes) === facts.sha256
      ? []
      : [{id: 'F_SEGMENT', path, text: 'its checksum does not fit'}]
  })

/** Names beside the manifests that are none; years and temporary files are looked at by those who know them. */
const strangers = ({fs, layout}: Place): readonly Finding[] =>
  listNames(fs, layout.done)
    .filter(name => parseNumbered('MANIFEST', name) === null && !/^(\d{4}$|\.t\.)/.test(name))
    .flatMap(name => strangerFinding(fs, `${layout.done}/${name}`) ?? [])

export const checkPacked = (place: Place): readonly Finding[] => {
  const checked = listManifests(place.fs, place.layout).map(n => checkManifest(place, n))
  const segments = checked.at(-1)?.manifest?.segments ?? []
  return [
    ...checked.flatMap(({findings}) => findings),
    ...segments.flatMap(segment => checkSegment(place, segment)),
    ...strangers(place),
  ]
}
