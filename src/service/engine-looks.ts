/**
 * What the passes ask the engine: what it has, and what it offers.
 *
 * A single pass waits for the answer as long as the executor does. The endless loop must go on meanwhile, for a silent
 * engine keeps nobody from being admitted or killed: it waits for a while only, goes on as with an engine that cannot
 * be asked, and takes the answer when it comes. A question is never asked twice at once. An answer that has waited is
 * old, which does no harm: whatever is done to a job because of it is decided on a fresh look at its container.
 */
import type {ListedContainer, NodeReport} from '@god-cli/api'
import type {Service} from './service.js'

export interface Look {
  readonly engine: string
  readonly containers: readonly ListedContainer[]
}

export interface Offer {
  readonly engine: string
  readonly nodes: readonly NodeReport[]
}

/** Both throw if the engine cannot be asked. */
export interface EngineLooks {
  look(): Promise<Look>
  offer(): Promise<Offer>
}

export const looksAt = ({executor}: Service): EngineLooks => ({
  look: async () => ({engine: await executor.identity(), containers: await executor.list()}),
  offer: async () => ({engine: await executor.identity(), nodes: await executor.nodes()}),
})

export interface Patience {
  /** Resolves when an answer was waited for long enough; `signal`: it came. */
  readonly wait: (signal: AbortSignal) => Promise<void>
  /** Called when an answer has come that nobody waits for any more. */
  readonly wake: () => void
}

type Outcome<T> = {readonly value: T} | {readonly error: unknown}

const outcome = async <T>(ask: () => Promise<T>): Promise<Outcome<T>> => {
  try {
    return {value: await ask()}
  } catch (error) {
    return {error}
  }
}

const patiently = <T>(ask: () => Promise<T>, {wait, wake}: Patience): (() => Promise<T>) => {
  let pending: Promise<Outcome<T>> | null = null
  let late = false

  const inTime = async (answer: Promise<Outcome<T>>): Promise<Outcome<T> | null> => {
    const done = new AbortController()
    try {
      return await Promise.race([answer, wait(done.signal).then(() => null)])
    } finally {
      done.abort()
    }
  }
  const leaveUnderWay = (answer: Promise<Outcome<T>>): never => {
    if (!late) {
      late = true
      void answer.then(() => {
        late = false
        wake()
      })
    }
    throw new Error('it has not answered yet')
  }
  return async () => {
    pending ??= outcome(ask)
    const answer = pending
    const came = late ? null : await inTime(answer)
    if (came === null) return leaveUnderWay(answer)
    pending = null
    if ('error' in came) throw came.error
    return came.value
  }
}

export const patientLooks = (service: Service, patience: Patience): EngineLooks => {
  const {look, offer} = looksAt(service)
  return {look: patiently(look, patience), offer: patiently(offer, patience)}
}
