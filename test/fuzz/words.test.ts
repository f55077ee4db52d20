/** R16: what a user types. */
import assert from 'node:assert/strict'
import {
  formatCpus,
  formatMemory,
  formatTime,
  parseCpus,
  parseMemory,
  parseTime,
} from '../../src/core/amounts.js'
import {checkEnvName, checkJobName} from '../../src/core/job-name.js'
import {nearest, neutralise, neutraliseOutput} from '../../src/core/text.js'
import {checkTimetable} from '../../src/service/timetable.js'
import {fuzzed} from './fuzz.js'

const TIME_WORDS = ['0', '1', '59', '60', '999999999', ':', '-', 's', 'm', 'h', 'd', '٣']

describe('R16: words of a command line', () => {
  fuzzed({
    name: 'cpus',
    throws: 'nothing',
    parse: parseCpus,
    good: ['1', '0.5', '2.25', '999999999.999'],
    words: ['0', '1', '9', '.', '-', '+', 'e'],
    holds: milli => assert.ok(milli === null || parseCpus(formatCpus(milli)) === milli),
  })

  fuzzed({
    name: 'memory',
    throws: 'nothing',
    parse: parseMemory,
    good: ['64', '512K', '1.5G', '64MiB', '100B', '1024T'],
    words: ['0', '1', '1023', '.', '.5', 'k', 'M', 'G', 'T', 'i', 'B', '-'],
    holds: bytes => {
      const back = bytes === null ? 0 : parseMemory(formatMemory(bytes))
      assert.ok(back !== null && (bytes === null || Math.abs(back - bytes) <= bytes / 20), `${back}`)
    },
  })

  fuzzed({
    name: 'time',
    throws: 'nothing',
    parse: parseTime,
    good: ['30', '90s', '90m', '2h', '1d', '1:30', '1:30:00', '2-12', '2-12:30', '2-12:30:15'],
    words: TIME_WORDS,
    holds: seconds => assert.ok(seconds === null || parseTime(formatTime(seconds)) === seconds),
  })

  fuzzed({
    name: 'job name',
    throws: 'nothing',
    parse: checkJobName,
    good: ['train', 'träining 7', 'a'.repeat(64)],
    words: ['a', ' ', '\u200d', '\u0301', '\u{1f468}', '\n', '\u202e'],
    // A name that is taken harms no terminal.
    holds: (no, name) => assert.ok(no !== null || neutralise(name).replaceAll('\\u200', '') !== ''),
  })

  fuzzed({
    name: 'variable name',
    throws: 'nothing',
    parse: checkEnvName,
    good: ['HOME', '_a', 'A1'],
    words: ['A', '_', '1', 'GOD_', 'GODOCKER_', '=', '-', ' '],
    holds: (no, name) => assert.ok(no !== null || /^\w+$/.test(name)),
  })

  fuzzed({
    name: 'text for a terminal',
    throws: 'nothing',
    parse: neutraliseOutput,
    good: ['\u001b[31mred\u001b[0m\n', 'a\tb\r\n', '\u001b[38;2;1;2;3;1m'],
    words: ['\u001b[', '\u001b', 'm', '38;5;', '8', ';', '0', '\n', '\r', '\u009b'],
    holds: safe => {
      const rest = safe.replace(/\u001b\[[0-9;:]*m|\r\n|[\n\t]/g, '')
      assert.equal(neutralise(rest), rest)
    },
  })

  fuzzed({
    name: 'word that was not meant',
    throws: 'nothing',
    parse: word => nearest(word, ['pending', 'held', 'running', 'done', '', 'x'.repeat(64)]),
    good: ['pendign', 'hedl'],
    words: ['pend', 'ing', 'held'],
  })

  fuzzed({
    name: 'timetable',
    parse: checkTimetable,
    good: ['*/5 * * * *', '0 4 * * 1-5', '0 0 29 2 *', '0 0 1 jan,jul *'],
    words: ['*', '*/', '0', '5', '59', '60', '31', '2', ',', '-', ' ', 'jan', 'sun', '@daily', '?', 'L'],
    slowness: 2,
  })
})
