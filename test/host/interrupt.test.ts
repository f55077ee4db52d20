import assert from 'node:assert/strict'
import {stopCode} from '../../src/cli/interrupt.js'
import {catchInterrupt} from '../../src/host/interrupt.js'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

describe('an interrupt', () => {
  const before = new Map(SIGNALS.map(name => [name, process.rawListeners(name)]))
  afterEach(() => {
    for (const [name, listeners] of before)
      for (const listener of process.rawListeners(name))
        if (!listeners.includes(listener)) process.off(name, listener as () => void)
  })

  for (const name of SIGNALS) {
    it(`by ${name} is told, once`, () => {
      const listeners = process.listenerCount(name)
      const interrupt = catchInterrupt()
      assert.deepEqual([interrupt.signal.aborted, interrupt.by()], [false, null])
      process.emit(name)
      assert.deepEqual([interrupt.signal.aborted, interrupt.by()], [true, name])
      // The second one finds nobody who catches it, and so ends the process at once.
      assert.equal(process.listenerCount(name), listeners)
    })
  }

  it('by Ctrl-C exits with 130; a service that was told to stop has done its duty', () => {
    const codes = [...SIGNALS, null].map(name =>
      stopCode({signal: new AbortController().signal, by: () => name}),
    )
    assert.deepEqual(codes, [130, 0, 0, 0])
  })
})
