/** All of standard input as text; empty where there is none. Read as it comes: a pipe may have nothing yet. */
import {GodError} from '../core/errors.js'

export const readStandardInput = async (): Promise<string> => {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new GodError('E_USAGE', `standard input cannot be read: ${why}`, 'Name the jobs, or give a pipe.')
  }
  return Buffer.concat(chunks).toString('utf8')
}
