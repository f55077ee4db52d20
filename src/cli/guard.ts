/**
 * What every command runs under, whichever way it came in: every error ends here, in one shape, with its exit code.
 *
 * Nothing is printed twice, and no stack reaches a user. With `--json` a failure is one document on stdout.
 */
import {fixUmask} from '../host/environment.js'
import {debugStack, failureOf, renderFailure} from './failure.js'
import {guardOutput} from './screen/terminal.js'

/** What is known of the words when something fails. */
export interface Told {
  /** Whose help has more. */
  readonly command: string | undefined
  readonly json: boolean
}

/** Tells of it and sets the exit code. */
const fail = (error: unknown, {command, json}: Told): void => {
  const failure = failureOf(error, command)
  if (failure === null) return
  guardOutput()
  process.stderr.write(debugStack(error) ?? '')
  const stream = json ? process.stdout : process.stderr
  stream.write(renderFailure(failure, json))
  process.exitCode = failure.exit
}

export const underGuard = async (told: () => Told, act: () => Promise<void>): Promise<void> => {
  fixUmask()
  // What is thrown where nobody waits for it: in a timer, by an event.
  process.once('uncaughtException', error => {
    fail(error, told())
    process.exit()
  })
  try {
    await act()
  } catch (error) {
    fail(error, told())
  }
}
