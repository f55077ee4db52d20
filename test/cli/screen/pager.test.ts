import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {rowsOf} from '../../../src/cli/screen/pager.js'
import {jobId} from '../../../src/core/brand.js'
import {siteForAll} from '../../support/site.js'
import {skip} from '../../support/skip.js'
import {CTRL_C, onTerminal, type TerminalOptions} from '../../support/terminal.js'

/** Shows that it was asked, and what it was given. */
const PAGER = 'sed "s/^/| /"'
const LONG = Array.from({length: 60}, (_, i) => `line ${i + 1}\n`).join('')

describe('the pager', () => {
  const held = siteForAll()
  before(async () => {
    const {site} = held
    for (const text of [LONG, 'short\n']) {
      const id = await site.submit('FAKE_SECONDS=forever')
      await site.pass()
      writeFileSync(join(site.layout.workOf(site.open().uid, jobId(id)), 'god.log'), text)
    }
  })

  const show = (command: string, options: TerminalOptions = {}) =>
    onTerminal(command, {...options, ...held.site.options(options)}).done

  const all = LONG.replace(/^/gm, '| ').slice(0, -2)

  it('has what is longer than the screen: GOD_PAGER before PAGER', async () => {
    for (const env of [{GOD_PAGER: PAGER}, {PAGER}, {GOD_PAGER: PAGER, PAGER: 'false'}] as const)
      assert.equal((await show('$GOD logs 1', {env})).screen, all)
  })

  it('is left out for what fits, with --no-pager, where it is none, and for a dumb terminal', async () => {
    assert.equal((await show('$GOD logs 2', {env: {PAGER}})).screen, 'short\n')
    assert.equal((await show('$GOD logs 1 --no-pager', {env: {PAGER}})).screen, LONG)
    for (const GOD_PAGER of ['', 'cat'])
      assert.equal((await show('$GOD logs 1', {env: {GOD_PAGER, PAGER}})).screen, LONG)
    assert.equal((await show('$GOD logs 1', {env: {PAGER, TERM: 'dumb'}})).screen, LONG)
  })

  it('is left out in a pipe', async () => {
    assert.equal((await held.site.god(['logs', '1'], {env: {PAGER}})).stdout, LONG)
  })

  it('may be quit early, and may be none at all: that is no failure', async () => {
    const {screen, code} = await show('$GOD logs 1', {env: {PAGER: 'head -n 1'}})
    assert.deepEqual([screen, code], ['line 1\n', 0])
    const bare = await show('unset PAGER; PATH=/nonexistent $GOD logs 1')
    assert.deepEqual([bare.screen, bare.code], [LONG, 0])
  })

  it('is less, where it is there and none is named', async function () {
    if (spawnSync('less', ['--version']).error !== undefined) return skip(this, 'needs less')
    const session = onTerminal('unset PAGER; $GOD logs 1; echo code $?', held.site.options())
    await session.seen(/line 20/)
    session.type('q')
    const {screen} = await session.done
    assert.match(screen, /code 0/)
    assert.doesNotMatch(screen, /line 60/)
  })

  it('has Ctrl-C for itself, and god waits for its end', async () => {
    // Who says that it is ready is there already, and gets what is typed then.
    const GOD_PAGER = `trap 'echo caught' INT; cat >/dev/null; sh -c 'echo ready; exec head -n 1 </dev/tty'`
    const session = onTerminal('trap : INT; $GOD logs 1; echo code $?', held.site.options({env: {GOD_PAGER}}))
    await session.seen(/ready/)
    session.type(CTRL_C)
    assert.match((await session.done).screen, /caught\ncode 0\n$/)
  })

  it('has long help too, and only that', async () => {
    for (const words of ['help submit', 'submit --help']) {
      const {screen, code} = await show(`$GOD ${words}`, {env: {PAGER}})
      assert.equal(code, 0)
      assert.match(screen, /^\| Queue a command as a job\./)
    }
    assert.match((await show('$GOD help submit --no-pager', {env: {PAGER}})).screen, /^Queue a command/)
    assert.match((await show('$GOD --version', {env: {PAGER}})).screen, /^@god-cli/)
  })
})

describe('the rows of a text', () => {
  for (const [text, rows] of [
    ['', 0],
    ['a', 0],
    ['a\n', 1],
    ['a\nb\n', 2],
    ['12345678901\n', 2],
    ['訓練訓練訓練\n', 2],
    ['\u001b[31m1234567890\u001b[0m\n', 1],
  ] as const)
    it(`of ${JSON.stringify(text)} are ${rows} where ten letters fit`, () =>
      assert.equal(rowsOf(text, 10), rows))
})
