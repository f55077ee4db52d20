/**
 * Bells: "look now" (state.md 12). Rung by renaming a private file over `bell/u<uid>`, so that the folder changes.
 * A lost bell costs latency and nothing else; so every fault here is swallowed.
 */
import {join} from 'node:path'
import type {Uid} from '../core/brand.js'
import type {FileSystem} from './disk/file-system.js'
import {discard} from './disk/temporary.js'
import type {Layout} from './layout.js'

export const ringBell = (fs: FileSystem, layout: Layout, owner: Uid, random: () => string): void => {
  const temp = join(layout.bells, `.t.${random()}`)
  try {
    fs.close(fs.open(temp, 'create', 0o600))
    fs.rename(temp, join(layout.bells, `u${owner}`))
  } catch {
    // The periodic sweep finds the request.
    discard(fs, temp)
  }
}
