/** A ring is heard again a little later, for the engine's listing lags behind its events. */
import assert from 'node:assert/strict'
import {setImmediate as turn} from 'node:timers/promises'
import {withEchoes} from '../../../plugins/executor-docker/src/echo.js'

describe('a ring with echoes', () => {
  const waits: {readonly ms: number; readonly pass: () => void}[] = []
  const delay = (ms: number): Promise<void> => new Promise(pass => waits.push({ms, pass}))
  const pass = async (): Promise<void> => {
    waits.shift()?.pass()
    await turn()
  }
  let rings = 0
  const ring = (): void => {
    rings += 1
  }
  beforeEach(() => {
    rings = 0
    waits.length = 0
  })

  it('rings at once, and three times more within two seconds', async () => {
    withEchoes(ring, delay, new AbortController().signal)()
    assert.equal(rings, 1)
    const lengths: number[] = []
    while (waits.length > 0) {
      lengths.push(waits[0]?.ms ?? 0)
      await pass()
    }
    assert.equal(rings, 4)
    assert.ok(lengths.reduce((sum, ms) => sum + ms, 0) <= 2000)
  })

  it('begins anew with each ring, so that a burst has one echo', async () => {
    const echoing = withEchoes(ring, delay, new AbortController().signal)
    for (let i = 0; i < 5; i++) echoing()
    assert.equal(rings, 5)
    while (waits.length > 0) await pass()
    assert.equal(rings, 8)
  })

  it('is silent once it is told to stop', async () => {
    const stop = new AbortController()
    withEchoes(ring, delay, stop.signal)()
    stop.abort()
    while (waits.length > 0) await pass()
    assert.equal(rings, 1)
  })
})
