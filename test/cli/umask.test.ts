/** A caller's umask closes nothing that a job has to pass through. */
import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const GOD = fileURLToPath(new URL('../../bin/god.cjs', import.meta.url))

describe('the modes of a new directory', () => {
  it('are what they are under any umask', () => {
    const home = mkdtempSync(join(tmpdir(), 'god-umask-'))
    try {
      const modes = ['000', '022', '077'].map(umask => {
        const dir = join(home, umask)
        const command = `umask ${umask}; exec '${process.execPath}' '${GOD}' init '${dir}' --executor process 2>/dev/null`
        execFileSync('/bin/sh', ['-c', command], {env: {PATH: process.env.PATH ?? ''}})
        return ['', 'work', 'jobs', 'inbox', 'FORMAT', 'go-d.ini'].map(
          name => statSync(join(dir, name)).mode & 0o7777,
        )
      })
      assert.deepEqual(modes[1], modes[0])
      assert.deepEqual(modes[2], modes[0])
      assert.equal((modes[0]?.[5] ?? 0) & 0o022, 0)
    } finally {
      rmSync(home, {recursive: true, force: true})
    }
  })
})
