/** What a directive says, in whichever dialect: a flag of `submit` with its value, or something that is ignored. Pure. */
import {parseArray} from '../array/range.js'
import {GodError} from '../errors.js'
import {checkImageName} from '../image-name.js'
import {AMOUNTS} from '../job-form.js'
import {checkJobName, checkKey} from '../job-name.js'

/** A flag of `submit` that a script may set, as its class has it. */
export interface DirectiveFlag {
  readonly name: string
  readonly char?: string
  readonly takes: 'nothing' | 'one' | 'many'
  /** The only values that it takes. */
  readonly options?: readonly string[]
}

export interface Given {
  readonly line: number
  /** Long name of the flag. */
  readonly flag: string
  readonly value: string | true
}

export interface Ignored {
  readonly line: number
  /** As it stands there. */
  readonly option: string
  readonly why: string
}

export interface Found {
  readonly given: readonly Given[]
  readonly ignored: readonly Ignored[]
}

export const badLine = (line: number, why: string, hint = ''): GodError =>
  new GodError('E_DIRECTIVE_BAD', `line ${line} of the script: ${why}`, hint)

const CHECKS: Readonly<Record<string, (value: string) => void>> = {
  array: value => void parseArray(value),
  name: value => refuse(checkJobName(value)),
  key: value => refuse(checkKey(value)),
  image: value => refuse(checkImageName(value)),
}

const refuse = (no: {readonly message: string; readonly hint: string} | null): void => {
  if (no !== null) throw new GodError('E_DIRECTIVE_BAD', no.message, no.hint)
}

const isAmount = (flag: string): flag is keyof typeof AMOUNTS => Object.hasOwn(AMOUNTS, flag)

/** What can be judged of a value by itself is judged here, where its line is known. */
export const checkValue = ({line, flag, value}: Given): void => {
  if (value === true) return
  if (isAmount(flag)) {
    const {parse, what, how} = AMOUNTS[flag]
    if (parse(value) === null) throw badLine(line, `'${value}' is no ${what}`, how)
  }
  try {
    if (Object.hasOwn(CHECKS, flag)) CHECKS[flag]?.(value)
  } catch (error) {
    if (error instanceof GodError) throw badLine(line, error.message, error.hint)
    throw error
  }
}
