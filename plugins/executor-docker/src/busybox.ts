/**
 * The static busybox of this node, whose shell runs the wrapper also in images that have none.
 *
 * Static means: an ELF file without an interpreter (PT_INTERP), so it runs with no library of the image. One that
 * others than root or we could write is not taken: it would run as every user. Looks afresh each time (one read
 * of a page), as packages replace the file.
 */
import {closeSync, fstatSync, openSync, readSync} from 'node:fs'

const USUAL = ['/bin/busybox', '/usr/bin/busybox', '/usr/lib/busybox-static'] as const
const HEAD = 4096
const PT_INTERP = 3

export interface Busybox {
  /** Null: none. */
  readonly path: string | null
  readonly text: string
}

interface Layout {
  readonly tableAt: number
  readonly rowSize: number
  readonly rows: number
}

/** True: an ELF program that asks for no interpreter. All its program headers lie in the first page. */
export const isStaticProgram = (head: Buffer): boolean => {
  if (head.length < 64 || head.readUInt32BE(0) !== 0x7f454c46) return false
  const wide = head[4] === 2
  const little = head[5] === 1
  const u16 = (at: number): number => (little ? head.readUInt16LE(at) : head.readUInt16BE(at))
  const u32 = (at: number): number => (little ? head.readUInt32LE(at) : head.readUInt32BE(at))
  const u64 = (at: number): number => Number(little ? head.readBigUInt64LE(at) : head.readBigUInt64BE(at))
  const layout: Layout = wide
    ? {tableAt: u64(32), rowSize: u16(54), rows: u16(56)}
    : {tableAt: u32(28), rowSize: u16(42), rows: u16(44)}
  const {tableAt, rowSize, rows} = layout
  if (rows === 0 || rowSize < 4 || tableAt + rows * rowSize > head.length) return false
  return Array.from({length: rows}, (_, row) => u32(tableAt + row * rowSize)).every(
    type => type !== PT_INTERP,
  )
}

const faultOfOpen = (fd: number): string | null => {
  const {uid, mode} = fstatSync(fd)
  if ((uid !== 0 && uid !== process.getuid?.()) || (mode & 0o022) !== 0) return 'may be written by others'
  const head = Buffer.alloc(HEAD)
  const size = readSync(fd, head, 0, HEAD, 0)
  return isStaticProgram(head.subarray(0, size)) ? null : 'is not statically linked'
}

/** Null: usable. */
const faultOf = (path: string): string | null => {
  let fd: number | null = null
  try {
    fd = openSync(path, 'r')
    const fault = faultOfOpen(fd)
    return fault === null ? null : `${path} ${fault}`
  } catch (error) {
    return `${path} cannot be read (${error instanceof Error ? error.message : String(error)})`
  } finally {
    if (fd !== null) closeSync(fd)
  }
}

/** `wanted`: the option `busybox`; then no other is looked for. */
export const findBusybox = (wanted: string | undefined): Busybox => {
  const places = wanted === undefined || wanted === '' ? USUAL : [wanted]
  const faults: string[] = []
  for (const path of places) {
    const fault = faultOf(path)
    if (fault === null) return {path, text: path}
    faults.push(fault)
  }
  return {path: null, text: faults.join('; ')}
}
