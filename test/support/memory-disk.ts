/**
 * The in-memory twin of the shared disk: inodes and names, each with a volatile and a durable image.
 *
 * Writes change the volatile image; fsync makes a file's bytes durable, fsyncDir a folder's names. `powerLoss`
 * throws away what was not synced. Processes reach the disk through `DiskProcess` (see disk-process.ts), which
 * counts calls and takes faults.
 */

/** One step in a folder's names: a name taken away, one given, or both at once (a rename). */
export interface NameChange {
  readonly taken?: string
  readonly given?: readonly [name: string, node: Inode]
}

export interface Inode {
  readonly ino: number
  kind: 'file' | 'folder'
  uid: number
  gid: number
  mode: number
  mtimeMs: number
  nlink: number
  bytes: Uint8Array
  durableBytes: Uint8Array
  names: Map<string, Inode>
  durableNames: Map<string, Inode>
  /** What happened to the names since the folder was synced last, in order: a power cut may keep any of it. */
  unsynced: NameChange[]
}

export const applyChange = (names: Map<string, Inode>, {taken, given}: NameChange): void => {
  if (taken !== undefined) names.delete(taken)
  if (given !== undefined) names.set(...given)
}

export class Errno extends Error {
  readonly code: string
  constructor(code: string, path: string) {
    const {stackTraceLimit} = Error
    // Thousands a second in the crash tests, and nobody looks where they come from.
    Error.stackTraceLimit = 0
    super(`${code}: ${path}`)
    Error.stackTraceLimit = stackTraceLimit
    this.code = code
  }
}

/** Names of a folder from which on a sync goes by what has changed. */
const LARGE = 256

export class MemoryDisk {
  readonly root: Inode
  #serial = 1
  readonly now: () => number
  #boots = 1

  constructor(now: () => number) {
    this.now = now
    this.root = this.make('folder', 0o755, 0, 0)
  }

  make(kind: Inode['kind'], mode: number, uid: number, gid: number): Inode {
    return {
      ino: this.#serial++,
      kind,
      uid,
      gid,
      mode,
      mtimeMs: this.now(),
      nlink: kind === 'file' ? 0 : 2,
      bytes: new Uint8Array(),
      durableBytes: new Uint8Array(),
      names: new Map(),
      durableNames: new Map(),
      unsynced: [],
    }
  }

  /** Changes a folder's names; durable once it is synced. */
  change(folder: Inode, change: NameChange): void {
    applyChange(folder.names, change)
    folder.unsynced.push(change)
    folder.mtimeMs = this.now()
  }

  sync(folder: Inode): void {
    // A copy each time of what may be a million names would be all that an array costs.
    if (folder.names.size < LARGE) folder.durableNames = new Map(folder.names)
    else for (const change of folder.unsynced) applyChange(folder.durableNames, change)
    folder.unsynced = []
  }

  /** How many files and folders there ever were. */
  get made(): number {
    return this.#serial
  }

  /** The inode at an absolute path, or null. */
  lookup(path: string): Inode | null {
    let node: Inode = this.root
    for (const part of path.split('/').filter(p => p !== '')) {
      if (node.kind !== 'folder') throw new Errno('ENOTDIR', path)
      const next = node.names.get(part)
      if (next === undefined) return null
      node = next
    }
    return node
  }

  /** Another one after each loss of power. */
  get boot(): string {
    return `boot ${this.#boots}`
  }

  /** What was not synced is gone; a name that comes back counts again. */
  powerLoss(): void {
    this.#boots++
    const seen = new Set<Inode>()
    const visit = (node: Inode): void => {
      if (!seen.has(node)) {
        seen.add(node)
        if (node.kind === 'file') node.nlink = 0
        node.bytes = node.durableBytes
        node.names = new Map(node.durableNames)
        node.unsynced = []
        for (const child of node.names.values()) visit(child)
      }
      if (node.kind === 'file') node.nlink++
    }
    visit(this.root)
  }

  /** Everything as it is becomes durable: the beginning of a test. */
  syncAll(): void {
    const visit = (node: Inode): void => {
      node.durableBytes = node.bytes
      this.sync(node)
      for (const child of node.names.values()) visit(child)
    }
    visit(this.root)
  }

  /** All paths of files below a folder, sorted. */
  files(path: string): string[] {
    const found: string[] = []
    const visit = (node: Inode, at: string): void => {
      for (const [name, child] of node.names) {
        if (child.kind === 'folder') visit(child, `${at}/${name}`)
        else found.push(`${at}/${name}`)
      }
    }
    const start = this.lookup(path)
    if (start !== null) visit(start, path === '/' ? '' : path)
    return found.sort()
  }

  text(path: string): string | null {
    const node = this.lookup(path)
    return node === null || node.kind !== 'file' ? null : Buffer.from(node.bytes).toString('utf8')
  }
}
