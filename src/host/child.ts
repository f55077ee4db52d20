/**
 * A program of node's in a process of its own: for what takes over streams and environment. Ctrl-C ends both, as they
 * share the terminal; if this one dies alone, the child ends by itself.
 */
import {spawn} from 'node:child_process'

export interface ChildEnd {
  /** Null: a signal ended it. */
  readonly code: number | null
  /** All that it said, on both streams. */
  readonly said: string
  /** What it sent to us. */
  readonly message: unknown
}

/** `program`: text of an ES module that finds `args` behind `process.argv[0]`. */
export const runNode = (
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<ChildEnd> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, '--', ...args], {
    env: {...process.env, ...variables},
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let said = ''
  let message: unknown
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  child.on('message', sent => {
    message = sent
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({code, said, message}))
  })
}
