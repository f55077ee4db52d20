/**
 * Why nobody can say what a job does that its record calls running: its node's engine does not answer (state.md 8).
 * Derived from the node's record while it is read, never a revision of the job: it may run on all the while. Pure.
 */
import type {Reason} from '@god-cli/api'

export const nodeUnknown = (
  node: string,
  {since, why}: {readonly since: number; readonly why: string},
): Reason => ({
  code: 'node-unknown',
  text: `the engine of ${node} does not answer, so what it does now is not known (${why})`,
  numbers: {node, since},
})
