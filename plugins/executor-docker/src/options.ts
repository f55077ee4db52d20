/**
 * What an operator may set for this executor, checked before any engine is asked. Pure. Each refusal names the
 * option, what it is and what is expected. An empty text is as one that is left out.
 */
import {DEADLINES, DEFAULT_URL, type Deadlines, type EngineAddress, parseAddress} from './engine.js'

export interface Options {
  readonly address: EngineAddress
  readonly deadlines: Deadlines
  /** Seconds. */
  readonly pullTimeout: number
  /** The engine does not say how many devices it has; the operator does. */
  readonly gpus: number
}

const PULL_TIMEOUT = 300
const MOST = 999_999

const wrong = (name: string, text: string, expected: string): Error =>
  new Error(`${name} is ${JSON.stringify(text)}; expected ${expected}`)

const whole = (name: string, text: string, unit: string, least: number): number => {
  const n = Number(text)
  if (/^\d+$/.test(text) && n >= least && n <= MOST) return n
  throw wrong(name, text, `a whole number of ${unit}, from ${least} to ${MOST}`)
}

export const readOptions = (options: Readonly<Record<string, string>>): Options => {
  const {docker_url: url, pull_timeout: timeout, gpus, busybox} = options
  const {request_timeout: request, start_timeout: start} = options
  if (busybox && !busybox.startsWith('/')) throw wrong('busybox', busybox, 'an absolute path')
  return {
    address: parseAddress(url || DEFAULT_URL),
    deadlines: {
      request: request ? 1000 * whole('request_timeout', request, 'seconds', 1) : DEADLINES.request,
      start: start ? 1000 * whole('start_timeout', start, 'seconds', 1) : DEADLINES.start,
    },
    pullTimeout: timeout ? whole('pull_timeout', timeout, 'seconds', 1) : PULL_TIMEOUT,
    gpus: gpus ? whole('gpus', gpus, 'devices', 0) : 0,
  }
}
