/**
 * Executor of process groups: a job is a session of processes on this host, no image, no engine.
 *
 * Assumes Linux with /proc and /bin/sh, setsid, and for a service that runs as root setpriv. Under systemd the
 * service needs KillMode=process, else stopping god stops its jobs.
 * A job sees the node as its user does: there is no isolation but that of accounts, and limits only for root with
 * writable control groups. After a crash of god the jobs run on and are found again; after a reboot they are over.
 */
import {defineProvider} from '@god-cli/api'
import {createExecutor} from './executor.js'

export default defineProvider('executor', host => createExecutor(host))
