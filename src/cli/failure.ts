/**
 * Every way to fail, as the one shape that a user meets: what failed and why, what to do, an exit code.
 * What nobody foresaw is a bug of ours (70): its stack goes into a report file, never to the user's terminal.
 */
import {Errors} from '@oclif/core'
import {EXIT, GodError} from '../core/errors.js'
import {neutralise} from '../core/text.js'
import {writeBugReport} from '../host/bug-report.js'
import {variable} from '../host/environment.js'
import {errno} from '../store/file-system.js'

export interface Failure {
  readonly code: string
  readonly message: string
  readonly hint: string
  readonly exit: number
}

const firstLine = (text: string): string => text.split('\n')[0] ?? ''

/** oclif puts details in further lines; the ones that name something are kept. */
const usageMessage = (error: Error): string => {
  const lines = error.message
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('See more help'))
  const text = lines.join(' ').replace(/^The following errors? occurred: */, '')
  return text.charAt(0).toLowerCase() + text.slice(1)
}

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

/** Null: it is no failure (help was shown). */
export const failureOf = (error: unknown, command: string | undefined): Failure | null => {
  if (error instanceof GodError) {
    if (error.code === 'E_BUG') return ofBug(error)
    return {code: error.code, message: error.message, hint: error.hint, exit: error.exit}
  }
  if (error instanceof Errors.ExitError && error.oclif.exit === 0) return null
  if (error instanceof Errors.CLIError) {
    const help = command === undefined || command.startsWith('-') ? 'god --help' : `god ${command} --help`
    return {code: 'E_USAGE', message: usageMessage(error), hint: `See '${help}'.`, exit: EXIT.usage}
  }
  const code = errno(error)
  if (error instanceof Error && code !== null && DISK_ERRORS.includes(code)) return ofSystem(error, code)
  return ofBug(error)
}

export const renderFailure = ({code, message, hint}: Failure, json: boolean): string => {
  if (json) return `${JSON.stringify({schema: 1, error: {code, message, hint}})}\n`
  return `god: ${neutralise(message).replace(/[.]$/, '')}.${hint === '' ? '' : ` ${neutralise(hint)}`}\n`
}

export const debugStack = (error: unknown): string | null =>
  variable('GOD_DEBUG') === '1' && error instanceof Error ? `${error.stack ?? ''}\n` : null
