/** What packed jobs count in fair share, held to their lines: whatever `usage.json` says exactly can be worked out anew. */
import type {Manifest} from '../packs/manifest-form.js'
import {type ArrayOf, packedUsage} from '../packs/packed-usage.js'
import {decodeUsage, type SegmentUsage} from '../packs/usage-file.js'
import type {Finding} from './finding.js'
import type {Place} from './place.js'
import {see} from './seen.js'

const MOST_BYTES = 256 * 1024 * 1024

/** Another version of Node may round the last digit otherwise. */
const isSame = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, a, b)

const areSame = (told: SegmentUsage, again: SegmentUsage): boolean =>
  told.at === again.at &&
  told.used.size === again.used.size &&
  [...again.used].every(([user, used]) => isSame(told.used.get(user) ?? Number.NaN, used))

/** A file that is none is told with all that is derived; one that lacks segments is only behind. */
export const usageFindings = (place: Place, manifest: Manifest, arrayOf: ArrayOf): readonly Finding[] => {
  const path = place.layout.usage
  const seen = see(place.fs, path, MOST_BYTES)
  const parsed = seen.kind === 'read' ? decodeUsage(seen.bytes) : null
  if (seen.kind !== 'read' || parsed?.ok !== true) return []
  const told = parsed.value
  const names = manifest.segments
    .map(({name}) => name)
    .filter(name => told.segments.get(name)?.coarse === false)
  const question = {halfLife: told.halfLife, now: 0, arrayOf, most: Number.POSITIVE_INFINITY}
  const {usage: again} = packedUsage(place, {...manifest, sums: names}, null, question)
  const wrong = [...again.segments].filter(([name, usage]) => {
    const old = told.segments.get(name)
    return old !== undefined && !usage.coarse && !areSame(old, usage)
  })
  if (wrong.length === 0) return []
  const why = `what ${wrong.map(([name]) => name).join(', ')} counts is not what the lines there tell`
  return [{id: 'F_DERIVED', path, text: why, repair: {do: 'set-aside', ino: seen.stat.ino, why}}]
}
