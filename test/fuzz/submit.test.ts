/** R16: what `submit` is given: a file of jobs, and words that are understood without oclif. */
import assert from 'node:assert/strict'
import Stat from '../../commands/stat.js'
import {FAST_FLAGS} from '../../scripts/fast-flags.js'
import {fastTable} from '../../scripts/fast-table.js'
import {matchWords} from '../../src/cli/fast-words.js'
import {parseJobLines} from '../../src/cli/submit/job-lines.js'
import {UTC} from '../core/builders.js'
import {fuzzed} from './fuzz.js'
import {bytesOf} from './one-file.js'

const FILE = '{"argv":["true"]}\n\n{"argv":["x"],"cpus":"0.5","array":"1-3%2","env":{"A":"1"}}\n'

const READING = {defaults: {}, local: UTC}

describe('R16: a file of jobs', () => {
  it('is taken where nothing is wrong with it', () => {
    const {jobs, bad} = parseJobLines(Buffer.from(FILE), READING, () => ({}) as never)
    assert.deepEqual([jobs.length, bad], [2, []])
  })

  fuzzed({
    name: 'file of jobs',
    throws: 'nothing',
    // A refusal a line takes its time: a long file of them is no parser that hangs.
    parse: text => parseJobLines(bytesOf(text).subarray(0, 4000), READING, () => ({}) as never),
    good: [FILE],
    words: [
      ...['{', '}', '"argv":', '["true"]', '"script":', '"array":', '"1-9"', '"env":', '{"__proto__":1}'],
      ...['\n', '\r\n', '\u0000', ' ', ',', '"cpus":', '1e400', '"mem":', '"1G"', 'null'],
      ...['"begin":', '"now+9999999d"', '"nice":', '-1001'],
    ],
    holds: ({jobs, bad}, text) => {
      const numbers = [...jobs, ...bad].map(({number}) => number).sort((a, b) => a - b)
      assert.equal(new Set(numbers).size, numbers.length, 'each line is told once')
      assert.ok((numbers.at(-1) ?? 0) <= text.split('\n').length)
    },
  })
})

describe('R16: words of the fast path', () => {
  const table = fastTable('stat', Stat, FAST_FLAGS.stat)
  const known = new Set([...Object.values(table.flags).map(({name}) => name), ...Object.keys(table.defaults)])
  const GOOD = ['-a', '3 4-7 @name', '--json -t running,held', '-u ann -S id --color=never']

  it('are understood where they are plain', () => {
    const declined = GOOD.filter(text => matchWords(table, text.split(' ')) === null)
    assert.deepEqual(declined, [])
  })

  fuzzed({
    name: 'fast words',
    throws: 'nothing',
    parse: text => matchWords(table, text.split(' ')),
    good: GOOD,
    words: [
      ...Object.keys(table.flags),
      ' ',
      '=',
      ',',
      '-',
      '--',
      '3',
      'last',
      '@x',
      '--constructor',
      '__proto__',
    ],
    holds: (found, text) => {
      if (found === null) return
      for (const name of Object.keys(found.flags)) assert.ok(known.has(name), name)
      for (const operand of found.operands) assert.ok(text.split(' ').includes(operand), operand)
    },
  })
})
