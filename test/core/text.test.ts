import assert from 'node:assert/strict'
import fc from 'fast-check'
import {columnsWide, nearest, neutralise, neutraliseOutput} from '../../src/core/text.js'

/** What a terminal could act upon, or a reader be fooled by. */
const STEERS =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Surrogate}/u

/** Text with more of the bad characters than chance would bring. */
const nasty = fc
  .array(
    fc.oneof(
      fc.string({unit: 'binary'}),
      fc.constantFrom(
        '\u001b[',
        '\u001b]0;',
        '\u0007',
        '\u009b',
        '\r',
        '\n',
        '\t',
        '\u202e',
        '\ud83d',
        '31m',
        '8m',
        ';',
      ),
    ),
  )
  .map(parts => parts.join(''))

describe('text of strangers on one line', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['plain', 'plain'],
    ['größe 訓練 🧪', 'größe 訓練 🧪'],
    ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['a\nb\tc\rd', 'a\\nb\\tc\\rd'],
    ['\u0000\u007f\u009b', '\\x00\\x7f\\x9b'],
    ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['abc\u202ecod.exe', 'abc\\u202ecod.exe'],
    ['zero\u200bwidth', 'zero\\u200bwidth'],
    ['\ud83d alone', '\\ud83d alone'],
    ['alone \udc4d', 'alone \\udc4d'],
    ['', ''],
  ]
  for (const [text, shown] of rows)
    it(`${JSON.stringify(text)} is shown as ${shown}`, () => assert.equal(neutralise(text), shown))

  it('T60: never steers a terminal', () => {
    fc.assert(fc.property(nasty, text => !STEERS.test(neutralise(text))))
  })

  it('is shown once: what is harmless stays as it is', () => {
    fc.assert(fc.property(nasty, text => neutralise(neutralise(text)) === neutralise(text)))
  })
})

describe('the output of a job on a terminal', () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ['keeps lines and tabs', 'a\tb\nc\r\n', 'a\tb\nc\r\n'],
    ['keeps colours and weights', '\u001b[1;31mred\u001b[0m', '\u001b[1;31mred\u001b[0m'],
    ['keeps colours by number', '\u001b[38;5;8mgrey\u001b[m', '\u001b[38;5;8mgrey\u001b[m'],
    ['keeps colours by parts', '\u001b[48;2;8;8;8mdark\u001b[m', '\u001b[48;2;8;8;8mdark\u001b[m'],
    ['shows hidden text', '\u001b[8mrm -rf ~\u001b[m', '\\x1b[8mrm -rf ~\u001b[m'],
    ['shows hidden text behind a colour', '\u001b[38;5;8;8mx', '\\x1b[38;5;8;8mx'],
    ['shows what moves the cursor', '\u001b[2Jx\u001b[1A', '\\x1b[2Jx\\x1b[1A'],
    ['shows what renames the window', '\u001b]0;root@host\u0007', '\\x1b]0;root@host\\x07'],
    ['shows what overwrites a line', 'loss: 3\rloss: 2', 'loss: 3\\rloss: 2'],
    ['shows what types for the reader', '\u001b[6n', '\\x1b[6n'],
  ]
  for (const [title, text, shown] of rows) it(title, () => assert.equal(neutraliseOutput(text), shown))

  it('T60: has no other sequence in it than colours, whatever it was', () => {
    fc.assert(
      fc.property(nasty, text => {
        const rest = neutraliseOutput(text).replace(/\u001b\[[0-9;:]*m|[\n\t]|\r\n/g, '')
        assert.doesNotMatch(rest, STEERS)
      }),
    )
  })
})

describe('the columns of a line', () => {
  const rows: readonly (readonly [string, number])[] = [
    ['', 0],
    ['abc', 3],
    ['größe', 5],
    ['訓練', 4],
    ['한글', 4],
    ['ＡＢ', 4],
    ['🧪', 2],
    ['e\u0301', 1],
  ]
  for (const [line, columns] of rows)
    it(`of '${line}' are ${columns}`, () => assert.equal(columnsWide(line), columns))
})

describe('what was probably meant', () => {
  const words = ['submit', 'stat', 'suspend', 'show', 'hold', 'release']

  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['sbumit', ['submit']],
    ['stats', ['stat']],
    ['hodl', ['hold']],
    ['submit', ['submit']],
    ['kubernetes', []],
    ['bogus', []],
    ['', []],
    ['x'.repeat(100_000), []],
  ]
  for (const [word, meant] of rows)
    it(`by '${word.slice(0, 20)}' is ${meant.join(', ') || 'nothing'}`, () =>
      assert.deepEqual(nearest(word, words), meant))

  it('is what two fingers exchanged, before what is otherwise near', () => {
    assert.deepEqual(nearest('nmae', ['image', 'node', 'name']), ['name'])
    assert.deepEqual(nearest('usre', ['user', 'json', 'uid']), ['user'])
  })

  it('is told only as far as nothing is nearer, and no more than three', () => {
    assert.deepEqual(nearest('aaaa', ['aabb', 'aaab', 'aaaa']), ['aaaa'])
    assert.deepEqual(nearest('aaaa', ['baaa', 'aaab', 'aaba', 'abaa', 'bbaa']), ['aaab', 'aaba', 'abaa'])
  })

  it('is one of the words, always', () => {
    fc.assert(fc.property(fc.string(), word => nearest(word, words).every(near => words.includes(near))))
  })
})
