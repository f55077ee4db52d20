/**
 * What the engine answers with an error status, and what such an answer proves.
 *
 * A status alone proves nothing: something else may answer in the engine's place, or a part of it that knows less.
 * What ends a job for good is believed only with the engine's own sentence beside it.
 */

/** The engine was asked and said no. */
export class EngineRefusal extends Error {
  readonly status: number
  /** Its own sentence; empty: it gave none that can be read. */
  readonly words: string

  constructor(status: number, words: string, text = words) {
    super(text)
    this.name = 'EngineRefusal'
    this.status = status
    this.words = words
  }
}

/** It has no such container, or no such image. */
export const saysGone = (error: unknown): boolean =>
  error instanceof EngineRefusal &&
  error.status === 404 &&
  error.words !== '' &&
  !/page not found/i.test(error.words)

/** Gone, taken, late, too many: other in the next pass. */
const PASSING: readonly number[] = [404, 408, 409, 425, 429]

/** It will say the same however often it is asked: the question is at fault, not the engine's state. */
export const isFinal = ({status, words}: EngineRefusal): boolean =>
  status >= 400 && status < 500 && !PASSING.includes(status) && words !== ''

/** Of a stream, dockerode keeps the sentence in its own one only; a page that something else sent is no sentence. */
const wordsOf = (error: Error): string => {
  const answer: unknown = Reflect.get(error, 'json')
  if (typeof answer === 'object' && answer !== null) {
    const said: unknown = Reflect.get(answer, 'message')
    return typeof said === 'string' ? said : ''
  }
  const said = /^\(HTTP code \d+\) [^-]*- (.*)$/s.exec(error.message)?.[1] ?? ''
  return /^\s*[<{[]/.test(said) ? '' : said
}

/** What dockerode throws for an error status becomes a refusal with the engine's own sentence. */
export const translate = (error: unknown): unknown => {
  if (!(error instanceof Error)) return new Error(String(error))
  const status: unknown = Reflect.get(error, 'statusCode')
  if (typeof status !== 'number') return error
  const words = wordsOf(error).trim()
  // No answer to the question: an engine that was exchanged meanwhile wants to be asked in another version.
  if (status === 400 && /client version .* is too (old|new)/i.test(words)) return new Error(words)
  return new EngineRefusal(
    status,
    words,
    words === '' ? `an answer with status ${status} and no reason` : words,
  )
}
