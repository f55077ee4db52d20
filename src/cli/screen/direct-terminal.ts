/**
 * Standard output that is no terminal, written to without Node's streams, which cost a tenth of a bare start. What
 * happens when nobody reads, or reads slowly, is the same: a failure ends the command once what runs has run, and what
 * a slow reader has no room for waits in the stream.
 */
import {writeNow} from '../../host/standard-output.js'
import {type ColourChoice, endWithoutOutput, guardOutput, type Terminal, wantsColour} from './terminal.js'

type Fate = 'open' | 'slow' | 'broken'

const writer = (fd: 1 | 2, failed: (error: NodeJS.ErrnoException) => void): ((bytes: Uint8Array) => void) => {
  let fate: Fate = 'open'
  const stream = (bytes: Uint8Array): void => {
    guardOutput()
    ;(fd === 1 ? process.stdout : process.stderr).write(bytes)
  }
  const now = (bytes: Uint8Array): void => {
    try {
      const rest = writeNow(fd, bytes)
      if (rest.length === 0) return
      fate = 'slow'
      stream(rest)
    } catch (error) {
      fate = 'broken'
      process.nextTick(failed, error)
    }
  }
  return bytes => {
    if (fate === 'open') now(bytes)
    else if (fate === 'slow') stream(bytes)
  }
}

/** As wide as one is taken to be that does not say. */
export const directTerminal = (choice: ColourChoice): Terminal => {
  const out = writer(1, endWithoutOutput)
  // As for the stream: there is nobody to tell it to.
  const err = writer(2, () => undefined)
  return {
    tty: false,
    interactive: false,
    width: 80,
    rows: 24,
    colour: wantsColour(choice, false),
    write: text => out(Buffer.from(text)),
    writeBytes: out,
    warn: text => err(Buffer.from(`${text}\n`)),
  }
}
