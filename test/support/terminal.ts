/** A real terminal around a program, by script(1) of util-linux: what a person would see, and what he types. */
import {BIN, type GodOptions, run} from './god.js'

export interface TerminalOptions extends GodOptions {
  readonly columns?: number
}

export interface Session {
  /** Once the screen shows that. */
  seen(pattern: RegExp): Promise<void>
  type(keys: string): void
  /** All that was shown, line ends as in a file; stdout and stderr are one here. */
  readonly done: Promise<{readonly screen: string; readonly code: number}>
}

export const CTRL_C = '\u0003'
export const CTRL_D = '\u0004'

/** `command` is a line for the shell; `$GOD` is the program. */
export const onTerminal = (command: string, options: TerminalOptions = {}): Session => {
  const line = `stty cols ${options.columns ?? 80} rows 24; ${command}`
  const env = {
    GOD: `${process.execPath} ${BIN}`,
    SHELL: '/bin/sh',
    TERM: 'xterm',
    PAGER: 'cat',
    ...options.env,
  }
  const {child, seen, done} = run('script', ['-qec', line, '/dev/null'], {...options, env, stdin: null})
  return {
    seen,
    type: keys => {
      child.stdin?.write(keys)
    },
    done: done.then(({stdout, code}) => {
      child.stdin?.end()
      return {screen: stdout.replaceAll('\r\n', '\n'), code}
    }),
  }
}
