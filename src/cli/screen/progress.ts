/** A bar on standard error while something long goes on, for people at a terminal: the only use of cli-progress. */
import type {Terminal} from './terminal.js'

export interface Progress {
  at(done: number): void
  end(): void
}

const NONE: Progress = {at: () => undefined, end: () => undefined}

/** `total` of such things, in the plural. */
export const showProgress = async (
  terminal: Pick<Terminal, 'interactive'>,
  total: number,
  what: string,
): Promise<Progress> => {
  if (!terminal.interactive) return NONE
  // Only here: who needs no bar starts without it.
  const {default: cliProgress} = await import('cli-progress')
  const bar = new cliProgress.SingleBar({
    format: `{bar} {percentage}%  {value} of {total} ${what}`,
    barCompleteChar: '#',
    barIncompleteChar: '.',
    clearOnComplete: true,
    hideCursor: null,
    stream: process.stderr,
    noTTYOutput: false,
  })
  bar.start(total, 0)
  return {at: done => bar.update(done), end: () => bar.stop()}
}
