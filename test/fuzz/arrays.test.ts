/** R16: ranges of arrays, their sets of tasks, and the lines of packs. */
import assert from 'node:assert/strict'
import {decodeSet, encodeSet, members} from '../../src/core/array/interval-set.js'
import {arrayText, nth, ordinalOf, parseArray} from '../../src/core/array/range.js'
import {lineSubject, parseTaskResult, taskLineText} from '../../src/core/packed.js'
import {fuzzed} from './fuzz.js'

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Whole numbers: the schema of a record lets no others here. */
const numbersIn = (text: string): readonly number[] =>
  text
    .split(',')
    .slice(0, 64)
    .map(Number)
    .filter(n => Number.isInteger(n) && n >= 0 && n <= 2 ** 31)

const RESULT = {
  ...{id: 42, task: 7, state: 'done', attempt: 1, node: 'n1', started: 1, ended: 2},
  ...{exit: {code: 0, signal: null, oom: false}, usage: null},
}

describe('R16: arrays and packs', () => {
  fuzzed({
    name: 'range of an array',
    parse: parseArray,
    good: ['0-99', '1-1000000%50', '1-9:2,12', '1:10:4', '7'],
    words: ['0', '1', '9', '10', '1000000', '2147483648', '-', ':', ',', '%', ' ', '01'],
    holds: wish => {
      assert.deepEqual(parseArray(arrayText(wish)), wish)
      const last = wish.range.count - 1
      for (const place of [0, last]) {
        const task = nth(wish.range, place)
        assert.ok(task !== null && ordinalOf(wish.range, task) === place, `${place} ${task}`)
      }
      assert.equal(nth(wish.range, last + 1), null)
    },
  })

  fuzzed({
    name: 'set of tasks',
    throws: 'nothing',
    parse: text => decodeSet(numbersIn(text), 1000),
    good: ['0,1', '3,2,5,10', '0,1000', ''],
    words: ['0', '1', '2', '999', '1000', '1001', ',', '-1', '1.5', '1e400', 'NaN'],
    holds: set => {
      if (set === null) return
      assert.deepEqual(decodeSet(encodeSet(set), 1000), set)
      assert.ok([...members(set)].every(n => Number.isInteger(n) && n >= 0 && n < 1000))
    },
  })

  fuzzed({
    name: 'result of a task',
    throws: 'nothing',
    parse: text => parseTaskResult(json(text)),
    good: [JSON.stringify(RESULT), JSON.stringify({...RESULT, reason: {code: 'exit', text: 'exit code 3'}})],
    words: [
      '{',
      '}',
      ',',
      ':',
      'null',
      '0',
      '-1',
      '1.5',
      '"id":',
      '"task":',
      '"state":',
      '"pending"',
      '"exit":',
    ],
    holds: parsed => {
      if (!parsed.ok) return
      const line = taskLineText(parsed.value)
      assert.deepEqual(parseTaskResult(JSON.parse(line)), parsed)
      assert.deepEqual(lineSubject(line), {id: parsed.value.id, task: parsed.value.task})
    },
  })

  fuzzed({
    name: 'head of a packed line',
    throws: 'nothing',
    parse: lineSubject,
    good: ['{"id":42,"record":{}}', '{"id":42,"task":7,"state":"done"}'],
    words: ['{"id":', '42', ',"record":', ',"task":', '{', '}', ',', '"'],
  })
})
