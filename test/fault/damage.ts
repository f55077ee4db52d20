/**
 * Damage for R26: one file of state flipped, cut, emptied, exchanged with another or copied over or beside one, drawn
 * from a seed. Users' own files, and what is made again by whoever needs it (locks, bells), are left out.
 */
import {type JobId, jobId} from '../../src/core/brand.js'
import {bucketOf, parseRecordName} from '../../src/store/layout.js'
import type {Dice} from '../support/seeded.js'
import type {World} from '../support/world.js'

export const KINDS = ['flip', 'cut', 'empty', 'swap', 'duplicate'] as const
export type Kind = (typeof KINDS)[number]

export interface Damage {
  readonly kind: Kind
  /** Whose bytes are others now. */
  readonly paths: readonly string[]
  /** Whose they are. */
  readonly jobs: ReadonlySet<JobId>
  readonly story: string
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export const isState = (world: World, path: string): boolean => {
  const {layout} = world
  const left = [
    layout.locks,
    layout.bells,
    layout.ids,
    layout.hints,
    layout.work,
    layout.quarantine,
    layout.config,
  ]
  if (left.some(folder => path === folder || path.startsWith(`${folder}/`))) return false
  return !nameOf(path).startsWith('.')
}

export const stateFiles = (world: World): readonly string[] =>
  world.disk.files(world.layout.root).filter(path => isState(world, path))

const fileAt = (world: World, path: string) => {
  const node = world.disk.lookup(path)
  if (node === null) throw new Error(`no ${path}`)
  return node
}

/** By its name, or all that a request names. */
export const jobsOf = (world: World, path: string): readonly JobId[] => {
  const name = nameOf(path)
  const record = parseRecordName(name)
  if (record !== null) return [record.id]
  if (path.startsWith(world.layout.specs)) return [jobId(Number(name.split('.')[0]))]
  if (!path.startsWith(world.layout.inbox)) return []
  const {id, ids = []} = JSON.parse(world.disk.text(path) ?? '{}')
  return [...ids, ...(id === undefined ? [] : [id])].map(jobId)
}

const set = (world: World, path: string, bytes: Uint8Array): void => {
  const node = fileAt(world, path)
  node.bytes = bytes
  node.durableBytes = bytes
}

const flipped = (bytes: Uint8Array, dice: Dice): Uint8Array => {
  const copy = Uint8Array.from(bytes)
  const at = dice.roll(copy.length)
  copy[at] = (copy[at] ?? 0) ^ (1 << dice.roll(8))
  return copy
}

/** A name that is free: the next revision of some job, or its own in the bucket after. */
const freeName = (world: World, path: string, dice: Dice): string => {
  const folder = path.slice(0, path.lastIndexOf('/'))
  const named = parseRecordName(nameOf(path))
  if (named === null) return `${path.replace(/(\.json)?$/, '')}.${dice.roll(9)}.json`
  if (dice.chance(0.3)) {
    const beside = world.layout.bucket((bucketOf(named.id) + 1) * 1000)
    if (world.disk.lookup(beside) === null) world.process().fs.mkdir(beside, 0o755)
    return `${beside}/${nameOf(path)}`
  }
  const jobs = world.disk.files(folder).flatMap(each => parseRecordName(nameOf(each)) ?? [])
  const {id} = dice.pick(jobs)
  const top = Math.max(...jobs.filter(job => job.id === id).map(({rev}) => rev))
  return `${folder}/${id}.${top + 1}.json`
}

const copyBeside = (world: World, path: string, dice: Dice): string => {
  const free = freeName(world, path, dice)
  const {mode, uid, gid, bytes} = fileAt(world, path)
  const node = Object.assign(world.disk.make('file', mode, uid, gid), {bytes, durableBytes: bytes, nlink: 1})
  const parent = fileAt(world, free.slice(0, free.lastIndexOf('/')))
  parent.names.set(nameOf(free), node)
  parent.durableNames.set(nameOf(free), node)
  return free
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** Null: nothing is other than it was. */
const change = (
  world: World,
  kind: Kind,
  path: string,
  other: string,
  dice: Dice,
): readonly string[] | null => {
  const [mine, theirs] = [fileAt(world, path).bytes, fileAt(world, other).bytes]
  switch (kind) {
    case 'flip':
      set(world, path, flipped(mine, dice))
      return [path]
    case 'cut': {
      const left = mine.slice(0, dice.roll(mine.length))
      // A journal may end after any of its lines.
      if (path.startsWith(world.layout.journal) && left.at(-1) === 0x0a) return null
      set(world, path, left)
      return [path]
    }
    case 'empty':
      set(world, path, new Uint8Array())
      return [path]
    case 'swap':
      if (sameBytes(mine, theirs)) return null
      set(world, path, theirs)
      set(world, other, mine)
      return [path, other]
    case 'duplicate':
      if (dice.chance(0.5)) return [copyBeside(world, path, dice)]
      if (sameBytes(mine, theirs)) return null
      set(world, path, theirs)
      return [path]
  }
}

export const damage = (world: World, dice: Dice): Damage => {
  const files = stateFiles(world)
  for (;;) {
    const kind = dice.pick(KINDS)
    const [path, other] = [dice.pick(files), dice.pick(files)]
    // What an operator puts beside FORMAT is his.
    if (kind === 'duplicate' && path.lastIndexOf('/') === world.layout.root.length) continue
    // What lies in a drop folder and has no name of a request is its user's.
    if (kind === 'duplicate' && path.startsWith(world.layout.inbox)) continue
    const jobs = [path, ...(kind === 'swap' ? [other] : [])].flatMap(each => jobsOf(world, each))
    const before = new Set(stateFiles(world))
    const paths = change(world, kind, path, other, dice)
    if (paths === null) continue
    const fresh = paths.every(each => !before.has(each))
    const story = `${kind} of ${paths.join(' and ')}, from ${path} and ${other}`
    return {kind, paths, jobs: new Set(fresh ? [] : jobs), story}
  }
}
