/**
 * Which command asks, for what a refusal says is to be done: `update` has not all flags of `submit`, and its `-t`, `-q` and
 * `-n` choose jobs. Pure.
 */
export type Asking = 'submit' | 'update'

/** `flag`: of `submit`. */
export const askForLess = (flag: '-c' | '-m' | '-G' | '--time', asking: Asking): string =>
  asking === 'update' && flag === '-G' ? 'Submit it again, with less.' : `Ask for less with ${flag}.`
