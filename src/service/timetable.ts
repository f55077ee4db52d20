/**
 * Passes by timetable, and when its next time is: the only uses of cron. One pass at a time; a pass that is still
 * running is not doubled, and is finished before the end.
 */
import {CronJob, CronTime, sendAt, validateCronExpression} from 'cron'
import {type Instant, instant} from '../core/brand.js'
import {GodError} from '../core/errors.js'

/** A good one that never comes (`0 0 31 2 *`) is found out only when its next time is looked for. */
const hasTimes = (expression: string): boolean => {
  try {
    sendAt(expression)
    return true
  } catch {
    return false
  }
}

/** Throws E_USAGE. */
export const checkTimetable = (expression: string): void => {
  const short = expression.length <= 100 && expression.trim().split(/\s+/).length === 5
  if (short && validateCronExpression(expression).valid && hasTimes(expression)) return
  throw new GodError(
    'E_USAGE',
    `'${expression.slice(0, 100)}' is not a timetable, or has no time in it`,
    "Five fields, as in crontab(5): '*/5 * * * *'.",
  )
}

/** The first time of the expression after that moment; left out: in the zone of this host. */
export const nextTime = (expression: string, after: Instant, zone?: string): Instant => {
  checkTimetable(expression)
  const time = zone === undefined ? new CronTime(expression) : new CronTime(expression, zone)
  return instant(time.getNextDateFrom(new Date(after), zone).toMillis())
}

/** Runs `pass` at each time of the five-field expression until `signal`; resolves then. */
export const runTimetable = async (
  expression: string,
  pass: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> => {
  checkTimetable(expression)
  let failed: unknown = null
  await new Promise<void>(resolve => {
    const stop = (): void => {
      void Promise.resolve(job.stop()).then(resolve)
    }
    const tick = async (): Promise<void> => {
      try {
        await pass()
      } catch (error) {
        failed = error
        stop()
      }
    }
    const job = CronJob.from({cronTime: expression, onTick: tick, waitForCompletion: true, start: true})
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, {once: true})
  })
  if (failed !== null) throw failed
}
