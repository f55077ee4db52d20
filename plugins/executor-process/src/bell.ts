/**
 * Wakes the host when a supervisor has written an end: it renames a file `bell` into the state folder.
 *
 * A hint that may come late, twice or never (no inotify left, a network file system); the host also looks by
 * itself. A watcher that fails is made anew after a while until it is stopped.
 */
import {type FSWatcher, watch as watchFolder} from 'node:fs'
import type {HostServices} from '@god-cli/api'

const RETRY_MS = 5000

export const watchBell = (host: HostServices, wake: () => void): (() => void) => {
  const stop = new AbortController()
  const {signal} = stop
  let watcher: FSWatcher | null = null

  const again = (error: unknown): void => {
    watcher?.close()
    watcher = null
    if (signal.aborted) return
    host.log('warning', `the state folder cannot be watched, ends are seen later: ${String(error)}`)
    void host.delay(RETRY_MS, signal).then(open)
  }
  const open = (): void => {
    if (signal.aborted) return
    try {
      watcher = watchFolder(host.stateDir, (_event, name) => {
        if (!signal.aborted && (name === null || name === 'bell')) wake()
      })
      watcher.on('error', again)
    } catch (error) {
      again(error)
    }
  }

  open()
  return () => {
    stop.abort()
    watcher?.close()
  }
}
