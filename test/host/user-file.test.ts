import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {readUserFile} from '../../src/host/user-file.js'
import {temporaryFolder} from '../support/site.js'

describe('a file that the user names', () => {
  let folder = ''
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => rmSync(folder, {recursive: true}))

  const file = (name: string, bytes: string): string => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }
  const text = (path: string, limit: number): string | null => {
    const bytes = readUserFile(path, limit)
    return bytes === null || bytes === 'closed' ? bytes : Buffer.from(bytes).toString('latin1')
  }

  it('is read to its end', () => {
    assert.equal(text(file('a', 'hello\n'), 100), 'hello\n')
    assert.equal(text(file('b', ''), 100), '')
  })

  it('is read no further than a byte over the limit, which shows that it is too long', () => {
    const path = file('a', '0123456789')
    assert.deepEqual([text(path, 10), text(path, 9), text(path, 4)], ['0123456789', '0123456789', '01234'])
  })

  it('may be behind a link', () => {
    file('a', '#!/bin/sh\n')
    symlinkSync('a', join(folder, 'link'))
    assert.equal(text(join(folder, 'link'), 100), '#!/bin/sh\n')
  })

  it('is none where there is no file, or no regular one, and nothing holds us', () => {
    mkdirSync(join(folder, 'inner'))
    execFileSync('mkfifo', [join(folder, 'fifo')])
    symlinkSync('nowhere', join(folder, 'dangling'))
    for (const name of ['absent', 'inner', 'fifo', 'dangling', 'absent/below'])
      assert.equal(text(join(folder, name), 100), null, name)
    assert.equal(text('/dev/zero', 100), null)
    assert.equal(text('', 100), null)
  })
})
