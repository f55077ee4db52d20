/** A process whose disk has one bad byte: each read of the file that covers it fails with EIO, all others are served. */
import type {OpenFlag} from '../../src/store/disk/file-system.js'
import {DiskProcess} from './disk-process.js'
import {Errno, type MemoryDisk} from './memory-disk.js'

export class BadSector extends DiskProcess {
  readonly #path: string
  readonly #at: number
  readonly #open = new Set<number>()
  /** Reads that failed: a test asks that the fault was met. */
  met = 0

  /** `path`: a part of the file's; `at`: where in it. */
  constructor(disk: MemoryDisk, path: string, at: number) {
    super(disk)
    this.#path = path
    this.#at = at
  }

  override open(path: string, flag: OpenFlag, mode?: number): number {
    const fd = super.open(path, flag, mode)
    if (path.includes(this.#path)) this.#open.add(fd)
    return fd
  }

  override read(fd: number, buffer: Uint8Array, position: number): number {
    const covers = position <= this.#at && this.#at < position + buffer.length
    if (this.#open.has(fd) && covers) {
      this.met++
      throw new Errno('EIO', this.#path)
    }
    return super.read(fd, buffer, position)
  }

  override close(fd: number): void {
    this.#open.delete(fd)
    super.close(fd)
  }
}
