/**
 * Errors that are the node's and not the job's: they pass when somebody makes room. Pure.
 *
 * A job must not fail by them, else one full disk would end the whole queue, job by job. The engine knows them by
 * their text only.
 */
export const isNodeTrouble = (text: string): boolean =>
  /no space left on device|disk quota exceeded/i.test(text)
