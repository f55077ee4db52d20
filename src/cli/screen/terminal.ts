/**
 * Standard output and error as commands use them: data on the one, messages on the other.
 *
 * A reader that goes away early (`god stat | head -1`) ends the command quietly, as it ends any other program.
 */
import {EXIT} from '../../core/exit.js'
import {variable} from '../../host/environment.js'

export type ColourChoice = 'auto' | 'always' | 'never'

export interface Terminal {
  /** stdout is a terminal: tables, colours, and nothing of a stranger's that could steer it. */
  readonly tty: boolean
  /** A person can be asked: stdin and stderr are terminals. */
  readonly interactive: boolean
  /** Columns. */
  readonly width: number
  /** Lines. */
  readonly rows: number
  readonly colour: boolean
  write(text: string): void
  /** Bytes as they are. */
  writeBytes(bytes: Uint8Array): void
  warn(text: string): void
}

/** Flag beats variable beats detection; NO_COLOR as no-color.org has it, FORCE_COLOR as Node has it. */
export const wantsColour = (choice: ColourChoice, tty: boolean): boolean => {
  if (choice !== 'auto') return choice === 'always'
  if (variable('NO_COLOR') !== null) return false
  const forced = variable('FORCE_COLOR')
  if (forced !== null) return forced !== '0' && forced !== 'false'
  return tty && variable('TERM') !== 'dumb'
}

export const openTerminal = (choice: ColourChoice): Terminal => {
  const {stdout, stderr} = process
  const tty = stdout.isTTY === true
  return {
    tty,
    // Few ask, and to look opens the stream.
    get interactive() {
      return process.stdin.isTTY === true && stderr.isTTY === true
    },
    width: stdout.columns || 80,
    rows: stdout.rows || 24,
    colour: wantsColour(choice, tty),
    write: text => {
      stdout.write(text)
    },
    writeBytes: bytes => {
      stdout.write(bytes)
    },
    warn: text => {
      stderr.write(`${text}\n`)
    },
  }
}

/** Nobody reads any more, or the disk is full. */
export const endWithoutOutput = (error: NodeJS.ErrnoException): never => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.ok)
  process.stderr.write(`god: the output cannot be written: ${error.code}.\n`)
  process.exit(EXIT.disk)
}

/** Call before anything is written to the streams. */
export const guardOutput = (): void => {
  // oclif's own listener throws, as a stack trace, whatever is no closed pipe.
  process.stdout.removeAllListeners('error')
  process.stdout.on('error', endWithoutOutput)
  // A log that cannot be written ends no service, and there is nobody to tell it to.
  process.stderr.on('error', () => undefined)
}
