import assert from 'node:assert/strict'
import type {Wish} from '../../src/core/job.js'
import {sameWish} from '../../src/core/same-wish.js'

const BASE: Wish = {command: {kind: 'argv', argv: ['/bin/true']}, env: {A: '1', B: '2'}}

const same = (wish: Partial<Wish>, image: string | undefined = 'box'): boolean =>
  sameWish(BASE, {...BASE, ...wish}, image)

describe('the same wish', () => {
  it('has its fields in any order', () => {
    assert.ok(same({env: {B: '2', A: '1'}}))
  })

  it('may say what is taken anyway', () => {
    assert.ok(same({name: 'true', image: 'box', hold: false}))
  })

  it('differs by any field that says something else', () => {
    const others: readonly Partial<Wish>[] = [
      {command: {kind: 'argv', argv: ['/bin/true', '']}},
      {env: {A: '1'}},
      {name: 'other'},
      {image: 'other'},
      {hold: true},
      {cpus: 1000},
      {array: '0-3'},
      {key: 'k'},
    ]
    for (const wish of others) assert.ok(!same(wish), JSON.stringify(wish))
  })
})
