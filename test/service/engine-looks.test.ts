import assert from 'node:assert/strict'
import type {Executor} from '@god-cli/api'
import {patientLooks} from '../../src/service/engine-looks.js'
import {quiet} from '../support/loop-driver.js'
import {World} from '../support/world.js'

describe('a look at the engine from the loop', () => {
  let asked: number
  let answer: (outcome: readonly [] | Error) => void
  let patienceEnds: () => void
  let wakes: number
  let waited: AbortSignal[]

  const looks = (world = new World()) => {
    asked = wakes = 0
    waited = []
    const {service} = world.process()
    const over: Partial<Executor> = {
      list: () => {
        asked++
        return new Promise((resolve, reject) => {
          answer = outcome => (outcome instanceof Error ? reject(outcome) : resolve(outcome))
        })
      },
    }
    const executor = new Proxy(service.executor, {
      get: (target, name) => Reflect.get(over, name) ?? Reflect.get(target, name),
    })
    return patientLooks(
      {...service, executor},
      {
        wait: signal => {
          waited.push(signal)
          return new Promise(resolve => {
            patienceEnds = resolve
          })
        },
        wake: () => {
          wakes++
        },
      },
    )
  }

  it('is the answer if it comes in time, and lets go of the clock', async () => {
    const {look} = looks()
    const first = look()
    await quiet()
    answer([])
    assert.deepEqual((await first).containers, [])
    assert.deepEqual([asked, wakes, waited[0]?.aborted], [1, 0, true])
  })

  it('is given up when its time is over, and never asked twice at once', async () => {
    const {look} = looks()
    const first = look()
    await quiet()
    patienceEnds()
    await assert.rejects(first, /has not answered yet/)
    await assert.rejects(look(), /has not answered yet/)
    await assert.rejects(look(), /has not answered yet/)
    assert.deepEqual([asked, waited.length], [1, 1], 'known to be late, it is not waited for again')
  })

  it('that comes late wakes the loop, which takes it and then asks anew', async () => {
    const {look} = looks()
    const first = look()
    await quiet()
    patienceEnds()
    await assert.rejects(first)
    answer([])
    await quiet()
    assert.equal(wakes, 1)
    assert.deepEqual((await look()).containers, [])
    const next = look()
    await quiet()
    assert.equal(asked, 2)
    answer(new Error('gone'))
    await assert.rejects(next, /gone/)
  })

  it('that fails late is told once, and asked anew', async () => {
    const {look} = looks()
    const first = look()
    await quiet()
    patienceEnds()
    await assert.rejects(first)
    answer(new Error('did not answer within 60 s'))
    await quiet()
    await assert.rejects(look(), /within 60 s/)
    const next = look()
    await quiet()
    answer([])
    await next
    assert.deepEqual([asked, wakes], [2, 1])
  })
})
