import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  endAtOperand,
  type FlagShape,
  markValues,
  operandsOf,
  unmarkValues,
  withoutMarks,
} from '../../src/cli/operands.js'
import {siteForAll} from '../support/site.js'

const FLAGS: readonly FlagShape[] = [
  {name: 'hold', char: 'H', takesValue: false},
  {name: 'wait', char: 'W', takesValue: false},
  {name: 'cpus', char: 'c', takesValue: true},
  {name: 'name', char: 'J', takesValue: true},
  {name: 'json', takesValue: false},
]

describe('options end at the first operand', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['', ''],
    ['x', '-- x'],
    ['x -h --json', '-- x -h --json'],
    ['-H x', '-H -- x'],
    ['-c 4 x', '-c 4 -- x'],
    ['-c4 x', '-c4 -- x'],
    ['--cpus 4 x', '--cpus 4 -- x'],
    ['--cpus=4 x', '--cpus=4 -- x'],
    ['-HWc 4 x', '-HWc 4 -- x'],
    ['-HWc4 x', '-HWc4 -- x'],
    ['-cH x y', '-cH -- x y'],
    ['-J -h x', '-J -h -- x'],
    ['--name --json x', '--name --json -- x'],
    ['-J -- x', '-J -- -- x'],
    ['-- x', '-- -- x'],
    ['-H -- -h', '-H -- -- -h'],
    ['- x', '-- - x'],
    ['--unknown x', '--unknown -- x'],
    ['-Z x', '-Z -- x'],
    ['-H', '-H'],
    ['-c', '-c'],
    ['--json --hold', '--json --hold'],
  ]
  const split = (text: string): readonly string[] => text.split(' ').filter(word => word !== '')
  for (const [words, ended] of rows)
    it(`god submit ${words}`, () => assert.deepEqual(endAtOperand(split(words), FLAGS), split(ended)))

  it('and what stands behind them is never touched', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), words => {
        assert.deepEqual(endAtOperand(['-H', 'x', ...words], FLAGS), ['-H', '--', 'x', ...words])
        assert.deepEqual(operandsOf(['--', ...words]), {words, afterDashes: true})
      }),
    )
  })

  it('and the user knows a program from a script by his own --', () => {
    assert.deepEqual(operandsOf(['x', '--', 'y']), {words: ['x', '--', 'y'], afterDashes: false})
  })
})

describe('the value of a flag', () => {
  const rows: readonly (readonly [readonly string[], readonly string[]])[] = [
    [
      ['-J', '-x'],
      ['-J', '\0-x'],
    ],
    [
      ['-J', '--json'],
      ['-J', '\0--json'],
    ],
    [
      ['-J', '--'],
      ['-J', '\0--'],
    ],
    [
      ['--name', '-H', '-H'],
      ['--name', '\0-H', '-H'],
    ],
    [['--name=-x'], ['--name=\0-x']],
    [['-J-x'], ['-J\0-x']],
    [['-J=-x'], ['-J=\0-x']],
    [
      ['-HJ', '-x'],
      ['-HJ', '\0-x'],
    ],
    [
      ['-J', 'x', '-c', '4'],
      ['-J', 'x', '-c', '4'],
    ],
    [
      ['-H', '-x', '--', '-J', '-x'],
      ['-H', '-x', '--', '-J', '-x'],
    ],
    [['-J'], ['-J']],
    [
      ['-', '-J', '-'],
      ['-', '-J', '\0-'],
    ],
  ]
  for (const [words, marked] of rows)
    it(`is the next word, whatever it is: ${words.join(' ')}`, () =>
      assert.deepEqual(markValues(words, FLAGS), marked))

  it('is whole again after the parser', () => {
    const flags: Record<string, unknown> = {name: '\0-x', list: ['\0-a', 'b'], count: 4, none: undefined}
    unmarkValues(flags)
    assert.deepEqual(flags, {name: '-x', list: ['-a', 'b'], count: 4, none: undefined})
  })

  it('is marked by nothing that a command line could hold', () => {
    fc.assert(
      fc.property(fc.array(fc.string().filter(word => !word.includes('\0'))), words => {
        assert.deepEqual(markValues(words, FLAGS).map(withoutMarks), words)
      }),
    )
  })
})

describe('a value that looks like a flag', () => {
  const held = siteForAll()

  it('reaches the command', async () => {
    const {site} = held
    await site.here(['submit', '-J', '-a', '-l', '-t=-1', '-E', 'X=-1', 'x'])
    await site.here(['submit', '--name=--json', 'x'])
    for (const sort of [['-S', '-time'], ['--sort=-time'], ['-S-time'], ['--sort', '-id']]) {
      const {stdout, stderr, code} = await site.here(['stat', '-o', 'name', ...sort])
      assert.deepEqual(
        [stdout.split('\n').sort().join(' '), stderr, code],
        [' --json -a', '', 0],
        sort.join(' '),
      )
    }
    assert.equal((await site.here(['stat', '-Q', '-n', '-a', '--label', '-t=-1'])).stdout, '1\n')
  })

  it('is named in errors as it was typed', async () => {
    const {site} = held
    const rows: readonly (readonly [readonly string[], string])[] = [
      [['stat', '-L', '-1'], "--limit: '-1' is no whole number of 0 or more"],
      [['stat', '--color', '-x'], 'expected --color=-x to be one of: auto, always, never'],
      [['submit', '-c', '-1', 'x'], "'-1' is no number of cpus"],
      [['stat', '-S', '-x'], "there is no column 'x'"],
    ]
    for (const [args, message] of rows) {
      const {stderr, code} = await site.here(args)
      assert.deepEqual([stderr.startsWith(`god: ${message}.`), code], [true, 2], stderr)
    }
  })

  it('is missing where nothing follows', async () => {
    const {stderr, code} = await held.site.here(['stat', '--dir'])
    assert.deepEqual([stderr, code], ["god: flag --dir expects a value. See 'god stat --help'.\n", 2])
  })
})
