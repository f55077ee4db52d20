/** With which code a command ends. Pure. */

/** Exit codes of the command contract (design section 4). */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  noJob: 3,
  notPermitted: 4,
  conflict: 5,
  refused: 6,
  bug: 70,
  disk: 74,
  later: 75,
  timedOut: 124,
  interrupted: 130,
} as const
