/** The README's demo, as far as it lies behind the set-up: its batch runs, merges, and leaves nothing behind. */
import assert from 'node:assert/strict'
import {execFile} from 'node:child_process'
import {rmSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {ENGINE, hasEngine} from '../support/real-site.js'
import {temporaryFolder} from '../support/site.js'
import {NO_ENGINE, skip} from '../support/skip.js'

const DEMO = fileURLToPath(new URL('../../scripts/demo.mjs', import.meta.url))

/** It leaves its shared directory for its reader to look at: here below a folder that goes. */
const demo = (executor: string): Promise<{code: number; text: string}> =>
  new Promise(done => {
    const folder = temporaryFolder()
    const env = {...process.env, DOCKER_HOST: ENGINE, TMPDIR: folder}
    execFile(process.execPath, [DEMO, executor], {env}, (error, stdout) => {
      rmSync(folder, {recursive: true, force: true})
      done({code: error === null ? 0 : 1, text: stdout})
    })
  })

describe('the demo', function () {
  this.timeout(180_000)

  it('counts the words of the project in containers, as no root, and leaves none of them', async function () {
    if (!hasEngine) skip(this, NO_ENGINE)
    const {code, text} = await demo('docker')
    assert.equal(code, 0, text)
    assert.match(text, /^\d+ words in \d+ files$/m)
    assert.match(text, /^The jobs ran as uid [1-9]\d*\.$/m)
    assert.match(text, /^Containers left behind: 0\.$/m)
  })

  it('falls back to processes, also for root, whose jobs run as another account', async () => {
    const {code, text} = await demo('process')
    assert.equal(code, 0, text)
    assert.match(text, /^\d+ words in \d+ files$/m)
    assert.match(text, /^The jobs ran as uid [1-9]\d*\.$/m)
  })
})
