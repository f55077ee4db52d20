import assert from 'node:assert/strict'
import {createWaker} from '../../src/service/waker.js'

/** A pause that ends only when it is told to. */
const endless = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => signal.addEventListener('abort', () => resolve()))

describe('a waker', () => {
  it('wakes its sleeper', async () => {
    const waker = createWaker()
    const sleep = waker.sleep(endless)
    waker.wake()
    await sleep
  })

  it('forgets no ring that came before the sleep, and keeps it for one sleep only', async () => {
    const waker = createWaker()
    waker.wake()
    waker.wake()
    await waker.sleep(() => assert.fail('it slept'))
    let slept = false
    await waker.sleep(async () => {
      slept = true
    })
    assert.ok(slept)
  })

  it('lets the sleep end by itself', async () => {
    const waker = createWaker()
    await waker.sleep(async () => undefined)
    waker.wake()
    await waker.sleep(() => assert.fail('the ring after it was lost'))
  })

  it('says what it was rung for: for all where one of many rings was, and after a sleep that ended by itself', async () => {
    const waker = createWaker()
    waker.wake('room')
    assert.equal(await waker.sleep(endless), 'room')
    waker.wake('room')
    waker.wake()
    waker.wake('room')
    assert.equal(await waker.sleep(endless), 'all')
    assert.equal(await waker.sleep(async () => undefined), 'all')
    const sleep = waker.sleep(endless)
    waker.wake('room')
    assert.equal(await sleep, 'room')
  })
})
