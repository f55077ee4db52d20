/**
 * Five fields of crontab(5), numbers only: what a configuration or a user may say, judged before anything runs. Pure.
 * Also a date that never comes is told at once: who looks for its next time would look through years.
 */

const BOUNDS: readonly (readonly [least: number, most: number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
]

/** In a leap year. */
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** Null: it is none. */
const numbersOf = (part: string, least: number, most: number): readonly number[] | null => {
  const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part)
  if (match === null) return null
  const from = Number(match[1] ?? least)
  // As cron has it: `5/10` goes on to the end.
  const open = match[1] === undefined || (match[2] === undefined && match[3] !== undefined)
  const to = open ? most : Number(match[2] ?? from)
  const step = Number(match[3] ?? 1)
  if (from < least || to > most || from > to || step === 0) return null
  return Array.from({length: Math.floor((to - from) / step) + 1}, (_, i) => from + i * step)
}

const fieldOf = (field: string, least: number, most: number): readonly number[] | null => {
  const parts = field.split(',').map(part => numbersOf(part, least, most))
  return parts.includes(null) ? null : parts.flatMap(part => part ?? [])
}

/** Days of a month and of a week are alternatives where both are said. */
const comes = (
  fields: readonly string[],
  [, , days = [], months = []]: readonly (readonly number[])[],
): boolean => fields[4] !== '*' || months.some(month => Math.min(...days) <= (DAYS[month - 1] ?? 0))

export const isTimetable = (text: string): boolean => {
  const fields = text.split(/\s+/)
  if (fields.length !== BOUNDS.length) return false
  const numbers = BOUNDS.map(([least, most], i) => fieldOf(fields[i] ?? '', least, most))
  const whole = numbers.flatMap(each => (each === null ? [] : [each]))
  return whole.length === BOUNDS.length && comes(fields, whole)
}
