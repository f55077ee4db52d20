/** Names that users choose: of jobs, their keys, and of variables in a job's environment. Bounded, and harmless on a terminal. */
import type {Asking} from './asking.js'
import {type Refusal, refusal} from './errors.js'

/** Longest job name, in characters. */
const MOST = 64

/**
 * C0, DEL, C1, line and paragraph separators, lone surrogates, spaces without width, and the marks that turn the
 * direction of writing. The joiners stay: some scripts need them.
 */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u

/** Null = a good name. */
export const checkJobName = (name: string, asking: Asking = 'submit'): Refusal | null => {
  if (name.trim() === '')
    return refusal(
      'E_NAME_BAD',
      'the job name is empty',
      `Leave ${asking === 'update' ? '--rename' : '-J'} out, or give a name.`,
    )
  if (name.length > MOST) {
    return refusal('E_NAME_BAD', `the job name has ${name.length} characters; at most ${MOST} are taken`)
  }
  if (INVISIBLE.test(name)) {
    return refusal(
      'E_NAME_BAD',
      `the job name ${JSON.stringify(name)} contains control characters`,
      'Use visible characters.',
    )
  }
  return null
}

/** Longest key of a job, in characters. */
export const MOST_KEY = 128

/** Null = a good key. */
export const checkKey = (key: string): Refusal | null =>
  key !== '' && key.length <= MOST_KEY && !INVISIBLE.test(key)
    ? null
    : refusal(
        'E_SPEC_BAD',
        `key: 1 to ${MOST_KEY} visible characters are expected`,
        'Name what the job is about: --key nightly-2026-01-31.',
      )

/** These are set by god; a user's value would be lost without a word. */
const OURS = /^(GOD_|GODOCKER_|GOGOCKER_)/

/** Null = a variable the job may have. */
export const checkEnvName = (name: string): Refusal | null => {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) {
    return refusal(
      'E_ENV_BAD',
      `${JSON.stringify(name)} is not the name of a variable`,
      'Use letters, digits and _.',
    )
  }
  if (OURS.test(name))
    return refusal('E_ENV_BAD', `variables named GOD_... and GODOCKER_... are set by god: '${name}'`)
  return null
}
