/**
 * Slices of systemd, for engines whose cgroup driver is systemd.
 *
 * An empty slice that nobody started may be collected with its counters before they are read: so it is started
 * before the container is made and stopped when it is gone. Best effort: a failure costs figures, never a job.
 * Both may be repeated after a crash.
 */
import {execFile} from 'node:child_process'
import {sliceOf} from './cgroup.js'

const systemctl = (verb: 'start' | 'stop', name: string): Promise<string | null> =>
  new Promise(resolve => {
    const options = {timeout: 10_000, env: {PATH: '/usr/bin:/bin'}}
    execFile('systemctl', [verb, '--', sliceOf(name)], options, error =>
      resolve(error === null ? null : error.message),
    )
  })

/** Null: done. Else why not. */
export const startSlice = (name: string): Promise<string | null> => systemctl('start', name)
export const stopSlice = (name: string): Promise<string | null> => systemctl('stop', name)
