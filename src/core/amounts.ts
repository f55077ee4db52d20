/**
 * Amounts as users write them and as people read them: cpus, memory, time (design section 4). Pure.
 *
 * Inside, cpus are thousandths, memory is bytes, time is seconds: whole numbers, so sums are exact.
 * What `parse...` reads of `format...` is the same amount again, up to the unit shown.
 */

/** Most that an amount may be: sums of many stay exact integers. */
const MOST = 2 ** 50

const inBounds = (n: number): number | null => (n >= 1 && n <= MOST ? n : null)

/** `2`, `0.5`: thousandths of a cpu, or null. Finer than a thousandth is no amount. */
export const parseCpus = (text: string): number | null => {
  if (!/^\d{1,9}(\.\d{1,3})?$/.test(text)) return null
  return inBounds(Math.round(Number(text) * 1000))
}

export const formatCpus = (milli: number): string => String(milli / 1000)

/** `1 job`, `2 jobs`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

/** `1 cpu`, `0.5 cpus`. */
export const cpusText = (milli: number): string => counted(milli / 1000, 'cpu')

/** Whole devices, or null. */
export const parseCount = (text: string): number | null =>
  /^\d{1,9}$/.test(text) && Number(text) <= MOST ? Number(text) : null

/** Each 1024 times the one before. */
const UNITS = 'BKMGT'

/** `64M`, `1.5G`, `512K`, `64MiB`, `100B`; a bare number is MiB. Bytes, or null. */
export const parseMemory = (text: string): number | null => {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)(B|[KMGT](?:i?B)?)?$/i.exec(text)
  if (match === null) return null
  const power = UNITS.indexOf((match[2] ?? 'M').charAt(0).toUpperCase())
  return inBounds(Math.round(Number(match[1]) * 1024 ** power))
}

/** In the largest unit of which there is one, with at most one decimal: `64M`, `1.5G`. */
export const formatMemory = (bytes: number): string => {
  const power = Math.max(0, Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10)))
  const amount = bytes / 1024 ** power
  return `${Number.isInteger(amount) ? amount : amount.toFixed(1)}${UNITS.charAt(power)}`
}

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400]

/** How a time may be written, and the seconds of each of its parts. */
const TIMES: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^(\d{1,9})s$/, [1]],
  [/^(\d{1,9})m?$/, [MINUTE]],
  [/^(\d{1,9})h$/, [HOUR]],
  [/^(\d{1,9})d$/, [DAY]],
  [/^(\d{1,9}):([0-5]?\d)$/, [MINUTE, 1]],
  [/^(\d{1,9}):([0-5]?\d):([0-5]?\d)$/, [HOUR, MINUTE, 1]],
  [/^(\d{1,9})-([01]?\d|2[0-3])(?::([0-5]?\d)(?::([0-5]?\d))?)?$/, [DAY, HOUR, MINUTE, 1]],
]

/**
 * Walltime as sbatch(1) reads it (`30` = minutes, `MM:SS`, `H:MM:SS`, `D-HH[:MM[:SS]]`) and `90s 90m 2h 1d`.
 * Seconds, or null.
 */
export const parseTime = (text: string): number | null => {
  for (const [form, units] of TIMES) {
    const match = form.exec(text)
    if (match === null) continue
    return inBounds(units.reduce((sum, unit, i) => sum + unit * Number(match[i + 1] ?? 0), 0))
  }
  return null
}

/** More is no time of a job, but a slip of the hand, and no estimate could be told in dates. */
const LONGEST_JOB = 100 * 365 * DAY

/** As `parseTime`, of a job: a hundred years at most. */
export const parseWalltime = (text: string): number | null => {
  const seconds = parseTime(text)
  return seconds !== null && seconds <= LONGEST_JOB ? seconds : null
}

const two = (n: number): string => String(n).padStart(2, '0')

/** As squeue(1) shows it: `M:SS`, `H:MM:SS`, `D-HH:MM:SS`. */
export const formatTime = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds))
  const [days, hours] = [Math.floor(whole / DAY), Math.floor((whole % DAY) / HOUR)]
  const [minutes, rest] = [Math.floor((whole % HOUR) / MINUTE), two(whole % MINUTE)]
  if (days > 0) return `${days}-${two(hours)}:${two(minutes)}:${rest}`
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}
