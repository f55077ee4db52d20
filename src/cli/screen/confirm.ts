/** A question to the person at the terminal; anything but yes is a no. Ctrl-C there is Ctrl-C. */
import {createInterface} from 'node:readline'
import {GodError} from '../../core/errors.js'

const declined = (): GodError => new GodError('E_INTERRUPTED', 'not confirmed, so nothing was done')

/** Returns only after a yes; asked on stderr, so that stdout carries data only. */
export const confirm = (question: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const lines = createInterface({input: process.stdin, output: process.stderr})
    lines.once('SIGINT', () => {
      process.stderr.write('\n')
      lines.close()
    })
    // Also at the end of input: the answer never comes.
    lines.once('close', () => reject(declined()))
    lines.question(`${question} [y/N] `, answer => {
      if (/^y(es)?$/i.test(answer.trim())) resolve()
      lines.close()
    })
  })
