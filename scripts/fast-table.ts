/**
 * The words that the short way understands (src/cli/fast-words.ts), read off the class of a command. A flag is taken
 * only if everything that the class says of it is known here to make no difference, or a difference that is kept; a
 * command only if the same holds of all that is in force where a flag is not given. So a new feature of oclif, or a new
 * use of one, leads to a word that is declined, or to a build that fails, never to another meaning.
 */
import {Args, type Command, Flags} from '@oclif/core'
import type {FastFlag, FastTable} from '../src/cli/fast-words.js'
import {ENDS_AT_OPERAND} from '../src/cli/operands.js'

/** A flag or an argument as oclif has it: looked at as data, by the names of its fields. */
type Definition = Readonly<Record<string, unknown>>

/** Words of the help, and what the parser fills in. */
const TOLD = [
  'summary',
  'description',
  'helpValue',
  'helpGroup',
  'helpLabel',
  'hidden',
  'input',
  'name',
  'type',
]

const FLAG_FIELDS = new Set([
  ...TOLD,
  'char',
  'default',
  'parse',
  'multiple',
  'multipleNonGreedy',
  'delimiter',
  'options',
  'env',
])

/** Of a flag that is not given these say nothing. */
const ABSENT_FIELDS = new Set([
  ...FLAG_FIELDS,
  'exclusive',
  'dependsOn',
  'combinable',
  'relationships',
  'min',
  'max',
  'allowNo',
])

const OPERAND_FIELDS = new Set([...TOLD, 'multiple', 'ignoreStdin', 'parse', 'required'])

const fieldsOf = (definition: Definition): string[] =>
  Object.keys(definition).filter(key => definition[key] !== undefined && definition[key] !== false)

const strangers = (definition: Definition, known: ReadonlySet<string>): string[] =>
  fieldsOf(definition).filter(key => !known.has(key))

const sameText = (one: unknown, other: unknown): boolean => String(one) === String(other)

const PLAIN: Readonly<Record<string, unknown>> = {
  boolean: Flags.boolean().parse,
  option: Flags.string().parse,
}

/** Not what looks like a flag, and not empty: that is where parsers differ. */
const PLAIN_VALUE = '^[^-][^]*$'

/** With nothing in it that oclif trims, unquotes or unescapes. */
const LIST = `^[^-\\s,"'\\\\][^\\s,"'\\\\]*(,[^\\s,"'\\\\]+)*$`

const valuePattern = ({options, delimiter}: Definition): string => {
  if (!Array.isArray(options)) return delimiter === undefined ? PLAIN_VALUE : LIST
  return `^(${options.map(word => String(word).replace(/[^\w]/g, '\\$&')).join('|')})$`
}

const takesOf = ({type, multiple}: Definition): FastFlag['takes'] => {
  if (type === 'boolean') return 'nothing'
  return multiple === true ? 'many' : 'one'
}

/** A file of jobs is no usual call, and would make all others longer. */
const SELDOM = ['from']

/** Null: it is for oclif. */
const fastFlag = (name: string, flag: Definition): FastFlag | null => {
  if (SELDOM.includes(name)) return null
  const {type, parse, multiple, multipleNonGreedy, delimiter, options} = flag
  if (strangers(flag, FLAG_FIELDS).length > 0 || !sameText(parse, PLAIN[String(type)])) return null
  if (multiple === true && multipleNonGreedy !== true) return null
  if (delimiter !== undefined && (delimiter !== ',' || multiple !== true || options !== undefined))
    return null
  return {
    name,
    takes: takesOf(flag),
    delimiter: delimiter === undefined ? null : ',',
    value: valuePattern(flag),
  }
}

const refuse = (command: string, why: string): never => {
  throw new Error(`god ${command} cannot have a short way: ${why}`)
}

const checkAbsent = (command: string, name: string, flag: Definition): void => {
  const more = strangers(flag, ABSENT_FIELDS)
  if (more.length > 0) refuse(command, `--${name} has ${more.join(', ')}`)
  if (typeof flag.default === 'function') refuse(command, `the default of --${name} is computed`)
}

const checkCommand = (command: string, type: Command.Class): void => {
  const {args, strict, constraints, enableJsonFlag, state} = type
  if (!strict || constraints !== undefined || enableJsonFlag || state !== undefined)
    refuse(command, 'its class has rules of its own')
  const [operand, ...more] = Object.values(args as Record<string, Definition>)
  if (operand === undefined || more.length > 0) refuse(command, 'it has not one kind of operands')
  const {multiple, ignoreStdin, required, parse} = operand ?? {}
  const plain = sameText(parse, Args.string().parse) && strangers(operand ?? {}, OPERAND_FIELDS).length === 0
  if (!plain || multiple !== true || ignoreStdin !== true || required === true)
    refuse(command, 'its operands are more than words')
}

/** `known`: the flags that the function behind the command has; another is handled by the class itself. */
export const fastTable = (command: string, type: Command.Class, known: ReadonlySet<string>): FastTable => {
  checkCommand(command, type)
  const all = Object.entries({...type.baseFlags, ...type.flags} as Record<string, Definition>)
  for (const [name, flag] of all) checkAbsent(command, name, flag)
  const flags = all.flatMap(([name, flag]) => {
    const fast = known.has(name) ? fastFlag(name, flag) : null
    if (fast === null) return []
    const short: [string, FastFlag][] = flag.char === undefined ? [] : [[`-${flag.char}`, fast]]
    return [...short, [`--${name}`, fast] as const]
  })
  return {
    flags: Object.fromEntries(flags),
    defaults: Object.fromEntries(
      all.flatMap(([name, flag]) => (flag.default === undefined ? [] : [[name, flag.default]])),
    ),
    variables: all.flatMap(([, {env}]) => (typeof env === 'string' ? [env] : [])),
    operand: PLAIN_VALUE,
    endsAtOperand: command === ENDS_AT_OPERAND,
  }
}
