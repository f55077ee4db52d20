import assert from 'node:assert/strict'
import type {Given} from '../../../src/core/directives/directive.js'
import {added} from '../../../src/core/directives/merge.js'
import {FLAGS} from './flags.js'

const given = (...flags: readonly (readonly [string, string | true])[]): readonly Given[] =>
  flags.map(([flag, value], i) => ({line: i + 2, flag, value}))

const add = (
  typed: Readonly<Record<string, unknown>>,
  ...flags: readonly (readonly [string, string | true])[]
) => added(new Map(Object.entries(typed)), given(...flags), FLAGS)

describe('directives beside what was typed', () => {
  it('fill in what was not typed', () => {
    assert.deepEqual(add({time: undefined, hold: false}, ['time', '2h'], ['hold', true]), {
      time: '2h',
      hold: true,
    })
  })

  it('yield to what was typed', () => {
    assert.deepEqual(add({time: '1h', hold: true}, ['time', '2h'], ['hold', true]), {})
  })

  it('count by their last word', () => {
    assert.deepEqual(add({}, ['time', '2h'], ['time', '3h']), {time: '3h'})
  })

  it('of variables, labels and volumes yield by name', () => {
    assert.deepEqual(
      add(
        {env: ['A=typed'], volume: ['scratch:ro']},
        ...([
          ['env', 'A=1'],
          ['env', 'B=1'],
          ['env', 'B=2'],
          ['label', 'k=a:b'],
          ['volume', 'scratch:rw'],
          ['volume', 'data'],
        ] as const),
      ),
      {env: ['A=typed', 'B=2'], label: ['k=a:b'], volume: ['scratch:ro', 'data']},
    )
  })
})
