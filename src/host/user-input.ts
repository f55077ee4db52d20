/** All bytes of what the user named as input: a file, a pipe (also `<(...)`), or standard input. Bounded. */
import {createReadStream} from 'node:fs'

/** Null = standard input. 'too large' = more than `limit` bytes. */
export const readUserInput = async (path: string | null, limit: number): Promise<Buffer | 'too large'> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of path === null ? process.stdin : createReadStream(path)) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > limit) return 'too large'
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}
