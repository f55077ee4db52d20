/**
 * The segments that the newest manifest names: each file is held to the bytes and the sum that stand there
 * (state.md 10, 14). Reads every packed byte.
 */
import {parseManifestName} from '../manifest.js'
import type {Segment} from '../manifest-form.js'
import {listNames} from '../read-file.js'
import {sha256} from '../record-codec.js'
import {partPath, SEGMENT_PARTS} from '../segment-names.js'
import {bare, type Finding} from './finding.js'
import {checkManifests} from './manifests.js'
import type {Place} from './place.js'
import {see, strangerFinding, unseenFinding} from './seen.js'

const MOST_BYTES = 2 ** 30

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
    .filter(name => parseManifestName(name) === null && !/^(\d{4}$|\.t\.)/.test(name))
    .flatMap(name => strangerFinding(fs, `${layout.done}/${name}`) ?? [])

export const checkPacked = (place: Place): readonly Finding[] => {
  const {newest, findings} = checkManifests(place)
  const segments = newest?.segments ?? []
  return [...findings, ...segments.flatMap(segment => checkSegment(place, segment)), ...strangers(place)]
}
