import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {settleOutputs} from '../../scripts/settle-outputs.js'

describe('a folder that a build settles', () => {
  let root = ''
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'god-settle-'))
    mkdirSync(join(root, 'dist/old/deeper'), {recursive: true})
    writeFileSync(join(root, 'dist/old/deeper/gone.js'), '')
    writeFileSync(join(root, 'dist/same.js'), 'same')
    writeFileSync(join(root, 'dist/other.js'), 'before')
    writeFileSync(join(root, 'dist/kept.d.ts'), 'types')
  })
  afterEach(() => rmSync(root, {recursive: true}))

  const outputs = [
    {path: 'dist/same.js', text: 'same'},
    {path: 'dist/other.js', text: 'after'},
    {path: 'dist/new/new.js', text: 'new'},
  ]
  const settle = () => settleOutputs(root, 'dist', outputs, path => path.endsWith('.d.ts'))

  it('holds what was made, and what is to be kept, and nothing else', () => {
    settle()
    for (const {path, text} of outputs) assert.equal(readFileSync(join(root, path), 'utf8'), text)
    assert.deepEqual(readdirSync(join(root, 'dist')).sort(), ['kept.d.ts', 'new', 'other.js', 'same.js'])
  })

  it('keeps a file that is as it should be', () => {
    const before = statSync(join(root, 'dist/same.js'))
    settle()
    assert.deepEqual(statSync(join(root, 'dist/same.js')).mtimeMs, before.mtimeMs)
  })

  it('is made where there is none', () => {
    rmSync(join(root, 'dist'), {recursive: true})
    settle()
    assert.ok(existsSync(join(root, 'dist/new/new.js')))
  })
})
