/**
 * Errors of the catalogue. A `GodError` says what failed, with which value, and why in `message`; what to do in `hint`.
 * Anything thrown that is not a GodError is our bug (E_BUG, exit 70).
 */
import {CATALOGUE, type ErrorCode} from './catalogue.js'

/** A message quotes what was given, which may be as long as a command line: of a longer one the middle is left out. */
const MOST = 2000
const HEAD = 1200

const bounded = (text: string): string =>
  text.length <= MOST ? text : `${text.slice(0, HEAD)} [...] ${text.slice(HEAD + 7 - MOST)}`

export class GodError extends Error {
  override readonly name = 'GodError'
  readonly code: ErrorCode
  /** What to do; one line, may be empty. */
  readonly hint: string

  constructor(code: ErrorCode, message: string, hint = '', options?: {cause?: unknown}) {
    super(bounded(message), options)
    this.code = code
    this.hint = bounded(hint)
  }

  get exit(): number {
    return CATALOGUE[this.code].exit
  }

  get temporary(): boolean {
    return 'temporary' in CATALOGUE[this.code]
  }
}

/** The reasoned no of a check that expects to be answered no. */
export interface Refusal {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
}

export const refusal = (code: ErrorCode, message: string, hint = ''): Refusal => ({
  code,
  message: bounded(message),
  hint: bounded(hint),
})

export const asError = (no: Refusal): GodError => new GodError(no.code, no.message, no.hint)

/** For the last line of an exhaustive switch. */
export const never = (value: never): never => {
  throw new GodError('E_BUG', `unforeseen value ${JSON.stringify(value)}`)
}
