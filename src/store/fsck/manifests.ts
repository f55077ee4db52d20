/**
 * The manifests and their copies (state.md 10, 14): each one of a pair is held to its sum and number, and to the other.
 * An older manifest is history; only the newest counts, and only that one must have a copy.
 */

import {sha256} from '../jobs/record-codec.js'
import {copyPath, listManifests, manifestPath} from '../packs/manifest.js'
import {decodeManifest, type Manifest} from '../packs/manifest-form.js'
import {MANIFESTS_KEPT} from '../packs/publish-manifest.js'
import {bare, type Finding} from './finding.js'
import type {Place} from './place.js'
import {type Seen, see, unseenFinding} from './seen.js'

const MOST_BYTES = 2 ** 30

interface Half {
  readonly path: string
  readonly seen: Seen['kind']
  /** Null: it cannot be believed. */
  readonly whole: {readonly manifest: Manifest; readonly numbered: boolean; readonly sum: string} | null
  /** Null: it is whole, or not there. */
  readonly finding: Finding | null
}

const readHalf = (place: Place, id: 'F_MANIFEST' | 'F_MANIFEST_COPY', path: string, n: number): Half => {
  const seen = see(place.fs, path, MOST_BYTES)
  const half = {path, seen: seen.kind, whole: null, finding: null}
  if (seen.kind === 'gone') return half
  // Never set aside: without it, what is packed would count as never heard of.
  if (seen.kind !== 'read') return {...half, finding: bare(unseenFinding(path, seen))}
  const parsed = decodeManifest(seen.bytes, n)
  if (!parsed.ok) return {...half, finding: {id, path, text: parsed.why}}
  if (id === 'F_MANIFEST_COPY' && !parsed.value.numbered)
    return {...half, finding: {id, path, text: 'it does not say of which manifest it is'}}
  return {...half, whole: {...parsed.value, sum: sha256(seen.bytes)}}
}

/** What lies in its place is no file: a person decides. */
const mended = (half: Half, finding: Finding, n: number): Finding =>
  half.seen === 'odd' ? finding : {...finding, repair: {do: 'mend-manifest', n}}

const told = (finding: Finding | null): readonly Finding[] => (finding === null ? [] : [finding])

const copyText = (own: Half, copy: Half, isNewest: boolean): string | null => {
  if (copy.whole !== null)
    return copy.whole.sum === own.whole?.sum ? null : 'it is another one than its manifest'
  return copy.seen === 'gone' && isNewest ? 'it is not there' : null
}

const ofWhole = (own: Half, copy: Half, n: number, newest: number): readonly Finding[] => {
  if (copy.finding !== null) return [mended(copy, copy.finding, n)]
  const text = copyText(own, copy, n === newest)
  return text === null ? [] : [mended(copy, {id: 'F_MANIFEST_COPY', path: copy.path, text}, n)]
}

const ofBad = (own: Half, copy: Half, n: number, newest: number): readonly Finding[] => {
  if (copy.whole === null) return [...told(own.finding), ...told(copy.finding)]
  // A packer that stalled left it, and the next one takes it away.
  if (own.seen === 'gone' && n <= newest - MANIFESTS_KEPT) return []
  const gone: Finding = {id: 'F_MANIFEST', path: own.path, text: 'it is not there, and its copy is'}
  return [mended(own, own.finding ?? gone, n)]
}

export interface NewestManifest {
  readonly path: string
  readonly manifest: Manifest
}

export interface ManifestsChecked {
  /** Null: there is none, or it cannot be believed. */
  readonly newest: NewestManifest | null
  readonly findings: readonly Finding[]
}

export const checkManifests = (place: Place): ManifestsChecked => {
  const numbers = listManifests(place.fs, place.layout)
  const top = numbers.at(-1) ?? 0
  let newest: NewestManifest | null = null
  const findings = numbers.flatMap(n => {
    const own = readHalf(place, 'F_MANIFEST', manifestPath(place.layout, n), n)
    const copy = readHalf(place, 'F_MANIFEST_COPY', copyPath(place.layout, n), n)
    const whole = own.whole ?? copy.whole
    newest = whole === null ? null : {path: own.path, manifest: whole.manifest}
    return own.whole === null ? ofBad(own, copy, n, top) : ofWhole(own, copy, n, top)
  })
  return {newest, findings}
}
