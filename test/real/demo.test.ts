/** The README's demo, as far as it lies behind the set-up: its batch runs, merges, and leaves nothing behind. */
import assert from 'node:assert/strict'
import {execFile} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {ENGINE, hasEngine} from '../support/real-site.js'
import {NO_ENGINE, skip} from '../support/skip.js'

const DEMO = fileURLToPath(new URL('../../scripts/demo.mjs', import.meta.url))

const demo = (executor: string): Promise<{code: number; text: string}> =>
  new Promise(done => {
    const env = {...process.env, DOCKER_HOST: ENGINE}
    execFile(process.execPath, [DEMO, executor], {env}, (error, stdout) =>
      done({code: error === null ? 0 : 1, text: stdout}),
    )
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
