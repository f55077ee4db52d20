/** What a record says of an attempt that has not begun: nothing. */
export const NOT_STARTED = {
  started: null,
  ended: null,
  node: null,
  container: null,
  paused: {since: null, total: 0},
  stop: null,
  exit: null,
  usage: null,
} as const
