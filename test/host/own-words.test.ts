import assert from 'node:assert/strict'
import {wordsAreText} from '../../src/host/own-words.js'
import {run} from '../support/god.js'

describe('the words of the command line', () => {
  it('are text where nothing was replaced', () => assert.equal(wordsAreText(['a', '', 'größe 訓練']), true))

  it('are text where the mark of a replacement was typed', async () => {
    assert.equal(wordsAreText(['\ufffd']), true)
  })

  it('are no text where a byte is none, though Node shows a mark for it', async () => {
    const script = "import('./src/host/own-words.ts').then(m => console.log(m.wordsAreText(process.argv)))"
    const node = `${process.execPath} --import tsx -e "${script}"`
    const cwd = new URL('../../', import.meta.url).pathname
    const {stdout, stderr} = await run(
      '/bin/bash',
      ['-c', `${node} -- $'a\\xffb'; ${node} -- $'\\xef\\xbf\\xbd'`],
      {cwd},
    ).done
    assert.equal(stdout, 'false\ntrue\n', stderr)
  })
})
