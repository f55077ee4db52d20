/**
 * Executor of one Docker engine: a job is a container, found again by its name and labels.
 *
 * Assumes an engine of API 1.41 or newer, as a rule through its unix socket on this node. Options: `docker_url`,
 * `busybox`, `pull_timeout`, `request_timeout` and `start_timeout` (seconds), `gpus`. Talks to no engine, and loads nothing for it, before it is asked.
 * After a crash of god the containers run on; each verb may be repeated.
 */
import {defineProvider} from '@god-cli/api'
import {createExecutor} from './executor.js'

export default defineProvider('executor', host => createExecutor(host))
