/**
 * How a question is sent where the answer is one piece: dockerode's own sender also prints each of them for a log that
 * nobody keeps, follows redirects that no engine sends, and makes a stream of the answer that can be given up. That was
 * a third of a question's time. Streams go its way.
 *
 * dockerode forms the question and reads the answer; in between it is this. A question that is given up, or whose answer
 * breaks off, fails. Keeps nothing.
 */
import {type IncomingMessage, type RequestOptions, request} from 'node:http'

type Answer = (error: unknown, said: unknown) => void

/** What docker-modem tells of a question beside its options. */
export interface Question {
  readonly isStream?: boolean
  readonly hijack?: boolean
  readonly openStdin?: boolean
  readonly statusCodes: Readonly<Record<number, string | true>>
}

/** The two parts of docker-modem between which a question is on its way. */
export interface Sender {
  buildRequest(options: RequestOptions, question: Question, body: unknown, answer: Answer): void
  buildPayload(
    error: unknown,
    isStream: false,
    statusCodes: Question['statusCodes'],
    openStdin: false,
    request: unknown,
    response: unknown,
    said: unknown,
    answer: Answer,
  ): void
}

/** As docker-modem reads it: what is no JSON, or nothing, stays bytes. */
const saidIn = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString()) || bytes
  } catch {
    return bytes
  }
}

const wholeOf = (response: IncomingMessage, done: (bytes: Buffer) => void, fail: (error: Error) => void) => {
  const parts: Buffer[] = []
  response.on('data', (part: Buffer) => parts.push(part))
  response.on('end', () => done(Buffer.concat(parts)))
  response.on('error', fail)
}

const send = (
  options: RequestOptions,
  body: string | undefined,
  done: (response: IncomingMessage, bytes: Buffer) => void,
  fail: (error: unknown) => void,
): void => {
  const {signal, ...rest} = options
  const sent = request(rest)
  const giveUp = (): void => void sent.destroy(new Error('the question was given up'))
  const over = (): void => signal?.removeEventListener('abort', giveUp)
  const failed = (error: unknown): void => {
    over()
    fail(error)
  }
  if (signal?.aborted === true) giveUp()
  else signal?.addEventListener('abort', giveUp, {once: true})
  sent.on('error', failed)
  sent.on('response', response => {
    const whole = (bytes: Buffer): void => {
      over()
      done(response, bytes)
    }
    wholeOf(response, whole, failed)
  })
  sent.end(body)
}

/** Gives it this way of sending. */
export const sendBriefly = (modem: Sender): void => {
  const {buildRequest} = modem
  modem.buildRequest = (options, question, body, answer) => {
    const {isStream, hijack, openStdin, statusCodes} = question
    const isPlain = isStream !== true && hijack !== true && openStdin !== true
    if (!isPlain || !(body === undefined || typeof body === 'string')) {
      buildRequest.call(modem, options, question, body, answer)
      return
    }
    let answered = false
    const once: Answer = (error, said) => {
      if (answered) return
      answered = true
      answer(error, said)
    }
    const done = (response: IncomingMessage, bytes: Buffer): void =>
      modem.buildPayload(null, false, statusCodes, false, null, response, saidIn(bytes), once)
    try {
      send(options, body, done, error => once(error, null))
    } catch (error) {
      once(error, null)
    }
  }
}
