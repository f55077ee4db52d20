/** When each container started, by the engine's own word: one clock for whoever asked for it. */

import {setTimeout as pause} from 'node:timers/promises'
import type Docker from 'dockerode'

export interface StartTimes {
  /** Epoch milliseconds with a fraction; null: not told yet. */
  of(name: string): number | null
  until(name: string): Promise<number>
  close(): void
}

/** Of one event, or null. */
const parse = (text: string): {name: string; at: number} | null => {
  const found: unknown = JSON.parse(text)
  if (typeof found !== 'object' || found === null) return null
  const name: unknown = Reflect.get(
    Object(Reflect.get(Object(Reflect.get(found, 'Actor')), 'Attributes')),
    'name',
  )
  const nano: unknown = Reflect.get(found, 'timeNano')
  return typeof name === 'string' && typeof nano === 'number' ? {name, at: nano / 1e6} : null
}

export const startTimes = async (docker: Docker): Promise<StartTimes> => {
  const times = new Map<string, number>()
  const abort = new AbortController()
  const stream = await docker.getEvents({
    filters: {type: ['container'], event: ['start']},
    abortSignal: abort.signal,
  })
  let rest = ''
  stream.on('error', () => undefined)
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) {
      const event = text.trim() === '' ? null : parse(text)
      if (event !== null) times.set(event.name, event.at)
    }
  })
  const of = (name: string): number | null => times.get(name) ?? null
  return {
    of,
    until: async name => {
      for (let at = of(name); ; at = of(name)) {
        if (at !== null) return at
        await pause(5)
      }
    },
    close: () => abort.abort(),
  }
}
