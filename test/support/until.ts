/** Waits for a condition, with a deadline: no test sleeps for a fixed time. */
import assert from 'node:assert/strict'
import {setTimeout as wait} from 'node:timers/promises'

/** Asks again until the answer is not null. */
export const until = async <T>(
  what: string,
  ask: () => Promise<T | null> | T | null,
  seconds = 30,
): Promise<T> => {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
    assert.ok(Date.now() < end, `waited ${seconds} s in vain until ${what}`)
    await wait(20)
  }
}
