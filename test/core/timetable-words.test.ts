import assert from 'node:assert/strict'
import {isTimetable} from '../../src/core/timetable-words.js'

describe('the words of a timetable', () => {
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
  for (const text of bad) it(`${JSON.stringify(text)} is none`, () => assert.ok(!isTimetable(text)))
})
