/** The forty points of a good command line, 14-18: colours, widths, the pager, Ctrl-C. */
import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {jobId} from '../../../src/core/brand.js'
import {columnsWide} from '../../../src/core/text.js'
import {siteForAll, type TestSite} from '../../support/site.js'
import {CTRL_C, onTerminal, type TerminalOptions} from '../../support/terminal.js'

const ESCAPE = /\u001b/
const NAME = `訓練-${'größe-'.repeat(8)}`

describe('checklist: colour and terminal', () => {
  const held = siteForAll()
  before(async () => {
    const {site} = held
    await site.here(['submit', '-J', NAME, '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.pass()
    writeFileSync(join(site.layout.workOf(site.open().uid, jobId(1)), 'god.log'), 'line\n'.repeat(100))
  })

  const show = async (site: TestSite, command: string, options: TerminalOptions = {}): Promise<string> =>
    (await onTerminal(command, {...options, ...site.options(options)}).done).screen

  it('14. a flag beats a variable beats what stdout is: NO_COLOR, FORCE_COLOR, TERM=dumb, --color, --no-color', async () => {
    const {site} = held
    const rows: readonly (readonly [string, Record<string, string>, boolean, boolean])[] = [
      // Flags, variables, colours in a pipe, colours on a terminal.
      ['', {}, false, true],
      ['', {NO_COLOR: '1'}, false, false],
      ['', {NO_COLOR: ''}, false, true],
      ['', {TERM: 'dumb'}, false, false],
      ['', {FORCE_COLOR: '1'}, true, true],
      ['--no-color', {FORCE_COLOR: '1'}, false, false],
      ['--color=never', {FORCE_COLOR: '1'}, false, false],
      ['--color=always', {NO_COLOR: '1', TERM: 'dumb'}, true, true],
    ]
    for (const [flags, env, piped, seen] of rows) {
      const {stdout} = await site.here(['show', '1', ...flags.split(' ').filter(Boolean)], {env})
      assert.equal(ESCAPE.test(stdout), piped, `piped: ${flags} ${JSON.stringify(env)}`)
      assert.equal(
        ESCAPE.test(await show(site, `$GOD stat ${flags}`, {env})),
        seen,
        `${flags} ${JSON.stringify(env)}`,
      )
    }
  })

  it('15. a state is a word, with or without its colour', async () => {
    const {site} = held
    const coloured = await show(site, '$GOD stat -o id,name,state --color=always')
    assert.match(coloured, /\u001b\[\d+mrunning\u001b\[\d+m/)
    assert.equal(
      coloured.replace(/\u001b\[\d+m/g, ''),
      await show(site, '$GOD stat -o id,name,state --no-color'),
    )
  })

  it('16. a table is as wide as the terminal, counts East Asian letters as two, and is cut there alone', async () => {
    const {site} = held
    for (const columns of [60, 80, 100]) {
      const screen = await show(site, '$GOD stat --no-color', {columns})
      assert.match(screen, /訓練-größe.*…/)
      for (const line of screen.split('\n')) assert.ok(columnsWide(line) <= columns, line)
    }
    assert.doesNotMatch(await show(site, '$GOD stat --no-color', {columns: 200}), /…/)
    assert.ok((await site.here(['stat'])).stdout.includes(`\t${NAME}\t`))
    // Where the terminal does not say.
    for (const line of (await show(site, '$GOD stat --no-color', {columns: 0})).split('\n'))
      assert.ok(columnsWide(line) <= 80, line)
  })

  it('17. logs, what explains at length and long help go through the pager on a terminal only; --no-pager; quitting it is no failure', async () => {
    const {site} = held
    const env = {GOD_PAGER: 'echo paged; head -1'}
    writeFileSync(join(site.work, 'trace.swf'), `; MaxProcs: 1\n1 0 -1 9 1 -1 -1 1 9${' -1'.repeat(9)}\n`)
    for (const words of ['logs 1', 'help submit', 'simulate trace.swf']) {
      const {screen, code} = await onTerminal(`$GOD ${words}`, {...site.options({env})}).done
      assert.deepEqual([/^paged\n.*\n$/.test(screen), code], [true, 0], screen)
      assert.doesNotMatch(await show(site, `$GOD ${words} --no-pager`, {env}), /paged/)
      assert.doesNotMatch((await site.god(words.split(' '), {env})).stdout, /paged/)
    }
  })

  it('18. Ctrl-C in logs -f, wait and stat -w ends with 130 and a line, and leaves the job alone', async () => {
    const {site} = held
    for (const [words, ready] of [
      ['logs 1 -f', /line/],
      ['wait 1', null],
      ['stat -w', /running/],
    ] as const) {
      const running = site.start(words.split(' '))
      await running.listening()
      if (ready !== null) await running.seen(ready)
      running.child.kill('SIGINT')
      const {stderr, code} = await running.done
      assert.equal(code, 130, words)
      assert.match(stderr, /^god: interrupted; (job 1 is|the jobs are) left alone\./, words)
    }
    const session = onTerminal(
      'trap : INT; stty -a >before; $GOD stat -w; stty -a >after; cmp before after; echo same $?',
      site.options(),
    )
    await session.seen(/running/)
    session.type(CTRL_C)
    assert.match((await session.done).screen, /same 0\n$/)
    assert.equal((await site.json(['stat', '1'])).jobs[0]?.state, 'running')
  })
})
