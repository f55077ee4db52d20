/**
 * Files that are written again by themselves: node records, the index, reasons, usage, first sights of orphans; and the
 * journal, on which nothing is decided. Damage in them stops nobody; it is told so that nobody is misled.
 */
import {join} from 'node:path'
import {listNames} from '../disk/read-file.js'
import {judgeIndex} from '../index/index-codec.js'
import {JOURNAL_NAME, judgeJournal} from '../journal.js'
import {parseBucketName} from '../layout.js'
import {judgeLiveUsage, USAGE_SUFFIX} from '../live-usage.js'
import {judgeNodeFile} from '../node-store.js'
import {judgeSights, SIGHTS_NAME} from '../orphan-sights.js'
import {judgeUsage} from '../packs/usage-file.js'
import {judgeReasons} from '../reasons-form.js'
import type {Finding} from './finding.js'
import {accessFindings} from './owners.js'
import type {Place} from './place.js'
import {see, strangerFinding, unseenFinding} from './seen.js'

const MOST_BYTES = 256 * 1024 * 1024

/** Null: whole. */
type Judge = (bytes: Uint8Array) => string | null

const checkFile = (
  place: Place,
  id: 'F_NODE' | 'F_DERIVED',
  path: string,
  judge: Judge,
): readonly Finding[] => {
  const seen = see(place.fs, path, MOST_BYTES)
  if (seen.kind === 'gone') return []
  if (seen.kind !== 'read') return [unseenFinding(path, seen)]
  const access = accessFindings(place, path, seen.stat, 0o022)
  const why = judge(seen.bytes)
  return why === null
    ? access
    : [...access, {id, path, text: why, repair: {do: 'set-aside', ino: seen.stat.ino, why}}]
}

const strangersOf = ({fs}: Place, path: string): readonly Finding[] => {
  const finding = strangerFinding(fs, path)
  return finding === null ? [] : [finding]
}

export const checkNodes = (place: Place): readonly Finding[] => {
  const {fs, layout} = place
  return listNames(fs, layout.nodes).flatMap((name): readonly Finding[] => {
    const path = join(layout.nodes, name)
    if (name.startsWith('.t.')) return []
    if (name.endsWith(USAGE_SUFFIX)) return checkFile(place, 'F_DERIVED', path, judgeLiveUsage)
    const judge = judgeNodeFile(name)
    return judge === null ? strangersOf(place, path) : checkFile(place, 'F_NODE', path, judge)
  })
}

const checkIndex = (place: Place): readonly Finding[] => {
  const {fs, layout} = place
  return listNames(fs, layout.index).flatMap((name): readonly Finding[] => {
    const path = join(layout.index, name)
    if (name.startsWith('.t.')) return []
    const bucket = parseBucketName(name.replace(/\.json$/, ''))
    return bucket === null || path !== layout.indexFile(bucket)
      ? strangersOf(place, path)
      : checkFile(place, 'F_DERIVED', path, bytes => judgeIndex(bytes, bucket))
  })
}

export const checkDerived = (place: Place): readonly Finding[] => {
  const {fs, layout} = place
  const sights = listNames(fs, layout.engines).filter(name => SIGHTS_NAME.test(name))
  return [
    ...checkFile(place, 'F_DERIVED', layout.reasons, judgeReasons),
    ...checkFile(place, 'F_DERIVED', layout.usage, judgeUsage),
    ...checkIndex(place),
    ...sights.flatMap(name => checkFile(place, 'F_DERIVED', join(layout.engines, name), judgeSights)),
  ]
}

export const checkJournal = (place: Place): readonly Finding[] => {
  const {fs, layout} = place
  return listNames(fs, layout.journal).flatMap((name): readonly Finding[] => {
    const path = join(layout.journal, name)
    if (!JOURNAL_NAME.test(name)) return strangersOf(place, path)
    const seen = see(fs, path, MOST_BYTES)
    if (seen.kind === 'gone') return []
    if (seen.kind !== 'read') return [unseenFinding(path, seen)]
    const text = judgeJournal(seen.bytes)
    return text === null ? [] : [{id: 'F_JOURNAL', path, text}]
  })
}
