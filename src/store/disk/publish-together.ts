/**
 * Publishing many files at once (state.md 3): each by the same steps as alone, in the same order; only the syncs of
 * their contents go on beside each other, which costs a disk little more than one. What comes while they do is the next
 * lot, so under load all share, and a single one waits for nobody.
 *
 * Promises what `publishNew` promises, of each file by itself: after a crash a name is there with all its bytes or not
 * at all, and a failure of one concerns that one.
 */
import type {FileSystem} from './file-system.js'
import {isTooManyFiles} from './syncs.js'
import {closeTemporary, discard, giveUp, linkTo, type OpenTemporary, openTemporary} from './temporary.js'

/** Open files at a time; fewer where no more can be had. */
const MOST = 64

export interface Together {
  /** False: the name was taken by somebody else. `before`: asked right before the name is given; what it throws prevents it. */
  publish(path: string, bytes: Uint8Array, mode: number, before?: () => void): Promise<boolean>
}

interface Wanted {
  readonly path: string
  readonly bytes: Uint8Array
  readonly mode: number
  readonly before: () => void
  readonly resolve: (won: boolean) => void
  readonly reject: (error: unknown) => void
}

interface Written {
  readonly wanted: Wanted
  readonly temporary: OpenTemporary
}

export interface TogetherOptions {
  readonly fs: FileSystem
  readonly random: () => string
  /** Throws once an fsync has failed. */
  readonly check: () => void
  /** Syncs one; throws what its failure means. */
  readonly sync: (fd: number, path: string) => Promise<void> | void
  /** An error as people meet it. */
  readonly told: (error: unknown, path: string) => unknown
}

export const createTogether = ({fs, random, check, sync, told}: TogetherOptions): Together => {
  let waiting: Wanted[] = []
  let busy = false

  /** What fails is told to its own caller. */
  const each = <T>({path, reject}: Wanted, act: () => T): T | null => {
    try {
      return act()
    } catch (error) {
      reject(told(error, path))
      return null
    }
  }

  const open = ({path, bytes, mode}: Wanted): OpenTemporary => {
    check()
    return openTemporary(fs, bytes, {beside: path, name: `.t.${random()}`, mode})
  }

  const write = (lot: readonly Wanted[]): readonly Written[] => {
    const written: Written[] = []
    for (const [i, wanted] of lot.entries()) {
      try {
        written.push({wanted, temporary: open(wanted)})
      } catch (error) {
        if (isTooManyFiles(error) && written.length > 0) {
          // Those of this lot are closed first.
          waiting = [...lot.slice(i), ...waiting]
          break
        }
        wanted.reject(told(error, wanted.path))
      }
    }
    return written
  }

  const fail = ({wanted, temporary}: Written, error: unknown): void => {
    wanted.reject(error)
    each(wanted, () => giveUp(fs, temporary))
  }

  const syncOne = async ({wanted, temporary}: Written): Promise<boolean> => {
    try {
      await sync(temporary.fd, temporary.path)
      return true
    } catch (error) {
      fail({wanted, temporary}, told(error, wanted.path))
      return false
    }
  }

  const mayBeNamed = (one: Written): boolean => {
    try {
      // The sync of another one may have failed meanwhile, and then nothing counts any more.
      check()
      one.wanted.before()
      return true
    } catch (error) {
      // Not of this file: told as it is.
      fail(one, error)
      return false
    }
  }

  const link = ({wanted, temporary}: Written): void => {
    const won = each(wanted, () => {
      const temp = closeTemporary(fs, temporary)
      try {
        return linkTo(fs, temp, wanted.path)
      } finally {
        discard(fs, temp.path)
      }
    })
    if (won !== null) wanted.resolve(won)
  }

  const publishLot = async (lot: readonly Wanted[]): Promise<void> => {
    const written = write(lot)
    const good = await Promise.all(written.map(syncOne))
    for (const [i, one] of written.entries()) if (good[i] === true && mayBeNamed(one)) link(one)
  }

  const publishAll = async (): Promise<void> => {
    busy = true
    while (waiting.length > 0) {
      const lot = waiting.slice(0, MOST)
      waiting = waiting.slice(MOST)
      await publishLot(lot)
    }
    busy = false
  }

  return {
    publish: (path, bytes, mode, before = () => undefined) =>
      new Promise((resolve, reject) => {
        waiting.push({path, bytes, mode, before, resolve, reject})
        // Not at once: who asks in the same breath comes along.
        if (!busy) {
          busy = true
          void Promise.resolve().then(publishAll)
        }
      }),
  }
}
