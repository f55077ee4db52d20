import assert from 'node:assert/strict'
import fc from 'fast-check'
import {headLines} from '../../../src/core/directives/head.js'
import {wordsOf} from '../../../src/core/directives/words.js'

describe('the words of a directive', () => {
  const table: readonly (readonly [line: string, words: readonly string[] | null])[] = [
    ['', []],
    ['  -t  2h ', ['-t', '2h']],
    ['-J "two words" -E A=\'b "c"\'', ['-J', 'two words', '-E', 'A=b "c"']],
    ['-E A="b c"d', ['-E', 'A=b cd']],
    ['-E "A=\\"b\\" \\n"', ['-E', 'A="b" \\n']],
    ['a\\ b', ['a b']],
    ['-t 2h # a remark "', ['-t', '2h']],
    ['-E A=#1', ['-E', 'A=#1']],
    ['-E ""', ['-E', '']],
    ['"open', null],
    ["it's", null],
    ['end\\', null],
    ['$HOME `x` *', ['$HOME', '`x`', '*']],
  ]
  for (const [line, words] of table) {
    it(`of ${JSON.stringify(line)} are ${words === null ? 'none: it is open' : JSON.stringify(words)}`, () => {
      assert.deepEqual(wordsOf(line), words)
    })
  }

  it('come back from quotes as they were', () => {
    const word = fc.string({unit: 'binary', maxLength: 20})
    fc.assert(
      fc.property(fc.array(word, {maxLength: 5}), words => {
        const line = words.map(each => `'${each.replaceAll("'", `'"'"'`)}'`).join(' ')
        assert.deepEqual(wordsOf(line), words)
      }),
    )
  })
})

describe('the head of a script', () => {
  const numbers = (script: string): readonly number[] => headLines(script).map(({number}) => number)

  it('goes on over empty lines and remarks, and ends at the first command', () => {
    assert.deepEqual(numbers('#!/bin/sh\n# a\n\n   \n  #GOD -t 1\necho\n#GOD -t 2\n'), [1, 2, 5])
  })

  it('is read whatever ends its lines', () => {
    assert.deepEqual(headLines('#!/bin/sh\r\n#GOD -t 1\r\n'), [
      {number: 1, text: '#!/bin/sh'},
      {number: 2, text: '#GOD -t 1'},
    ])
    assert.deepEqual(numbers('#!/bin/sh\n#GOD -t 1'), [1, 2])
  })
})
