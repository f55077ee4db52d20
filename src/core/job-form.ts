/**
 * The JSON form of a job (design section 4): one object, by the long names of the flags of `submit`. Pure.
 *
 * An amount is text as on the command line, or a number that means what it means there: `"mem": 512` is MiB, `"time": 30`
 * minutes. Unknown keys are refused with the nearest that is known. What is read here is a wish like any other: admission
 * judges it.
 */
import {parseCount, parseCpus, parseMemory, parseWalltime} from './amounts.js'
import {type LocalTime, parseBegin} from './begin-time.js'
import {readCounted} from './counted.js'
import {type Refusal, refusal} from './errors.js'
import type {Wish} from './job.js'
import {readConstraint} from './node/constraint.js'
import {parseOrder} from './own-order.js'
import {parseStrictJson} from './strict-json.js'
import {nearest} from './text.js'

interface Amount {
  /** The field of the wish that it fills. */
  readonly field: 'cpus' | 'memory' | 'gpus' | 'walltime' | 'nice' | 'priority'
  readonly parse: (text: string) => number | null
  readonly what: string
  readonly how: string
}

/** Amounts by the flag that gives them. */
export const AMOUNTS = {
  cpus: {field: 'cpus', parse: parseCpus, what: 'number of cpus', how: 'Write 1, 4 or 0.5.'},
  mem: {
    field: 'memory',
    parse: parseMemory,
    what: 'amount of memory',
    how: 'Write 512M, 2G, or a number of MiB.',
  },
  gpus: {field: 'gpus', parse: parseCount, what: 'number of gpus', how: 'Write 1 or 2.'},
  time: {
    field: 'walltime',
    parse: parseWalltime,
    what: 'time',
    how: 'Write 30 (minutes), 90s, 1:30:00, 2-12 (days-hours) or 1d; 100 years at most.',
  },
  nice: {
    field: 'nice',
    parse: parseOrder,
    what: 'nice value',
    how: 'Write a whole number from 0 to 1000; more is further behind. Operators: from -1000, before others.',
  },
  priority: {
    field: 'priority',
    parse: parseOrder,
    what: 'priority',
    how: 'Write a whole number from -1000 to 1000; of your own jobs the higher is first.',
  },
} as const satisfies Record<string, Amount>

export const amountRefusal = (text: string, {what, how}: Pick<Amount, 'what' | 'how'>): Refusal =>
  refusal('E_AMOUNT_BAD', `'${text}' is no ${what}`, how)

type Part = Partial<Wish> | Refusal
type Reader = (value: unknown, local: LocalTime) => Part

const isRefusal = (part: object): part is Refusal => 'code' in part && 'hint' in part

const expected = (key: string, what: string, hint = ''): Refusal =>
  refusal('E_SPEC_BAD', `${key}: ${what} is expected`, hint)

const isText = (value: unknown): value is string => typeof value === 'string'

const text =
  (
    key:
      | 'name'
      | 'image'
      | 'workdir'
      | 'output'
      | 'error'
      | 'array'
      | 'project'
      | 'depend'
      | 'key'
      | 'cron'
      | 'queue',
  ): Reader =>
  value =>
    isText(value) ? {[key]: value} : expected(key, 'text')

const amount =
  (key: keyof typeof AMOUNTS): Reader =>
  value => {
    if (!isText(value) && typeof value !== 'number')
      return expected(key, 'a number or text', AMOUNTS[key].how)
    const found = AMOUNTS[key].parse(String(value))
    return found === null ? amountRefusal(String(value), AMOUNTS[key]) : {[AMOUNTS[key].field]: found}
  }

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const texts =
  (key: 'env' | 'labels'): Reader =>
  value => {
    if (!isObject(value)) return expected(key, 'an object of names and texts')
    const wrong = Object.entries(value).find(([, each]) => !isText(each))
    if (wrong !== undefined) return expected(`${key}.${wrong[0]}`, 'text', 'Put numbers in quotes.')
    return {[key]: value}
  }

const flag =
  (key: 'hold' | 'overlap' | 'root'): Reader =>
  value =>
    typeof value === 'boolean' ? {[key]: value} : expected(key, 'true or false')

const begin: Reader = (value, local) => {
  if (!isText(value)) return expected('begin', 'text', 'Write now+2h, 14:30 or 2030-01-31T14:30.')
  const at = parseBegin(value, local)
  return typeof at === 'object' ? at : {begin: at}
}

const list =
  (key: 'volumes'): Reader =>
  value =>
    isTexts(value) ? {[key]: value} : expected(key, 'a list of texts')

/** A number alone, or with rules. */
const retries: Reader = value =>
  isText(value) || typeof value === 'number' ? {retry: String(value)} : expected('retry', 'a number or text')

const constraint: Reader = value => {
  if (!isText(value)) return expected('constraint', 'text', 'Write "KEY=VALUE,KEY2=VALUE2".')
  const read = readConstraint(value)
  return 'labels' in read ? {constraint: read.labels} : read.refusal
}

/** Of what the site counts. */
const resources: Reader = value => {
  const how = 'Write {"fpga": 1}.'
  if (!isObject(value)) return expected('resources', 'an object of names and whole numbers', how)
  const words = Object.entries(value).map(([name, amount]) => `${name}=${String(amount)}`)
  const read = words.length === 0 ? {} : readCounted(words.join(','))
  return typeof read === 'string'
    ? expected('resources', `an object of names and whole numbers (${read})`, how)
    : {counted: read}
}

const READERS: Readonly<Record<string, Reader>> = {
  name: text('name'),
  image: text('image'),
  cpus: amount('cpus'),
  mem: amount('mem'),
  gpus: amount('gpus'),
  resources,
  time: amount('time'),
  env: texts('env'),
  labels: texts('labels'),
  workdir: text('workdir'),
  output: text('output'),
  error: text('error'),
  hold: flag('hold'),
  cron: text('cron'),
  overlap: flag('overlap'),
  root: flag('root'),
  key: text('key'),
  nice: amount('nice'),
  priority: amount('priority'),
  begin,
  volumes: list('volumes'),
  project: text('project'),
  queue: text('queue'),
  array: text('array'),
  depend: text('depend'),
  retry: retries,
  constraint,
}

/** Read together: they are one command. */
const COMMAND_KEYS = ['argv', 'script', 'args'] as const

export const FORM_KEYS: readonly string[] = [...COMMAND_KEYS, ...Object.keys(READERS)]

/** Flags of the contract that this version does not have yet. */
const LATER = ['interactive', 'pack', 'mail']

const unknownKey = (key: string): Refusal => {
  if (LATER.includes(key)) {
    return refusal('E_SPEC_BAD', `'${key}' is not supported by this version of god`, 'Leave it out.')
  }
  const near = nearest(key, FORM_KEYS)
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `Keys: ${FORM_KEYS.join(', ')}.`
  return refusal('E_SPEC_BAD', `there is no key '${key.slice(0, 64)}'`, hint)
}

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText)

const NO_COMMAND = refusal('E_COMMAND_EMPTY', 'there is no command to run', 'Give it as argv or as script.')

const commandOf = ({argv, script, args}: Readonly<Record<string, unknown>>): Wish['command'] | Refusal => {
  if (argv !== undefined && script !== undefined)
    return refusal('E_SPEC_BAD', 'argv and script are both given', 'A job runs one of them.')
  if (script !== undefined) {
    if (!isText(script) || !script.startsWith('#!'))
      return expected('script', 'the text of a script that begins with #!')
    return args === undefined || isTexts(args)
      ? {kind: 'script', text: script, args: args ?? []}
      : expected('args', 'a list of texts')
  }
  if (args !== undefined) return refusal('E_SPEC_BAD', 'args belong to a script', 'Put them into argv.')
  if (argv === undefined) return NO_COMMAND
  if (!isTexts(argv)) return expected('argv', 'a list of texts')
  return argv.length === 0 ? NO_COMMAND : {kind: 'argv', argv}
}

const isOfCommand = (key: string): boolean => COMMAND_KEYS.some(each => each === key)

const wishOf = (form: Readonly<Record<string, unknown>>, local: LocalTime): Wish | Refusal => {
  let fields: Partial<Wish> = {}
  for (const [key, value] of Object.entries(form)) {
    if (isOfCommand(key)) continue
    const part = Object.hasOwn(READERS, key) ? READERS[key]?.(value, local) : unknownKey(key)
    if (part === undefined || isRefusal(part)) return part ?? unknownKey(key)
    fields = {...fields, ...part}
  }
  const command = commandOf(form)
  return 'code' in command ? command : {...fields, command}
}

/** What every line has unless it says otherwise; of variables and labels each by itself. */
export type FormDefaults = Omit<Wish, 'command'>

const withDefaults = ({env, labels, ...defaults}: FormDefaults, wish: Wish): Wish => ({
  ...defaults,
  ...wish,
  ...(env === undefined ? {} : {env: {...env, ...wish.env}}),
  ...(labels === undefined ? {} : {labels: {...labels, ...wish.labels}}),
})

/** `local`: the clock of who wrote it, for times of a day. */
export const parseJobForm = (line: string, local: LocalTime, defaults: FormDefaults = {}): Wish | Refusal => {
  const json = parseStrictJson(line)
  if (!json.ok) return refusal('E_SPEC_BAD', `it is ${json.why}`, 'Write one JSON object a line.')
  if (!isObject(json.value)) return expected('a line', 'one JSON object')
  const wish = wishOf(json.value, local)
  return 'code' in wish ? wish : withDefaults(defaults, wish)
}
