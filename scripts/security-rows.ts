/**
 * Prints the rows of docs/security.md that no test tries: one whose title begins with the row's id (`T05`, also of several,
 * `T16, T17: ...`), and those of the threat model that it neither has nor says of that they do not apply. Exit code 1 while
 * there are any. A test asks the same.
 */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

export const securityRows = (): readonly string[] =>
  [...readFileSync(join(ROOT, 'docs/security.md'), 'utf8').matchAll(/^\| (T\d{2}) \|/gm)].map(
    ([, id = '']) => id,
  )

const range = (from: number, to: number): readonly string[] =>
  Array.from({length: to - from + 1}, (_, i) => `T${String(from + i).padStart(2, '0')}`)

/** All rows of the threat model. */
const MODEL = [...range(1, 24), ...range(30, 55), ...range(60, 63), ...range(70, 75), ...range(80, 90)]

/** Ids at the beginning of a point below that heading: `- T39 (...)`, `- T80 to T90 (...)`. */
const notApplying = (): readonly string[] => {
  const [, below = ''] = readFileSync(join(ROOT, 'docs/security.md'), 'utf8').split(
    '## Attacks that do not apply',
  )
  return [...below.matchAll(/^- T(\d{2})(?: to T(\d{2}))? \(/gm)].flatMap(([, from, to = from]) =>
    range(Number(from), Number(to)),
  )
}

export const forgottenRows = (): readonly string[] => {
  const told = new Set([...securityRows(), ...notApplying()])
  return MODEL.filter(id => !told.has(id))
}

const testFiles = (): readonly string[] =>
  readdirSync(join(ROOT, 'test'), {recursive: true, encoding: 'utf8'}).filter(path =>
    path.endsWith('.test.ts'),
  )

/** Ids that some title begins with. */
const tried = (text: string): readonly string[] =>
  [...text.matchAll(/\b(?:it|describe)\(\s*['"`]((?:[RT]\d{2}(?:, | ))*[RT]\d{2})\b/g)].flatMap(
    ([, ids = '']) => ids.split(/, | /),
  )

export const untriedRows = (): readonly string[] => {
  const all = new Set(testFiles().flatMap(path => tried(readFileSync(join(ROOT, 'test', path), 'utf8'))))
  return securityRows().filter(id => !all.has(id))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [rows, forgotten] = [untriedRows(), forgottenRows()]
  for (const id of [...rows, ...forgotten]) console.log(id)
  console.log(
    `${securityRows().length} rows, ${rows.length} without a test; ${forgotten.length} of the model not told of`,
  )
  process.exitCode = rows.length + forgotten.length === 0 ? 0 : 1
}
