/**
 * The points as tests: their titles begin with the number. Some wait, in part, for a command that is not there yet:
 * which part, and for what, is told here, and a test fails as soon as it is there.
 */
import {readFileSync} from 'node:fs'
import {ROOT} from '../../support/god.js'

/** The files in the order of the points. */
export const FILES = ['streams', 'machine', 'terminal', 'arguments', 'help', 'errors', 'others'].map(
  name => `test/cli/checklist/${name}.test.ts`,
)

export const testTitles = (path: string): readonly string[] =>
  [...readFileSync(`${ROOT}${path}`, 'utf8').matchAll(/\bit\(\s*(['"`])((?:(?!\1)[^\\]|\\.)*)\1/g)].map(
    match => match[2] ?? '',
  )

export const numbersIn = (path: string): readonly number[] =>
  testTitles(path).map(title => Number(/^(\d+)\. /.exec(title)?.[1] ?? 0))

export interface Waiting {
  readonly point: number
  readonly part: string
  /** Commands, or flags of `stat` as `--flag`. */
  readonly until: readonly string[]
}

export const WAITING: readonly Waiting[] = [
  {
    point: 21,
    part: 'parts of arrays, and the other verbs',
    until: ['exec', 'attach'],
  },
  {point: 24, part: 'the password of a directory server comes from a file', until: ['web']},
  {point: 38, part: 'commands that do ask a network, on purpose', until: ['web', 'metrics']},
]
