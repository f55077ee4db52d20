/**
 * The two words by which a job's place in the queue may be asked for: nice, behind the jobs of others, and priority,
 * among those of its owner alone. Pure.
 */
import {type Refusal, refusal} from './errors.js'

/** Whole and in its bounds, or null. */
export const parseOrder = (text: string): number | null => {
  if (!/^[+-]?\d{1,4}$/.test(text)) return null
  // Minus zero is read from no record.
  const value = Number(text) + 0
  return Math.abs(value) > 1000 ? null : value
}

/** Before the jobs of others goes nobody by his own word. */
export const checkNice = (nice: number | undefined, operator: boolean): Refusal | null =>
  nice === undefined || nice >= 0 || operator
    ? null
    : refusal(
        'E_NOT_PERMITTED',
        `nice ${nice} would put the job before those of others: only an operator may ask for less than 0`,
        'Use -p PRIORITY to order your own jobs.',
      )
