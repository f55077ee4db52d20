import assert from 'node:assert/strict'
import {readFileSync, rmSync, statSync} from 'node:fs'
import {dirname} from 'node:path'
import {writeBugReport} from '../../src/host/bug-report.js'

describe('a bug report', () => {
  const reported = (error: unknown): {text: string; mode: number; folderMode: number} => {
    const path = writeBugReport(error)
    assert.ok(path !== null)
    try {
      return {
        text: readFileSync(path, 'utf8'),
        mode: statSync(path).mode & 0o777,
        folderMode: statSync(dirname(path)).mode & 0o777,
      }
    } finally {
      rmSync(dirname(path), {recursive: true})
    }
  }

  it('has the stack, what caused it, and the platform', () => {
    const {text} = reported(new Error('outer', {cause: new TypeError('inner')}))
    assert.match(text, /^node v\d+\.\d+\.\d+ on \w+\nError: outer\n +at /)
    assert.match(text, /\ncause: TypeError: inner\n +at /)
  })

  it('is of whatever was thrown', () => assert.match(reported('a string').text, /\na string\n$/))

  it('is private', () => {
    const {mode, folderMode} = reported(new Error('x'))
    assert.deepEqual([mode, folderMode], [0o600, 0o700])
  })

  it('is none where it cannot be written', () => {
    const {TMPDIR} = process.env
    process.env.TMPDIR = '/nonexistent'
    try {
      assert.equal(writeBugReport(new Error('x')), null)
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = TMPDIR
    }
  })
})
