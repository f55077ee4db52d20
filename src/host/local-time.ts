/** The caller's clock and calendar, in his zone (`TZ`, else the machine's). Keeps nothing. */
import type {LocalTime} from '../core/begin-time.js'
import type {Instant} from '../core/brand.js'

export const localTime = (now: Instant): LocalTime => {
  const shown = new Date(now)
  return {
    now,
    today: {year: shown.getFullYear(), month: shown.getMonth() + 1, day: shown.getDate()},
    // A time that a change of summer time leaves out is the one an hour later, as `date` reads it.
    moment: ({year, month, day}, hour, minute, second) =>
      new Date(year, month - 1, day, hour, minute, second).getTime(),
  }
}
