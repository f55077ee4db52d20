import assert from 'node:assert/strict'
import {readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {jobId} from '../../../src/core/brand.js'
import {columnsWide} from '../../../src/core/text.js'
import {siteForAll, siteForEach, type TestSite} from '../../support/site.js'
import {CTRL_C, CTRL_D, onTerminal, type TerminalOptions} from '../../support/terminal.js'

const ESCAPE = /\u001b/

const show = (site: TestSite, command: string, options: TerminalOptions = {}) =>
  onTerminal(command, {...options, ...site.options(options)}).done

describe('on a terminal', () => {
  const held = siteForAll()

  before(async () => {
    const {site} = held
    await site.here(['submit', '-J', '訓練 größe', '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.pass()
    writeFileSync(
      join(site.layout.workOf(site.open().uid, jobId(1)), 'god.log'),
      'a\u001b[2J\u001b[31mred\u001b[0m\r',
    )
  })

  it('jobs are a table with titles, as wide as the terminal', async () => {
    const {screen, code} = await show(held.site, '$GOD stat -l --no-color', {columns: 240})
    const [title = '', row = ''] = screen.split('\n')
    assert.equal(code, 0)
    assert.match(title, /^JOBID +NAME +QUEUE +USER +ST +TIME\/LIMIT/)
    assert.match(row, /^ +1 {2}訓練 größe +default/)
    assert.doesNotMatch(screen, ESCAPE)
  })

  it('a history and a configuration are tables too', async () => {
    const {site} = held
    const {screen: history} = await show(site, '$GOD history 1 --no-color', {columns: 120})
    assert.match(
      history,
      /^REV {2}AT +STATE +DESIRED {2}ATTEMPT {2}NODE {2}BY +REASON\n {2}1 {2}2\d{3}-.*Z {2}pending +run +1 +scheduler\n/,
    )
    const {screen: config} = await show(site, '$GOD config --no-color', {columns: 120})
    assert.match(config, /^.* \(named by GOD_SHARED_DIR\)\nSETTING +VALUE +FROM\n/)
    assert.match(config, /^executor +fake +.*go-d\.ini:1$/m)
  })

  it('are cut where they do not fit, and only there', async () => {
    const columns = 'id,name,state,submitted,image'
    const narrow = await show(held.site, `$GOD stat -o ${columns} --no-color`, {columns: 64})
    for (const line of narrow.screen.split('\n')) assert.ok(columnsWide(line) <= 64, line)
    assert.match(narrow.screen, /…/)
    const wide = await show(held.site, `$GOD stat -o ${columns} --no-color`, {columns: 200})
    assert.doesNotMatch(wide.screen, /…/)
  })

  const colours: readonly (readonly [string, Record<string, string | undefined>, string, boolean])[] = [
    ['by default', {}, '', true],
    ['with NO_COLOR', {NO_COLOR: '1'}, '', false],
    ['with an empty NO_COLOR', {NO_COLOR: ''}, '', true],
    ['with TERM=dumb', {TERM: 'dumb'}, '', false],
    ['with --no-color', {FORCE_COLOR: '1'}, '--no-color', false],
    ['with --color never', {FORCE_COLOR: '1'}, '--color never', false],
    ['with --color always under NO_COLOR', {NO_COLOR: '1'}, '--color=always', true],
    ['with NO_COLOR and FORCE_COLOR', {NO_COLOR: '1', FORCE_COLOR: '1'}, '', false],
  ]
  for (const [title, env, flags, coloured] of colours) {
    it(`has ${coloured ? '' : 'no '}colours ${title}`, async () => {
      const {screen} = await show(held.site, `$GOD stat ${flags}`, {env})
      assert.equal(ESCAPE.test(screen), coloured, JSON.stringify(screen))
      assert.match(screen, /running/)
    })
  }

  const piped: readonly (readonly [string, Record<string, string>, string, boolean])[] = [
    ['by default', {}, '', false],
    ['with FORCE_COLOR', {FORCE_COLOR: '1'}, '', false],
    ['with --color always', {}, '--color always', false],
  ]
  for (const [title, env, flags, coloured] of piped) {
    it(`has ${coloured ? '' : 'no '}colours in lines of tabs ${title}`, async () => {
      const {stdout} = await held.site.god(['stat', ...flags.split(' ').filter(Boolean)], {env})
      assert.equal(ESCAPE.test(stdout), coloured)
    })
  }

  it('has colours in a pipe where they are asked for and there is text for people', async () => {
    const {site} = held
    assert.match((await site.god(['show', '1', '--color=always'])).stdout, ESCAPE)
    assert.match((await site.god(['show', '1'], {env: {FORCE_COLOR: '1'}})).stdout, ESCAPE)
    assert.doesNotMatch((await site.god(['show', '1'])).stdout, ESCAPE)
    assert.doesNotMatch((await site.god(['show', '1'], {env: {FORCE_COLOR: '0'}})).stdout, ESCAPE)
  })

  it('the output of a job is harmless; in a pipe it is as it was', async () => {
    const {site} = held
    const {screen} = await show(site, '$GOD logs 1')
    assert.equal(screen, 'a\\x1b[2J\u001b[31mred\u001b[0m\\r\u001b[0m')
    assert.equal((await site.god(['logs', '1'])).stdout, 'a\u001b[2J\u001b[31mred\u001b[0m\r')
  })

  it('the output of a job has no colours where there are to be none', async () => {
    const {site} = held
    assert.equal((await show(site, '$GOD logs 1', {env: {NO_COLOR: '1'}})).screen, 'a\\x1b[2Jred\\r')
    assert.equal((await show(site, '$GOD logs 1', {env: {TERM: 'dumb'}})).screen, 'a\\x1b[2Jred\\r')
  })

  it('a picture that is drawn anew clears the one before, but not where there are to be no escapes', async () => {
    const {site} = held
    for (const [env, escapes] of [
      [{}, true],
      [{NO_COLOR: '1'}, false],
      [{TERM: 'dumb'}, false],
    ] as const) {
      const session = onTerminal('$GOD stat -w', site.options({env}))
      await session.seen(/running/)
      session.type(CTRL_C)
      assert.equal((await session.done).screen.includes('\u001b[2J'), escapes)
    }
  })

  it('what a user named is harmless', async () => {
    const {site} = held
    const env = {GOD_DEFAULT_IMAGES: 'a\u001b[2J'}
    assert.equal((await show(site, '$GOD config default_images', {env})).screen, 'a\\x1b[2J\n')
    assert.equal((await site.god(['config', 'default_images'], {env})).stdout, 'a\u001b[2J\n')
  })

  it('an error of a parser is a plain line too', async () => {
    const {screen} = await show(held.site, "$GOD schedule --watch --cron '* * * * *'")
    assert.match(screen, /^god: --cron=\* \* \* \* \* cannot also be provided when using --watch\./)
    assert.doesNotMatch(screen, /\\x1b|\u001b/)
  })

  it('of one column all is still shown', async () => {
    for (const command of ['stat -l', 'help submit', 'show 1']) {
      const {screen, code} = await show(held.site, `$GOD ${command}`, {columns: 1})
      assert.equal(code, 0, command)
      assert.doesNotMatch(screen, /Error|at .*\.js/, command)
      assert.ok(screen.length > 20)
    }
  })

  it('the help has no escapes where there are to be none', async () => {
    for (const env of [{NO_COLOR: '1'}, {TERM: 'dumb'}])
      assert.doesNotMatch((await show(held.site, '$GOD help submit', {env})).screen, ESCAPE)
  })
})

describe('the question before many jobs are killed', () => {
  const held = siteForEach()
  beforeEach(async () => {
    for (let i = 0; i < 21; i++) await held.site.submit()
  })

  const killed = (site: TestSite): boolean =>
    readdirSync(site.layout.dropFolder(site.open().uid)).filter(name => name.endsWith('.req')).length > 21

  const answer = async (keys: string, command = '$GOD kill 1-21 -Q') => {
    const {site} = held
    const session = onTerminal(command, site.options())
    await session.seen(/kill 21 jobs\? \[y\/N\] /)
    session.type(keys)
    const {screen, code} = await session.done
    return {last: screen.trimEnd().split('\n').at(-1) ?? '', code, killed: killed(site)}
  }

  it('is asked, and done after a yes', async () => {
    assert.deepEqual((await answer('y\n')).killed, true)
    assert.deepEqual((await answer('YES\n')).code, 0)
  })

  const NO = 'god: not confirmed, so nothing was done.'
  for (const [title, keys] of [
    ['a no', 'n\n'],
    ['nothing', '\n'],
    ['anything else', 'yes please\n'],
    ['Ctrl-C', CTRL_C],
    ['the end of input', CTRL_D],
  ] as const) {
    it(`is not done after ${title}, and that is no success`, async () => {
      const {last, code, killed: done} = await answer(keys)
      assert.ok(last.endsWith(NO), last)
      assert.deepEqual([code, done], [130, false])
    })
  }

  it('is answered no with one document', async () => {
    const {last, code} = await answer('n\n', '$GOD kill 1-21 --json')
    assert.deepEqual([JSON.parse(last).error.code, code], ['E_INTERRUPTED', 130])
  })

  it('is not asked with -f, with --dry-run, or for twenty', async () => {
    const {site} = held
    for (const words of ['1-21 --dry-run', '1-20', '1-21 -f'])
      assert.doesNotMatch((await show(site, `$GOD kill ${words}`)).screen, /y\/N/, words)
    assert.ok(killed(site))
  })
})
