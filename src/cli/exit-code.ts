/**
 * The exit code of a command that waited for a job (design section 4): the job's own code, 128+n on a signal,
 * 125 if it never started. A job that was ended by us, or lost, never passes as a success.
 */

import {never} from '../core/errors.js'
import {EXIT} from '../core/exit.js'
import type {JobView} from './jobs/job-view.js'

const NEVER_STARTED = 125
const BY_TERM = 143
const BY_KILL = 137

export const jobExitCode = ({state, started, exit}: Pick<JobView, 'state' | 'started' | 'exit'>): number => {
  switch (state) {
    case 'done':
      return EXIT.ok
    case 'failed':
      return exit?.code || (started === null ? NEVER_STARTED : EXIT.failed)
    case 'killed':
      return started === null ? NEVER_STARTED : exit?.code || BY_TERM
    case 'timeout':
      return exit?.code || BY_TERM
    case 'oom':
      return exit?.code || BY_KILL
    case 'lost':
      return exit?.code || EXIT.failed
    case 'refused':
      return NEVER_STARTED
    case 'pending':
    case 'held':
    case 'starting':
    case 'running':
    case 'suspended':
    case 'stopping':
      return EXIT.ok
    default:
      return never(state)
  }
}
