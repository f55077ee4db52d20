/** What an operator may set, as text; a refusal names the option, what it is and what is expected. */

export interface Options {
  readonly weights: {
    readonly fairshare: number
    readonly queue: number
    readonly project: number
    readonly age: number
    readonly size: number
  }
  /** Milliseconds. */
  readonly maxAge: number
  readonly promoteAfter: number
  /** Null: there is none. */
  readonly urgentQueue: string | null
}

type Given = Readonly<Record<string, string>>

const wrong = (name: string, text: string, expected: string): Error =>
  new Error(`${name} is ${JSON.stringify(text)}; expected ${expected}`)

const MOST_POINTS = 1_000_000_000

const points = (given: Given, name: string, initial: number): number => {
  const text = given[name]
  if (!text) return initial
  if (/^\d{1,10}$/.test(text) && Number(text) <= MOST_POINTS) return Number(text)
  throw wrong(name, text, `a whole number from 0 to ${MOST_POINTS}`)
}

const UNITS: Readonly<Record<string, number>> = {s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000}

const span = (given: Given, name: string, initial: string): number => {
  const text = given[name] || initial
  const [, count = '', unit = ''] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? []
  const ms = Number(count) * (UNITS[unit] ?? 0)
  if (ms > 0) return ms
  throw wrong(name, text, 'a time like 90m, 48h or 7d')
}

export const readOptions = (given: Given): Options => ({
  weights: {
    fairshare: points(given, 'weight_fairshare', 10_000),
    queue: points(given, 'weight_queue', 2000),
    project: points(given, 'weight_project', 2000),
    age: points(given, 'weight_age', 1000),
    size: points(given, 'weight_size', 0),
  },
  maxAge: span(given, 'max_age', '7d'),
  promoteAfter: span(given, 'promote_after', '48h'),
  urgentQueue: given.urgent_queue || null,
})
