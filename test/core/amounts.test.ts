import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  counted,
  cpusText,
  formatCpus,
  formatMemory,
  formatTime,
  parseCpus,
  parseMemory,
  parseTime,
} from '../../src/core/amounts.js'
import {anyOf, anyText} from './builders.js'

const RUNS = {numRuns: 20_000}
const MOST = 2 ** 50

type Table = readonly (readonly [text: string, amount: number | null])[]

const reads = (parse: (text: string) => number | null, table: Table): void => {
  for (const [text, amount] of table) {
    it(`${JSON.stringify(text)} is ${amount === null ? 'refused' : amount}`, () => {
      assert.equal(parse(text), amount)
    })
  }
}

const neverThrows = (parse: (text: string) => number | null, ...words: string[]): void => {
  it('of any text is null or a whole amount within bounds, and never an exception (R16)', () => {
    const near = anyOf(...words, '0', '1', '59', '60', '999999999', '.', '-', '+', ' ', 'e', '１', '٣')
    fc.assert(
      fc.property(fc.oneof(near, anyText), text => {
        const amount = parse(text)
        assert.ok(amount === null || (Number.isInteger(amount) && amount >= 1 && amount <= MOST), text)
      }),
      RUNS,
    )
  })
}

describe('cpus in thousandths', () => {
  reads(parseCpus, [
    ['1', 1000],
    ['0.5', 500],
    ['2.25', 2250],
    ['0.001', 1],
    ['64.000', 64_000],
    ['007', 7000],
    ['0', null],
    ['0.000', null],
    ['0.0001', null],
    ['.5', null],
    ['1.', null],
    ['-1', null],
    ['+1', null],
    ['1e3', null],
    ['1,5', null],
    [' 1', null],
    ['1\n', null],
    ['', null],
    ['0x10', null],
    ['Infinity', null],
    ['1000000000', null],
  ])
  neverThrows(parseCpus)

  it('read back as they were shown', () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 999_999_999_999}), milli => {
        assert.equal(parseCpus(formatCpus(milli)), milli)
      }),
      RUNS,
    )
  })
})

describe('memory in bytes', () => {
  reads(parseMemory, [
    ['64', 64 * 1024 ** 2],
    ['100B', 100],
    ['512K', 512 * 1024],
    ['64M', 64 * 1024 ** 2],
    ['64mb', 64 * 1024 ** 2],
    ['64MiB', 64 * 1024 ** 2],
    ['1.5G', 1.5 * 1024 ** 3],
    ['0.5', 512 * 1024],
    ['2t', 2 * 1024 ** 4],
    ['1024T', MOST],
    ['1025T', null],
    ['999999999999999T', null],
    ['0', null],
    ['0G', null],
    ['0.5B', 1],
    ['0.4B', null],
    ['64iB', null],
    ['64BB', null],
    ['64 M', null],
    ['64P', null],
    ['-64M', null],
    ['M', null],
    ['1.G', null],
    ['1e2M', null],
    ['', null],
    ['64M\n', null],
  ])
  neverThrows(parseMemory, 'k', 'M', 'G', 'T', 'i', 'b', 'B')

  it('is shown in the largest unit of which there is one', () => {
    const table: readonly (readonly [number, string])[] = [
      [0, '0B'],
      [1, '1B'],
      [1023, '1023B'],
      [1024, '1K'],
      [64 * 1024 ** 2, '64M'],
      [1.5 * 1024 ** 3, '1.5G'],
      [1024 ** 4, '1T'],
      [2048 * 1024 ** 4, '2048T'],
    ]
    for (const [bytes, text] of table) assert.equal(formatMemory(bytes), text)
  })

  it('reads back as it was shown, where one decimal shows all of it', () => {
    const exact = fc
      .tuple(fc.integer({min: 1, max: 1023}), fc.constantFrom(0, 1, 2, 3, 4), fc.constantFrom(0, 0.5))
      .map(([amount, power, half]) => (amount + (power === 0 ? 0 : half)) * 1024 ** power)
    fc.assert(
      fc.property(exact, bytes => {
        assert.equal(parseMemory(formatMemory(bytes)), bytes)
      }),
      RUNS,
    )
  })

  it('reads back within a twentieth of the unit shown, whatever it is', () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: MOST}), bytes => {
        const back = parseMemory(formatMemory(bytes))
        assert.ok(back !== null && Math.abs(back - bytes) <= bytes * 0.05, `${formatMemory(bytes)} ${back}`)
      }),
      RUNS,
    )
  })
})

describe('walltime in seconds, as sbatch reads it', () => {
  reads(parseTime, [
    ['30', 1800],
    ['90s', 90],
    ['90m', 5400],
    ['2h', 7200],
    ['1d', 86_400],
    ['1:30', 90],
    ['90:00', 5400],
    ['0:01', 1],
    ['1:30:00', 5400],
    ['100:00:00', 360_000],
    ['1-0', 86_400],
    ['2-12', 2 * 86_400 + 12 * 3600],
    ['2-12:30', 2 * 86_400 + 12 * 3600 + 1800],
    ['2-12:30:15', 2 * 86_400 + 12 * 3600 + 1815],
    ['0-0:0:1', 1],
    ['0', null],
    ['0:00', null],
    ['0-0', null],
    ['0s', null],
    ['1:60', null],
    ['1:60:00', null],
    ['1:00:60', null],
    ['1-24', null],
    ['1-23:60', null],
    ['1-', null],
    ['-1', null],
    [':30', null],
    ['1:', null],
    ['1::2', null],
    ['1:2:3:4', null],
    ['1-1:2:3:4', null],
    ['1.5h', null],
    ['90S', null],
    ['1w', null],
    ['', null],
    ['30\n', null],
    ['1 h', null],
    ['9999999999', null],
  ])
  neverThrows(parseTime, ':', '-', 's', 'm', 'h', 'd')

  it('is shown as squeue shows it', () => {
    const table: readonly (readonly [number, string])[] = [
      [0, '0:00'],
      [-5, '0:00'],
      [59.9, '0:59'],
      [61, '1:01'],
      [3600, '1:00:00'],
      [86_399, '23:59:59'],
      [86_400, '1-00:00:00'],
      [100 * 86_400 + 3661, '100-01:01:01'],
    ]
    for (const [seconds, text] of table) assert.equal(formatTime(seconds), text)
  })

  it('reads back as it was shown', () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 999_999 * 86_400}), seconds => {
        assert.equal(parseTime(formatTime(seconds)), seconds)
      }),
      RUNS,
    )
  })
})

describe('a number before a noun', () => {
  it('has the noun in the singular only where it is one', () => {
    assert.deepEqual(
      [0, 1, 2].map(n => counted(n, 'job')),
      ['0 jobs', '1 job', '2 jobs'],
    )
    assert.deepEqual(
      [1, 3].map(n => counted(n, 'child', 'children')),
      ['1 child', '3 children'],
    )
    assert.deepEqual([500, 1000, 1500].map(cpusText), ['0.5 cpus', '1 cpu', '1.5 cpus'])
  })
})
