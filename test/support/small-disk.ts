/** Small real file systems that a test fills: only root can mount them, and not in every container. */
import {execFileSync} from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  openSync,
  rmSync,
  statfsSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import {join} from 'node:path'

const quietly = (program: string, args: readonly string[]): boolean => {
  try {
    execFileSync(program, args, {stdio: 'ignore'})
    return true
  } catch {
    return false
  }
}

export interface SmallDisk {
  readonly path: string
  /** Until this much is left: bytes, or names. */
  fill(left: number): void
  free(): void
  remove(): void
}

type Filling = Pick<SmallDisk, 'fill' | 'free'>

/** A file takes what is free: nobody else can have it. */
const byBytes = (path: string): Filling => {
  const ballast = join(path, 'ballast')
  return {
    fill: left => {
      const fd = openSync(ballast, 'a')
      const chunk = Buffer.alloc(4096)
      const {bavail, bsize} = statfsSync(path)
      try {
        for (let room = bavail * bsize - left; room > 0; room -= chunk.length) writeSync(fd, chunk)
      } catch {
        // Full.
      } finally {
        closeSync(fd)
      }
    },
    free: () => rmSync(ballast, {force: true}),
  }
}

const byNames = (path: string): Filling => {
  const folder = join(path, 'ballast')
  let made: string[] = []
  return {
    fill: left => {
      mkdirSync(folder, {recursive: true})
      for (let room = statfsSync(path).ffree - left; room > 0; room--) {
        const name = join(folder, String(made.length))
        writeFileSync(name, '')
        made.push(name)
      }
    },
    free: () => {
      for (const name of made) unlinkSync(name)
      made = []
    },
  }
}

/** Null: it cannot be mounted here. */
export type Mount = (folder: string) => SmallDisk | null

const mounted = (
  path: string,
  args: readonly string[],
  filling: (path: string) => Filling,
): SmallDisk | null => {
  mkdirSync(path)
  if (!quietly('mount', [...args, path])) return null
  return {path, ...filling(path), remove: () => void quietly('umount', [path])}
}

export const MOUNTS: Readonly<Record<string, Mount>> = {
  'bytes of a tmpfs': folder =>
    mounted(join(folder, 'disk'), ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs'], byBytes),
  'names of a tmpfs': folder =>
    mounted(join(folder, 'disk'), ['-t', 'tmpfs', '-o', 'size=16m,nr_inodes=300', 'tmpfs'], byNames),
  'bytes of an ext4': folder => {
    const image = join(folder, 'image')
    writeFileSync(image, Buffer.alloc(4 << 20))
    if (!quietly('mkfs.ext4', ['-q', '-F', '-m', '0', '-b', '1024', image])) return null
    return mounted(join(folder, 'disk'), ['-o', 'loop', image], byBytes)
  },
}
