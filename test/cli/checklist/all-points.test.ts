import assert from 'node:assert/strict'
import {readdirSync} from 'node:fs'
import {commandTable} from '../../../src/plugin/command-table.js'
import {ROOT} from '../../support/god.js'
import {FILES, numbersIn, WAITING} from './points.js'

const ALL = Array.from({length: 40}, (_, i) => i + 1)

describe('the checklist', () => {
  it('has a test for each of the forty points, a file for each of its parts', () => {
    const there = readdirSync(`${ROOT}test/cli/checklist`).filter(name => name.endsWith('.test.ts'))
    assert.deepEqual(there.length, FILES.length + 1)
    // In the order of the paper; the last has two.
    assert.deepEqual(FILES.flatMap(numbersIn), [...ALL, 40])
  })

  it('tells what still waits for a command, and no longer than it does', () => {
    const table = commandTable([ROOT])
    const flags = Object.keys(table.find(({id}) => id === 'stat')?.flags ?? {}).map(name => `--${name}`)
    const there = [...table.map(({id}) => id), ...flags]
    assert.ok(there.includes('kill') && there.includes('--user'))
    for (const {point, part, until} of WAITING) {
      assert.ok(ALL.includes(point))
      assert.deepEqual(
        until.filter(word => there.includes(word)),
        [],
        `${point}: ${part}: it is there now, so test it`,
      )
    }
  })
})
