/** All of standard input as text; empty where there is none. */
import {readFileSync} from 'node:fs'

export const readStandardInput = (): string => {
  try {
    return readFileSync(0, 'utf8')
  } catch {
    return ''
  }
}
