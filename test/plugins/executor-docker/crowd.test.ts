/** Many questions at once, as after a reboot that ended all jobs: each needs a connection, so some wait their turn. */
import assert from 'node:assert/strict'
import {createEngine, parseAddress} from '../../../plugins/executor-docker/src/engine.js'
import {until} from '../../support/until.js'
import {startFakeEngine} from './fake-engine.js'

describe('a thousand questions to one engine', () => {
  it('are asked 32 at a time, and keep no stream from being opened', async () => {
    const fake = await startFakeEngine()
    const engine = createEngine(parseAddress(fake.url))
    let [now, most] = [0, 0]
    let answer = (): void => {}
    const answered = new Promise<void>(resolve => {
      answer = resolve
    })
    const ask = (n: number): Promise<number> =>
      engine.ask(async () => {
        now += 1
        most = Math.max(most, now)
        await answered
        now -= 1
        return n
      })
    try {
      const numbers = Array.from({length: 1000}, (_, n) => n)
      const answers = Promise.all(numbers.map(ask))
      await until('the first are asked', () => now > 0 || null)
      assert.equal(await engine.stream(async () => 'open'), 'open')
      assert.equal(now, 32)
      answer()
      assert.deepEqual(await answers, numbers)
      assert.equal(most, 32)
    } finally {
      engine.close()
      await fake.close()
    }
  })

  it('are not late because they waited', async () => {
    const fake = await startFakeEngine()
    const engine = createEngine(parseAddress(fake.url))
    try {
      const never = (): Promise<void> => new Promise(() => {})
      const stuck = Array.from({length: 32}, () => engine.ask(never, 100))
      const last = engine.ask(async () => 'asked', 50)
      const all = await Promise.allSettled(stuck)
      assert.ok(all.every(({status}) => status === 'rejected'))
      assert.equal(await last, 'asked')
    } finally {
      engine.close()
      await fake.close()
    }
  })
})
