/**
 * One pull of one image, bounded in time.
 *
 * The engine answers 200 before it begins; what went wrong later stands in the last lines of the progress, so
 * these are read to the end. A stream that breaks off means the engine, not the image: that is thrown, as is a
 * full disk.
 * A pull that is cut short leaves nothing behind that a later one could not use.
 */
import type {Engine} from './engine.js'
import {lines} from './lines.js'
import {isNodeTrouble} from './node-trouble.js'
import {EngineRefusal} from './refusal.js'

/** Null: pulled. Else why not, in the engine's words. */
export type PullFault = string | null

interface Progress {
  readonly error?: unknown
  readonly errorDetail?: {readonly message?: unknown}
}

export const faultOfLine = (line: string): PullFault => {
  let progress: Progress | null
  try {
    progress = JSON.parse(line)
  } catch {
    return null
  }
  const said = progress?.errorDetail?.message ?? progress?.error
  if (said === undefined || said === null) return null
  // Text that is none may even have no way to become some.
  return typeof said === 'string' ? said : JSON.stringify(said)
}

export const faultOfProgress = async (stream: AsyncIterable<Buffer | string>): Promise<PullFault> => {
  let fault: PullFault = null
  for await (const line of lines(stream)) fault = faultOfLine(line) ?? fault
  return fault
}

/** The engine passes on what the registry said, as 4xx or 500; all else is the engine's own state. */
const isOfRegistry = ({status, words}: EngineRefusal): boolean =>
  words !== '' && status <= 500 && !isNodeTrouble(words)

export interface PullRequest {
  readonly fromImage: string
  readonly tag: string
}

export const pullImage = async (engine: Engine, what: PullRequest, seconds: number): Promise<PullFault> => {
  const abort = new AbortController()
  let late = false
  const timer = setTimeout(() => {
    late = true
    abort.abort()
  }, seconds * 1000)
  try {
    const stream = await engine.stream(docker => docker.createImage({...what, abortSignal: abort.signal}))
    const fault = await faultOfProgress(stream)
    if (fault !== null && isNodeTrouble(fault)) throw new Error(fault)
    return fault
  } catch (error) {
    if (late) return `the pull was not finished after ${seconds} s (pull_timeout)`
    if (error instanceof EngineRefusal && isOfRegistry(error)) return error.words
    throw error
  } finally {
    clearTimeout(timer)
  }
}
