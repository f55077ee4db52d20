/**
 * Every way to fail, as the one shape that a user meets: what failed and why, what to do, an exit code.
 * What nobody foresaw is a bug of ours (70): its stack goes into a report file, never to the user's terminal.
 */

import {GodError} from '../core/errors.js'
import {EXIT} from '../core/exit.js'
import {neutralise} from '../core/text.js'
import {writeBugReport} from '../host/bug-report.js'
import {variable} from '../host/environment.js'
import {errno} from '../store/disk/file-system.js'
import {isUsageError, usageWords} from './usage-error.js'

export interface Failure {
  readonly code: string
  readonly message: string
  readonly hint: string
  readonly exit: number
}

const firstLine = (text: string): string => text.split('\n')[0] ?? ''

const DISK_ERRORS = [
  'EACCES',
  'EPERM',
  'EROFS',
  'EIO',
  'ENOSPC',
  'EDQUOT',
  'ESTALE',
  'EMFILE',
  'ENFILE',
  'ENOENT',
  'ENOTDIR',
  'EINTR',
  'EFBIG',
  'EBUSY',
  'EMLINK',
  'ENXIO',
  'ENODEV',
  'ETIMEDOUT',
]

const ofSystem = (error: Error, code: string): Failure => {
  const denied = ['EACCES', 'EPERM'].includes(code)
  return {
    code: denied ? 'E_NOT_PERMITTED' : 'E_DISK',
    message: firstLine(error.message),
    hint: "Check the shared directory with 'god doctor'.",
    exit: denied ? EXIT.notPermitted : EXIT.disk,
  }
}

const ofBug = (error: unknown): Failure => {
  const path = writeBugReport(error)
  const text = error instanceof Error ? firstLine(error.message) : String(error)
  return {
    code: 'E_BUG',
    message: `an error that god did not foresee: ${text}`,
    hint:
      path === null ? 'Run it again with GOD_DEBUG=1 and report what is shown.' : `The report is in ${path}.`,
    exit: EXIT.bug,
  }
}

/** oclif's way to stop after help, known by its shape: who renders a failure does not load oclif. */
const isQuietEnd = (error: unknown): boolean => error instanceof Error && error.message === 'EEXIT: 0'

/** Null: it is no failure (help was shown). */
export const failureOf = (error: unknown, command: string | undefined): Failure | null => {
  if (error instanceof GodError) {
    if (error.code === 'E_BUG') return ofBug(error)
    return {code: error.code, message: error.message, hint: error.hint, exit: error.exit}
  }
  if (isQuietEnd(error)) return null
  if (isUsageError(error)) {
    return {code: 'E_USAGE', ...usageWords(error, command ?? 'help'), exit: EXIT.usage}
  }
  const code = errno(error)
  if (error instanceof Error && code !== null && DISK_ERRORS.includes(code)) return ofSystem(error, code)
  return ofBug(error)
}

export const renderFailure = ({code, message, hint}: Failure, json: boolean): string => {
  if (json) return `${JSON.stringify({schema: 1, error: {code, message, hint}})}\n`
  return `${neutralise(faultLine({message, hint}))}\n`
}

/** `god: what, why. what to do`. */
export const faultLine = ({message, hint}: Pick<Failure, 'message' | 'hint'>): string =>
  `god: ${message.replace(/[.]$/, '')}.${hint === '' ? '' : ` ${hint}`}`

export const debugStack = (error: unknown): string | null =>
  variable('GOD_DEBUG') === '1' && error instanceof Error ? `${error.stack ?? ''}\n` : null
