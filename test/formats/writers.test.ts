/**
 * R24: nothing is written whose like is not frozen, and nothing that a reader of the frozen files would not understand:
 * fields that were always there stay, and new ones only stand beside them. So a god of today and one of yesterday can
 * work on one directory.
 */
import assert from 'node:assert/strict'
import {uid} from '../../src/core/brand.js'
import {parseRecord, parseSpec} from '../../src/core/job.js'
import {openDirectory} from '../../src/store/directory.js'
import {decode, seal} from '../../src/store/jobs/record-codec.js'
import {judgeJournal} from '../../src/store/journal.js'
import {layoutOf} from '../../src/store/layout.js'
import {judgeLiveUsage} from '../../src/store/live-usage.js'
import {judgeNodeFile} from '../../src/store/node-store.js'
import {judgeSights} from '../../src/store/orphan-sights.js'
import {decodeManifest} from '../../src/store/packs/manifest-form.js'
import {parseJobLine, parseTaskLine, splitLines} from '../../src/store/packs/packed-line.js'
import {decodeSums} from '../../src/store/packs/sums.js'
import {judgeUsage} from '../../src/store/packs/usage-file.js'
import {judgeReasons} from '../../src/store/reasons-form.js'
import {refusedRequests} from '../../src/store/requests/refused.js'
import {decodeRequest} from '../../src/store/requests/request-codec.js'
import {oneFile} from '../fuzz/one-file.js'
import {BESIDE, FIRST, type Frozen} from './frozen.js'
import {alwaysIn, KINDS, kindOf, shapesOf} from './shapes.js'
import {writtenFiles} from './written.js'

type Shapes = readonly ReadonlySet<string>[]

/** Empty of those that a power cut left half written: nobody wrote these. */
const shapesIn = ({path, text}: Frozen): Shapes => {
  const kind = kindOf(path)
  if (kind === null) assert.fail(`${path} is of a kind that test/formats/shapes.ts does not know`)
  try {
    return shapesOf(kind, text)
  } catch {
    return []
  }
}

const byKind = (files: readonly Frozen[]): Map<string, Shapes> => {
  const found = new Map<string, Shapes>()
  for (const file of files) {
    const name = kindOf(file.path)?.name ?? file.path
    found.set(name, [...(found.get(name) ?? []), ...shapesIn(file)])
  }
  return found
}

const FROZEN = byKind([...FIRST, ...BESIDE])

/** From users, or what tells a directory from others: nothing is added to these without a number. */
const STRICT = [
  'request',
  'reason of a refusal',
  'FORMAT',
  'copy of FORMAT',
  'manifest',
  'copy of a manifest',
]

const LAYOUT = layoutOf('/god')

/** Without its sum, as it was written first. */
const opens = (text: string): boolean => {
  const disk = oneFile('FORMAT')
  const {sum, ...format} = JSON.parse(text)
  disk.put(Buffer.from(JSON.stringify(format)))
  return openDirectory(disk.fs, LAYOUT).cluster === format.cluster
}

const refusedIn = (text: string): number => {
  const disk = oneFile(`.why.${'0'.repeat(24)}`)
  disk.put(Buffer.from(text))
  return refusedRequests(disk.fs, LAYOUT, uid(1000)).length
}

const segmentFault = (bytes: Uint8Array): string | null => {
  const lines = splitLines(bytes)
  const faults = lines.map(line => {
    if (line === null) return 'no line'
    const parsed = line.task === null ? parseJobLine(line.bytes) : parseTaskLine(line.bytes)
    return parsed.ok ? null : parsed.why
  })
  return faults.find(fault => fault !== null) ?? null
}

/** Why a file of that name is none; null: it is whole. */
const faultOf = ({path, text}: Frozen): string | null => {
  const bytes = Buffer.from(text)
  const why = (parsed: {ok: boolean; why?: string}): string | null => parsed.why ?? null
  switch (kindOf(path)?.name) {
    case 'FORMAT':
    case 'copy of FORMAT':
      return opens(text) ? null : 'it does not open'
    case 'reason of a refusal':
      return refusedIn(text) === 1 ? null : 'it is not told'
    case 'record':
      return why(decode(bytes, parseRecord))
    case 'spec':
      return why(decode(bytes, parseSpec))
    case 'request':
      return why(decodeRequest(bytes))
    case 'manifest':
    case 'copy of a manifest':
      return why(decodeManifest(bytes, Number(/\.(\d+)(\.copy)?$/.exec(path)?.[1])))
    case 'sums':
      return why(decodeSums(bytes))
    case 'segment':
      return segmentFault(bytes)
    case 'journal':
      return judgeJournal(bytes)
    case 'reasons':
      return judgeReasons(bytes)
    case 'share usage':
      return judgeUsage(bytes)
    case 'live usage':
      return judgeLiveUsage(bytes)
    case 'orphan sights':
      return judgeSights(bytes)
    case 'node':
      return judgeNodeFile(path.slice('nodes/'.length))?.(bytes) ?? null
    default:
      return null
  }
}

describe('R24: frozen files', () => {
  it('are there of every kind', () => {
    const names = new Set([...FIRST, ...BESIDE].map(({path}) => kindOf(path)?.name))
    const kept = KINDS.filter(({form}) => form !== 'none').map(({name}) => name)
    assert.deepEqual(
      kept.filter(name => !names.has(name)),
      [],
    )
  })

  it('are read with a field that a later god has added', () => {
    for (const file of [...FIRST, ...BESIDE]) {
      const name = kindOf(file.path)?.name ?? ''
      if (kindOf(file.path)?.form !== 'json' || STRICT.includes(name)) continue
      const {sum, ...value} = JSON.parse(file.text)
      const later = seal(JSON.stringify({...value, later: {x: 1}}))
      assert.equal(faultOf({path: file.path, text: Buffer.from(later).toString()}), null, file.path)
    }
  })

  it('are read, each of them, for ever', () => {
    for (const file of [...FIRST, ...BESIDE]) assert.equal(faultOf(file), null, file.path)
  })
})

describe('R24: what god writes', () => {
  const written = new Map<string, Frozen>()
  before(async function () {
    this.timeout(120_000)
    await writtenFiles(file => written.set(`${file.path}\n${file.text}`, file))
  })

  it('has nothing in it of which no frozen file has an example', () => {
    const known = new Map(
      [...FROZEN].map(([name, shapes]) => [name, new Set(shapes.flatMap(shape => [...shape]))]),
    )
    for (const file of written.values()) {
      const name = kindOf(file.path)?.name ?? ''
      const news = shapesIn(file).flatMap(shape =>
        [...shape].filter(line => known.get(name)?.has(line) !== true),
      )
      assert.deepEqual(
        news,
        [],
        `no frozen ${name} has this. If an older god may meet it, freeze it: add this line to a file test/formats/v1-*.ndjson\n${JSON.stringify(file)}\n`,
      )
    }
  })

  it('has every field that all frozen files of its kind have: an older reader may ask for it', () => {
    const always = new Map([...FROZEN].map(([name, shapes]) => [name, alwaysIn(shapes)]))
    for (const file of written.values()) {
      // Lines of a journal are read one by one, and nothing is decided on them.
      const shapes = kindOf(file.path)?.form === 'json' ? shapesIn(file) : []
      for (const shape of shapes) {
        const paths = new Set([...shape].map(line => line.slice(0, line.indexOf(': '))))
        const missing = (always.get(kindOf(file.path)?.name ?? '') ?? []).filter(path => !paths.has(path))
        assert.deepEqual(missing, [], file.path)
      }
    }
  })

  it('is read again by the reader of its kind', () => {
    for (const file of written.values()) {
      if (shapesIn(file).length > 0 && !file.path.includes('/.')) assert.equal(faultOf(file), null, file.path)
    }
  })
})
