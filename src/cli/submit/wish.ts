/** From the words of `god submit` to a wish: amounts are read here, a script is copied, the rest is admission's. */

import {nameOf} from '../../core/admission.js'
import {type LocalTime, parseBegin} from '../../core/begin-time.js'
import type {Instant} from '../../core/brand.js'
import type {ErrorCode} from '../../core/catalogue.js'
import {readCounted} from '../../core/counted.js'
import {asError, GodError} from '../../core/errors.js'
import type {Wish} from '../../core/job.js'
import {AMOUNTS, amountRefusal, type FormDefaults} from '../../core/job-form.js'
import {readConstraint} from '../../core/node/constraint.js'
import {MAX_REQUEST_BYTES} from '../../core/request.js'
import {exactVariable} from '../../host/environment.js'
import {wordsAreText} from '../../host/own-words.js'
import {readUserFile} from '../../host/user-file.js'
import {decodeUtf8} from '../../store/jobs/record-codec.js'

export interface SubmitFlags {
  readonly name: string | undefined
  readonly image: string | undefined
  readonly cpus: string | undefined
  readonly mem: string | undefined
  readonly gpus: string | undefined
  readonly resource: readonly string[] | undefined
  readonly time: string | undefined
  readonly output: string | undefined
  readonly error: string | undefined
  readonly workdir: string | undefined
  readonly hold: boolean
  readonly begin: string | undefined
  readonly nice: string | undefined
  readonly priority: string | undefined
  readonly array: string | undefined
  readonly env: readonly string[] | undefined
  readonly label: readonly string[] | undefined
  readonly volume: readonly string[] | undefined
  readonly project: string | undefined
  readonly depend: string | undefined
  readonly retry: string | undefined
  readonly key: string | undefined
  readonly cron: string | undefined
  readonly overlap: boolean
  readonly root: boolean
  readonly queue: string | undefined
  readonly constraint: string | undefined
}

export const amount = (text: string | undefined, key: keyof typeof AMOUNTS): number | undefined => {
  if (text === undefined) return undefined
  const value = AMOUNTS[key].parse(text)
  if (value === null) throw asError(amountRefusal(text, AMOUNTS[key]))
  return value
}

const labelsWanted = (text: string | undefined): Record<string, string> | undefined => {
  if (text === undefined) return undefined
  const read = readConstraint(text)
  if ('refusal' in read) throw asError(read.refusal)
  return read.labels
}

export const countedWanted = (texts: readonly string[] | undefined): Record<string, number> | undefined => {
  if (texts === undefined) return undefined
  const read = readCounted(texts.join(','))
  if (typeof read !== 'string') return read
  throw new GodError('E_SPEC_BAD', `resource: '${texts.join(',')}' cannot be read: ${read}`, 'Write NAME=N.')
}

/** `NAME=VALUE`; a bare NAME takes the caller's value, as `docker run -e` does. */
const pairs = (
  texts: readonly string[],
  code: ErrorCode,
  bare: (name: string) => string | null,
): Record<string, string> => {
  const found: Record<string, string> = Object.create(null) as Record<string, string>
  for (const text of texts) {
    const cut = text.indexOf('=')
    const name = cut < 0 ? text : text.slice(0, cut)
    const value = cut < 0 ? bare(name) : text.slice(cut + 1)
    if (name === '') throw new GodError(code, `'${text}' names nothing`, 'Write NAME=VALUE.')
    if (value !== null) found[name] = value
  }
  return {...found}
}

/** Bare names that have no value to take. */
export const unsetVariables = (env: readonly string[] = []): readonly string[] =>
  env.filter(text => text !== '' && !text.includes('=') && exactVariable(text) === null)

/** Null: no readable file that begins with `#!`. */
const readScript = (path: string): string | null => {
  const bytes = readUserFile(path, MAX_REQUEST_BYTES)
  if (bytes === 'closed') {
    throw new GodError(
      'E_SCRIPT_BAD',
      `you may not read the file ${path}`,
      'Make it readable; for a program of that name in the image, write -- before it.',
    )
  }
  if (bytes === null || Buffer.from(bytes.subarray(0, 2)).toString('latin1') !== '#!') return null
  if (bytes.length > MAX_REQUEST_BYTES) {
    throw new GodError('E_SCRIPT_BAD', `the script ${path} is larger than ${MAX_REQUEST_BYTES} bytes`)
  }
  const text = decodeUtf8(bytes)
  if (text === null) throw new GodError('E_SCRIPT_BAD', `the script ${path} is not UTF-8 text`)
  return text
}

/** `optionsEnded`: a `--` stood before the operands, so the first is a program and no script. */
export const commandOf = (operands: readonly string[], optionsEnded: boolean): Wish['command'] => {
  const [first, ...args] = operands
  if (first === undefined) {
    throw new GodError(
      'E_COMMAND_EMPTY',
      'there is no command to run',
      'Write it last: god submit -i IMAGE -- COMMAND...',
    )
  }
  const text = optionsEnded ? null : readScript(first)
  return text === null ? {kind: 'argv', argv: [...operands]} : {kind: 'script', text, args}
}

/** Only here is known what file the text came from. */
const scriptName = ({kind}: Wish['command'], [path = '']: readonly string[]): string | undefined =>
  kind === 'script' ? nameOf({command: {kind: 'argv', argv: [path]}}) : undefined

export const given = <T extends object>(fields: {[K in keyof T]: T[K] | undefined}): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T

/** A job must get what was typed, byte for byte; what is no text cannot be carried. */
const checkText = (operands: readonly string[], env: readonly string[] = []): void => {
  if (wordsAreText([...operands, ...env])) return
  throw new GodError(
    'E_SPEC_BAD',
    'an argument is not UTF-8 text, and would reach the job changed',
    'Put it into a file that the job reads.',
  )
}

export const beginOf = (text: string, local: LocalTime): Instant => {
  const at = parseBegin(text, local)
  if (typeof at === 'object') throw asError(at)
  return at
}

/** What the flags say by themselves, whatever the command is. */
const flagFields = (flags: SubmitFlags, local: LocalTime): FormDefaults =>
  given<FormDefaults>({
    name: flags.name,
    image: flags.image,
    cpus: amount(flags.cpus, 'cpus'),
    memory: amount(flags.mem, 'mem'),
    gpus: amount(flags.gpus, 'gpus'),
    counted: countedWanted(flags.resource),
    walltime: amount(flags.time, 'time'),
    env: flags.env && pairs(flags.env, 'E_ENV_BAD', exactVariable),
    labels: flags.label && pairs(flags.label, 'E_SPEC_BAD', () => ''),
    workdir: flags.workdir,
    output: flags.output,
    error: flags.error,
    hold: flags.hold ? true : undefined,
    begin: flags.begin === undefined ? undefined : beginOf(flags.begin, local),
    nice: amount(flags.nice, 'nice'),
    priority: amount(flags.priority, 'priority'),
    volumes: flags.volume && [...flags.volume],
    project: flags.project,
    queue: flags.queue,
    constraint: labelsWanted(flags.constraint),
    array: flags.array,
    depend: flags.depend,
    retry: flags.retry,
    key: flags.key,
    cron: flags.cron,
    overlap: flags.overlap ? true : undefined,
    root: flags.root ? true : undefined,
  })

/** For every line of a file of jobs. */
export const defaultsOf = (flags: SubmitFlags, local: LocalTime): FormDefaults => {
  checkText([], flags.env)
  return flagFields(flags, local)
}

/** `command` is that of the operands, which name it where it is a script. */
export const wishOf = (
  flags: SubmitFlags,
  operands: readonly string[],
  command: Wish['command'],
  local: LocalTime,
): Wish => {
  checkText(operands, flags.env)
  const name = flags.name ?? scriptName(command, operands)
  return {command, ...flagFields(name === undefined ? flags : {...flags, name}, local)}
}
