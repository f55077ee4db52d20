/**
 * One process's view of the in-memory disk: the file-system port with counted calls and faults.
 *
 * A crash is an exception after which every call of this process fails with the same exception, so that no
 * `finally` can tidy up what a killed process would leave. `before` and `after` hooks let another process act in
 * the middle of a step: a stall. Engine calls of the same process can be counted in (`mutate`).
 */
import type {FileSystem, OpenFlag, Stat} from '../../src/store/disk/file-system.js'
import {Errno, type Inode, type MemoryDisk} from './memory-disk.js'

export class Crash extends Error {}

export type Call = keyof FileSystem | `engine.${string}`

const MUTATING: ReadonlySet<string> = new Set([
  'open-create',
  'write',
  'fsync',
  'fsyncDir',
  'link',
  'rename',
  'unlink',
  'mkdir',
  'rmdir',
  'fchown',
  'fchmod',
])

/** Changes the disk or the engine: a step at which a process may be killed. */
export const isMutating = (call: string): boolean => MUTATING.has(call) || call.startsWith('engine.')

export interface Fault {
  /** Which calls are counted; absent: every mutating one. */
  readonly call?: string
  /** The n-th of them, from 1. */
  readonly n: number
  readonly effect:
    | 'crash-before'
    | 'crash-after'
    /** Half of the bytes are written or read: this time, or from then on. */
    | 'short'
    | 'short-from'
    | {readonly error: string; readonly from?: boolean}
  /** Only calls whose path contains this. */
  readonly path?: string
}

export interface Hook {
  readonly call: string
  readonly path?: string
  readonly n?: number
  readonly when: 'before' | 'after'
  readonly act: () => void
}

interface OpenFile {
  readonly node: Inode
  readonly path: string
  readonly writes: boolean
}

const statOf = (node: Inode): Stat => ({
  kind: node.kind,
  ino: node.ino,
  dev: 1,
  size: node.bytes.length,
  uid: node.uid,
  gid: node.gid,
  mode: node.mode,
  nlink: node.nlink,
  mtimeMs: node.mtimeMs,
})

export class DiskProcess implements FileSystem {
  readonly #disk: MemoryDisk
  readonly #uid: number
  readonly #open = new Map<number, OpenFile>()
  #fds = 3
  #dead = false
  #fault: Fault | null = null
  #counted = 0
  /** The call under way moves half of its bytes. */
  #halved = false
  #hooks: {hook: Hook; seen: number}[] = []
  /** Mutating calls so far, by name. */
  readonly counts = new Map<string, number>()
  mutations = 0
  fired = 0
  /** The call that the fault met first. */
  firedAt = ''

  constructor(disk: MemoryDisk, uid = 1000) {
    this.#disk = disk
    this.#uid = uid
  }

  /** Files that it forgot to close (I13). */
  get openFiles(): readonly string[] {
    return [...this.#open.values()].map(({path}) => path)
  }

  /** Killed: every further call throws. */
  get dead(): boolean {
    return this.#dead
  }

  plan(fault: Fault): this {
    this.#fault = fault
    return this
  }

  on(hook: Hook): this {
    this.#hooks.push({hook, seen: 0})
    return this
  }

  /** Runs a call with its faults. `call` as in MUTATING, or `engine.x`. */
  mutate<T>(call: string, path: string, act: () => T): T {
    if (this.#dead) throw new Crash('this process is dead')
    if (isMutating(call)) {
      this.mutations++
      this.counts.set(call, (this.counts.get(call) ?? 0) + 1)
    }
    this.#runHooks('before', call, path)
    const effect = this.#due(call, path)
    this.#halved = effect === 'short' || effect === 'short-from'
    if (effect === 'crash-before') this.#crash(call)
    if (typeof effect === 'object' && effect !== null) throw new Errno(effect.error, `${call} ${path}`)
    try {
      const result = act()
      this.#runHooks('after', call, path)
      return result
    } finally {
      // Also if the call failed.
      if (effect === 'crash-after') this.#crash(call)
    }
  }

  #due(call: string, path: string): Fault['effect'] | null {
    const fault = this.#fault
    if (fault === null) return null
    if (fault.call === undefined ? !isMutating(call) : fault.call !== call) return null
    if (fault.path !== undefined && !path.includes(fault.path)) return null
    this.#counted++
    const from =
      fault.effect === 'short-from' || (typeof fault.effect === 'object' && fault.effect.from === true)
    if (from ? this.#counted < fault.n : this.#counted !== fault.n) return null
    this.fired++
    if (this.firedAt === '') this.firedAt = `${call} ${path}`
    return fault.effect
  }

  #crash(call: string): never {
    this.#dead = true
    throw new Crash(`killed at ${call}`)
  }

  #runHooks(when: Hook['when'], call: string, path: string): void {
    for (const entry of this.#hooks) {
      const {hook} = entry
      if (hook.when !== when || hook.call !== call || (hook.path !== undefined && !path.includes(hook.path)))
        continue
      entry.seen++
      if (entry.seen !== (hook.n ?? 1)) continue
      this.fired++
      hook.act()
    }
  }

  // --- paths

  #resolve(path: string): {parent: Inode; name: string; node: Inode | null} {
    const held = /^\/proc\/self\/fd\/(\d+)(?:\/(.*))?$/.exec(path)
    if (held !== null) {
      const open = this.#file(Number(held[1]))
      const name = held[2] ?? ''
      return {parent: open.node, name, node: name === '' ? open.node : (open.node.names.get(name) ?? null)}
    }
    const cut = path.lastIndexOf('/')
    const name = path.slice(cut + 1)
    const parent = cut <= 0 ? this.#disk.root : this.#disk.lookup(path.slice(0, cut))
    if (parent === null) throw new Errno('ENOENT', path)
    if (parent.kind !== 'folder') throw new Errno('ENOTDIR', path)
    return {parent, name, node: name === '' ? parent : (parent.names.get(name) ?? null)}
  }

  #need(path: string): Inode {
    const {node} = this.#resolve(path)
    if (node === null) throw new Errno('ENOENT', path)
    return node
  }

  #needFolder(path: string): Inode {
    const node = this.#need(path)
    if (node.kind !== 'folder') throw new Errno('ENOTDIR', path)
    return node
  }

  #file(fd: number): OpenFile {
    const open = this.#open.get(fd)
    if (open === undefined) throw new Errno('EBADF', String(fd))
    return open
  }

  // --- the port

  open(path: string, flag: OpenFlag, mode = 0o600): number {
    const creates = flag === 'create' || flag === 'append'
    return this.mutate(creates ? 'open-create' : 'open', path, () => {
      const {parent, name, node} = this.#resolve(path)
      if (flag === 'create' && node !== null) throw new Errno('EEXIST', path)
      let target = node
      if (target === null) {
        if (!creates) throw new Errno('ENOENT', path)
        target = this.#disk.make('file', mode, this.#uid, this.#uid)
        target.nlink = 1
        this.#disk.change(parent, {given: [name, target]})
      }
      if (flag === 'guarded-folder' && target.kind !== 'folder') throw new Errno('ENOTDIR', path)
      if (creates && target.kind === 'folder') throw new Errno('EISDIR', path)
      const fd = this.#fds++
      this.#open.set(fd, {node: target, path, writes: creates})
      return fd
    })
  }

  read(fd: number, buffer: Uint8Array, position: number): number {
    return this.mutate('read', this.#file(fd).path, () => {
      const {node, path, writes} = this.#file(fd)
      if (writes) throw new Errno('EBADF', path)
      if (node.kind === 'folder') throw new Errno('EISDIR', path)
      const chunk = this.#part(node.bytes.subarray(position, position + buffer.length))
      buffer.set(chunk)
      return chunk.length
    })
  }

  #part(bytes: Uint8Array): Uint8Array {
    return this.#halved && bytes.length > 1 ? bytes.subarray(0, Math.floor(bytes.length / 2)) : bytes
  }

  write(fd: number, bytes: Uint8Array): number {
    const {node, path, writes} = this.#file(fd)
    return this.mutate('write', path, () => {
      if (!writes) throw new Errno('EBADF', path)
      const part = this.#part(bytes)
      node.bytes = Buffer.concat([node.bytes, part])
      node.mtimeMs = this.#disk.now()
      return part.length
    })
  }

  fsync(fd: number): void {
    const {node, path} = this.#file(fd)
    this.mutate('fsync', path, () => {
      node.durableBytes = node.bytes
    })
  }

  fsyncDir(path: string): void {
    this.mutate('fsyncDir', path, () => {
      const node = this.#needFolder(path)
      this.#disk.sync(node)
    })
  }

  close(fd: number): void {
    if (this.#dead) return
    const {path} = this.#file(fd)
    this.#open.delete(fd)
    this.mutate('close', path, () => undefined)
  }

  fstat(fd: number): Stat {
    return this.mutate('fstat', this.#file(fd).path, () => statOf(this.#file(fd).node))
  }

  lstat(path: string): Stat {
    return this.mutate('lstat', path, () => statOf(this.#need(path)))
  }

  link(from: string, to: string): void {
    this.mutate('link', to, () => {
      const source = this.#need(from)
      const {parent, name, node} = this.#resolve(to)
      if (node !== null) throw new Errno('EEXIST', to)
      if (source.kind === 'folder') throw new Errno('EPERM', to)
      this.#disk.change(parent, {given: [name, source]})
      source.nlink++
    })
  }

  rename(from: string, to: string): void {
    this.mutate('rename', to, () => {
      const source = this.#resolve(from)
      if (source.node === null) throw new Errno('ENOENT', from)
      const target = this.#resolve(to)
      if (target.node === source.node) return
      if (target.node !== null) this.#makeWay(source.node, target.node, to)
      const [taken, given] = [source.name, [target.name, source.node] as const]
      if (source.parent === target.parent) this.#disk.change(source.parent, {taken, given})
      else {
        this.#disk.change(source.parent, {taken})
        this.#disk.change(target.parent, {given})
      }
    })
  }

  /** rename(2) over a name. */
  #makeWay(source: Inode, target: Inode, path: string): void {
    if (source.kind === 'file' && target.kind === 'folder') throw new Errno('EISDIR', path)
    if (source.kind === 'folder' && target.kind === 'file') throw new Errno('ENOTDIR', path)
    if (target.names.size > 0) throw new Errno('ENOTEMPTY', path)
    target.nlink--
  }

  unlink(path: string): void {
    this.mutate('unlink', path, () => {
      const {parent, name, node} = this.#resolve(path)
      if (node === null) throw new Errno('ENOENT', path)
      if (node.kind === 'folder') throw new Errno('EISDIR', path)
      this.#disk.change(parent, {taken: name})
      node.nlink--
    })
  }

  mkdir(path: string, mode: number): void {
    this.mutate('mkdir', path, () => {
      const {parent, name, node} = this.#resolve(path)
      if (node !== null) throw new Errno('EEXIST', path)
      this.#disk.change(parent, {given: [name, this.#disk.make('folder', mode, this.#uid, this.#uid)]})
    })
  }

  rmdir(path: string): void {
    this.mutate('rmdir', path, () => {
      const {parent, name, node} = this.#resolve(path)
      if (node === null) throw new Errno('ENOENT', path)
      if (node.kind === 'file') throw new Errno('ENOTDIR', path)
      if (node.names.size > 0) throw new Errno('ENOTEMPTY', path)
      this.#disk.change(parent, {taken: name})
    })
  }

  readdir(path: string): readonly string[] {
    return this.mutate('readdir', path, () => {
      return [...this.#needFolder(path).names.keys()]
    })
  }

  names(path: string): Iterable<string> {
    return this.mutate('names', path, () => [...this.#needFolder(path).names.keys()])
  }

  fchown(fd: number, uid: number, gid: number): void {
    const {node, path} = this.#file(fd)
    this.mutate('fchown', path, () => {
      node.uid = uid
      node.gid = gid
    })
  }

  fchmod(fd: number, mode: number): void {
    const {node, path} = this.#file(fd)
    this.mutate('fchmod', path, () => {
      node.mode = mode
    })
  }
}
