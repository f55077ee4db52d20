/**
 * Prints the rows of docs/security.md that no test tries: one whose title begins with the row's id (`T05`, also of several,
 * `T16, T17: ...`). Exit code 1 while there are any. A test asks the same.
 */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

export const securityRows = (): readonly string[] =>
  [...readFileSync(join(ROOT, 'docs/security.md'), 'utf8').matchAll(/^\| (T\d{2}) \|/gm)].map(
    ([, id = '']) => id,
  )

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
  const rows = untriedRows()
  for (const id of rows) console.log(id)
  console.log(`${securityRows().length} rows, ${rows.length} without a test`)
  process.exitCode = rows.length === 0 ? 0 : 1
}
