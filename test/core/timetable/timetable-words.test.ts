import assert from 'node:assert/strict'
import {parseRequest} from '../../../src/core/request.js'
import {isTimetable} from '../../../src/core/timetable/timetable-words.js'
import {aWish, CLUSTER, TOK} from '../builders.js'

describe('T51: the words of a timetable', () => {
  const good = [
    '* * * * *',
    '*/5 0-6,12 1,15 * 1-5',
    '0 0 29 2 *',
    '0 0 31 2 1',
    '0 0 31 1-2 *',
    '5/10 * * * 7',
    '0 0 28-31/3 2 *',
  ]
  for (const text of good) it(`${text} has times`, () => assert.ok(isTimetable(text)))

  const none = ['0 0 30 2 *', '0 0 31 2,4,6,9,11 *', '0 0 30-31 2 *']
  for (const text of none) it(`${text} never comes`, () => assert.ok(!isTimetable(text)))

  const bad = [
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '5-1 * * * *',
    '*/0 * * * *',
    'a * * * *',
    '@daily',
    '* * * jan *',
    ',* * * * *',
  ]
  it('are a hundred letters at most, and judged at once, however long they are', () => {
    const asked = (cron: string): boolean =>
      parseRequest(
        JSON.stringify({v: 1, op: 'submit', tok: TOK, cluster: CLUSTER, id: 42, wish: aWish({cron})}),
      ).ok
    assert.deepEqual([asked('0 4 * * *'), asked(`${' '.repeat(92)}0 4 * * *`)], [true, false])
    const begun = performance.now()
    for (const part of ['0,', '*/', '1-', ' ', '59,'])
      for (const text of [part.repeat(200_000), `${part.repeat(200_000)} * * * *`])
        assert.ok(!asked(text) && !isTimetable(text))
    assert.ok(performance.now() - begun < 5000)
  })

  for (const text of bad) it(`${JSON.stringify(text)} is none`, () => assert.ok(!isTimetable(text)))
})
