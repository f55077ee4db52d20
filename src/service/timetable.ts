/**
 * Passes by timetable: the only use of cron. One pass at a time; a pass that is still running is not doubled, and is
 * finished before the end.
 */
import {CronJob, validateCronExpression} from 'cron'
import {GodError} from '../core/errors.js'

/** Runs `pass` at each time of the five-field expression until `signal`; resolves then. */
export const runTimetable = async (
  expression: string,
  pass: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> => {
  const {valid} = validateCronExpression(expression)
  if (!valid || expression.length > 100 || expression.trim().split(/\s+/).length !== 5) {
    throw new GodError(
      'E_USAGE',
      `'${expression}' is not a timetable`,
      "Five fields, as in crontab(5): '*/5 * * * *'.",
    )
  }
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
