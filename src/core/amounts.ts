/**
 * Amounts as users write them and as people read them: cpus, memory, time (design section 4). Pure.
 *
 * Inside, cpus are thousandths, memory is bytes, time is seconds: whole numbers, so sums are exact.
 * What `parse...` reads of `format...` is the same amount again, up to the unit shown.
 */

/** Most that an amount may be: sums of many stay exact integers. */
const MOST = 2 ** 50

const inBounds = (n: number): number | null => (Number.isFinite(n) && n >= 1 && n <= MOST ? n : null)

/** `2`, `0.5`: thousandths of a cpu, or null. Finer than a thousandth is no amount. */
export const parseCpus = (text: string): number | null => {
  if (!/^\d{1,9}(\.\d{1,3})?$/.test(text)) return null
  return inBounds(Math.round(Number(text) * 1000))
}

export const formatCpus = (milli: number): string => String(milli / 1000)

const UNITS: Readonly<Record<string, number>> = {
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
}

/** `64M`, `1.5G`, `512K`, `64MiB`; a bare number is MiB. Bytes, or null. */
export const parseMemory = (text: string): number | null => {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)(?:([kmgt])(?:i?b)?)?$/i.exec(text)
  if (match?.[1] === undefined) return null
  const unit = UNITS[(match[2] ?? 'm').toLowerCase()] ?? 1
  return inBounds(Math.round(Number(match[1]) * unit))
}

/** The largest unit that shows at most one decimal: `64M`, `1.5G`. */
export const formatMemory = (bytes: number): string => {
  if (bytes < 1024) return `${bytes}B`
  const letters = Object.keys(UNITS)
  const index = Math.min(letters.length - 1, Math.floor(Math.log2(bytes) / 10) - 1)
  const letter = letters[index] ?? 'k'
  const amount = bytes / (UNITS[letter] ?? 1)
  return `${Number.isInteger(amount) ? amount : amount.toFixed(1)}${letter.toUpperCase()}`
}

const SECONDS: Readonly<Record<string, number>> = {s: 1, m: 60, h: 3600, d: 86_400}

/** `MM:SS`, `H:MM:SS`: all parts but the first below 60. */
const clockSeconds = (parts: readonly string[], units: readonly number[]): number | null => {
  if (parts.some(part => !/^\d{1,9}$/.test(part))) return null
  if (parts.slice(1).some(part => Number(part) > 59)) return null
  return parts.reduce((sum, part, i) => sum + Number(part) * (units[i] ?? 1), 0)
}

/**
 * Walltime as sbatch(1) reads it (`30` = minutes, `MM:SS`, `H:MM:SS`, `D-HH[:MM[:SS]]`) and `90s 90m 2h 1d`.
 * Seconds, or null.
 */
export const parseTime = (text: string): number | null => {
  const short = /^(\d{1,9})([smhd])$/.exec(text)
  if (short?.[1] !== undefined) return inBounds(Number(short[1]) * (SECONDS[short[2] ?? ''] ?? 1))
  const days = /^(\d{1,6})-(\d{1,2}(?::\d{1,2}){0,2})$/.exec(text)
  if (days?.[1] !== undefined) {
    const parts = (days[2] ?? '').split(':')
    const rest = Number(parts[0]) > 23 ? null : clockSeconds(parts, [3600, 60, 1])
    return rest === null ? null : inBounds(Number(days[1]) * 86_400 + rest)
  }
  const parts = text.split(':')
  if (parts.length === 1) return /^\d{1,9}$/.test(text) ? inBounds(Number(text) * 60) : null
  if (parts.length > 3) return null
  const seconds = clockSeconds(parts, parts.length === 2 ? [60, 1] : [3600, 60, 1])
  return seconds === null ? null : inBounds(seconds)
}

const two = (n: number): string => String(n).padStart(2, '0')

/** As squeue(1) shows it: `M:SS`, `H:MM:SS`, `D-HH:MM:SS`. */
export const formatTime = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds))
  const [days, hours] = [Math.floor(whole / 86_400), Math.floor((whole % 86_400) / 3600)]
  const [minutes, rest] = [Math.floor((whole % 3600) / 60), two(whole % 60)]
  if (days > 0) return `${days}-${two(hours)}:${two(minutes)}:${rest}`
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}
