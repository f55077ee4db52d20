/** Kinds of settings: how each is read, shown and told of. Pure. */
import {formatCpus, formatMemory, formatTime, parseCpus, parseMemory, parseTime} from '../amounts.js'
import {readLabels} from '../node/label.js'
import {isTimetable} from '../timetable/timetable-words.js'

export interface Setting<T> {
  readonly initial: T
  /** Undefined = not readable. */
  parse(text: string): T | undefined
  show(value: T): string
  readonly expects: string
  readonly purpose: string
}

/** What a table of settings reads as. */
export type Values<Table> = {
  readonly [K in keyof Table]: Table[K] extends Setting<infer T> ? T : never
}

export const setting = <T>(
  initial: T,
  parse: (text: string) => T | undefined,
  show: (value: T) => string,
  expects: string,
  purpose: string,
): Setting<T> => ({initial, parse, show, expects, purpose})

export const text = (initial: string, pattern: RegExp, expects: string, purpose: string): Setting<string> =>
  setting(
    initial,
    value => (pattern.test(value) ? value : undefined),
    value => value,
    expects,
    purpose,
  )

export const choice = <C extends string>(initial: C, choices: readonly C[], purpose: string): Setting<C> =>
  setting(
    initial,
    value => choices.find(candidate => candidate === value),
    value => value,
    `one of ${choices.join(', ')}`,
    purpose,
  )

const YES = ['true', 'yes', 'on', '1']
const NO = ['false', 'no', 'off', '0']

export const flag = (initial: boolean, purpose: string): Setting<boolean> =>
  setting(
    initial,
    value => (YES.includes(value) ? true : NO.includes(value) ? false : undefined),
    String,
    'true or false',
    purpose,
  )

export const words = (initial: readonly string[], purpose: string): Setting<readonly string[]> =>
  setting(
    initial,
    value =>
      value
        .split(',')
        .map(word => word.trim())
        .filter(word => word !== ''),
    value => value.join(', '),
    'words with commas between',
    purpose,
  )

/** Words too; `true` is everybody and `false` nobody, as the original has it. */
export const everybody = (purpose: string): Setting<readonly string[]> => {
  const rule = words([], purpose)
  return {
    ...rule,
    parse: value => (value === 'true' ? ['*'] : value === 'false' ? [] : rule.parse(value)),
    expects: 'words with commas between, or true or false',
  }
}

/** By their keys. */
export const labels = (purpose: string): Setting<Readonly<Record<string, string>>> =>
  setting(
    {},
    value => {
      const read = readLabels(value)
      return typeof read === 'string' ? undefined : read
    },
    value =>
      Object.entries(value)
        .map(pair => pair.join('='))
        .join(', '),
    'KEY=VALUE, KEY2=VALUE2, each key once,',
    purpose,
  )

/** Names of nodes, and labels that they have. */
export const nodeWords = (initial: readonly string[], purpose: string): Setting<readonly string[]> => {
  const rule = words(initial, purpose)
  const isOne = (word: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$|^[^=\s]+=[^=]+$/.test(word)
  return {
    ...rule,
    parse: value => {
      const found = rule.parse(value)
      return found?.every(isOne) ? found : undefined
    },
    expects: 'names of nodes or labels KEY=VALUE, with commas between,',
  }
}

export const fraction = (initial: number, purpose: string): Setting<number> =>
  setting(
    initial,
    value => (/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/.test(value) ? Number(value) : undefined),
    String,
    'a number from 0 to 1',
    purpose,
  )

/** Thousandths of a cpu. */
export const cpuAmount = (initial: number, purpose: string): Setting<number> =>
  setting(initial, value => parseCpus(value) ?? undefined, formatCpus, 'a number of cpus', purpose)

/** Bytes. */
export const memoryAmount = (initial: number, purpose: string): Setting<number> =>
  setting(
    initial,
    value => parseMemory(value) ?? undefined,
    formatMemory,
    'an amount of memory (512M, 2G)',
    purpose,
  )

export const whole = (initial: number, least: number, most: number, purpose: string): Setting<number> =>
  setting(
    initial,
    value =>
      /^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most ? Number(value) : undefined,
    String,
    `a number from ${least} to ${most}`,
    purpose,
  )

export const time = (initial: number | null, purpose: string): Setting<number | null> =>
  setting(
    initial,
    value => (value === 'none' ? null : (parseTime(value) ?? undefined)),
    value => (value === null ? 'none' : formatTime(value)),
    'a time (90s, 30 = minutes, 1:30:00, 2-12) or none',
    purpose,
  )

export const orNone = <T>({initial: _, ...rule}: Setting<T>, initial: T | null): Setting<T | null> => ({
  initial,
  parse: value => (value === 'none' ? null : rule.parse(value)),
  show: value => (value === null ? 'none' : rule.show(value)),
  expects: `${rule.expects}, or none`,
  purpose: rule.purpose,
})

export const timetable = (initial: string, purpose: string): Setting<string | null> =>
  orNone(
    setting(
      initial,
      value => (isTimetable(value) ? value : undefined),
      value => value,
      'five fields of numbers as in crontab(5)',
      purpose,
    ),
    initial,
  )

const isZone = (name: string): boolean => {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', {timeZone: name}).format(0) !== ''
  } catch {
    return false
  }
}

export const zone = (initial: string, purpose: string): Setting<string> =>
  setting(
    initial,
    value => (value.length <= 64 && isZone(value) ? value : undefined),
    value => value,
    'a time zone like UTC or Europe/Berlin',
    purpose,
  )

/** Seconds. */
export const span = (initial: number, purpose: string): Setting<number> =>
  setting(
    initial,
    value => parseTime(value) ?? undefined,
    // Seconds are written with nine digits at most.
    value => (value < 1e9 ? `${value}s` : formatTime(value)),
    'a time like 10s or 2m',
    purpose,
  )
