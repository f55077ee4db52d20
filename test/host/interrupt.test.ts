import assert from 'node:assert/strict'
import {stopCode} from '../../src/cli/interrupt.js'
import {catchInterrupt} from '../../src/host/interrupt.js'

const CODES = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const
const SIGNALS = CODES.map(([name]) => name)

describe('an interrupt', () => {
  // Those of the runner, and of libraries that earlier tests loaded: some end the process by the number of listeners.
  const others = new Map<NodeJS.Signals, readonly unknown[]>()
  beforeEach(() => {
    for (const name of SIGNALS) {
      others.set(name, process.rawListeners(name))
      process.removeAllListeners(name)
    }
  })
  afterEach(() => {
    for (const name of SIGNALS) {
      process.removeAllListeners(name)
      for (const listener of others.get(name) ?? []) process.on(name, listener as () => void)
    }
  })

  for (const [name, code] of CODES) {
    it(`by ${name} is told; the second one ends the process at once`, () => {
      const {exit} = process
      const exits: unknown[] = []
      const interrupt = catchInterrupt()
      assert.deepEqual([interrupt.signal.aborted, interrupt.by()], [false, null])
      process.exit = given => exits.push(given) as never
      try {
        process.emit(name)
        assert.deepEqual([interrupt.signal.aborted, interrupt.by(), exits], [true, name, []])
        process.emit(name)
        assert.deepEqual(exits, [code])
      } finally {
        process.exit = exit
      }
    })
  }

  it('by Ctrl-C exits with 130; a service that was told to stop has done its duty', () => {
    const codes = [...SIGNALS, null].map(name =>
      stopCode({signal: new AbortController().signal, by: () => name}),
    )
    assert.deepEqual(codes, [130, 0, 0, 0])
  })
})
