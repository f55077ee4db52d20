/** The rows of the fault programme that this project claims (docs/faults.md): each has tests whose titles name it. */
import assert from 'node:assert/strict'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const titled = (): ReadonlySet<string> => {
  const files = readdirSync(join(ROOT, 'test'), {recursive: true, encoding: 'utf8'})
  const texts = files
    .filter(name => name.endsWith('.test.ts'))
    .map(name => readFileSync(join(ROOT, 'test', name), 'utf8'))
  return new Set(
    texts.flatMap(text =>
      [...text.matchAll(/\b(?:describe|it)\(\s*[`'"](R\d\d)[: ]/g)].map(([, row]) => row ?? ''),
    ),
  )
}

const claimed = (): readonly string[] =>
  [...readFileSync(join(ROOT, 'docs', 'faults.md'), 'utf8').matchAll(/^\| (R\d\d) \|/gm)].map(
    ([, row]) => row ?? '',
  )

describe('the fault programme', () => {
  it('has a test for each row that it claims', () => {
    const titles = titled()
    assert.ok(claimed().length > 10)
    assert.deepEqual(
      claimed().filter(row => !titles.has(row)),
      [],
    )
  })
})
