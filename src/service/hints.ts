/**
 * Hints: "look now" (state.md 12). The only use of chokidar: it watches single folders at depth 0, follows no
 * link, and never the whole of `jobs/live`. A hint that is lost costs latency, never a job: every loop also
 * looks by the clock. Where the kernel has no watches left, the clock alone remains, with one warning.
 */
import {basename} from 'node:path'
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
  const watcher: FSWatcher = watch([...folders], {
    depth: 0,
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    // A bell is rung by renaming such a file over it.
    ignored: path => basename(path).startsWith('.t.'),
  })
  watcher.on('all', wake)
  watcher.on('error', error => {
    if (!warned) warn(`no notice of changes (${String(error)}): looking by the clock alone`)
    warned = true
  })
  return {close: () => watcher.close()}
}
