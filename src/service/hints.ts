/**
 * Hints: "look now" (state.md 12). The only use of chokidar: it watches single folders and no name in them, for it takes a
 * watch of the kernel for each, and users may make names in `bell/`; never the whole of `jobs/live`. A hint that is lost
 * costs latency, never a job: every loop also looks by the clock. Where the kernel has no watches left, the clock alone
 * remains, with one warning.
 */
import {type FSWatcher, watch} from 'chokidar'

export interface Hints {
  close(): Promise<void>
}

export const watchFolders = (
  folders: readonly string[],
  wake: () => void,
  warn: (text: string) => void,
): Hints => {
  let warned = false
  const watched = new Set(folders)
  const watcher: FSWatcher = watch([...folders], {
    depth: 0,
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    ignored: path => !watched.has(path),
  })
  // A name that came, went or was given anew; not that a lock was touched. A bell is rung by renaming such a file over it.
  watcher.on('raw', (what: unknown, name: unknown) => {
    if (what === 'rename' && !String(name).startsWith('.t.')) wake()
  })
  watcher.on('error', error => {
    if (!warned) warn(`no notice of changes (${String(error)}): looking by the clock alone`)
    warned = true
  })
  return {close: () => watcher.close()}
}
