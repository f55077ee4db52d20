/** The forty points of a good command line, 37-40: life with shells, networks, odd machines. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {BIN, ROOT, run} from '../../support/god.js'
import {siteForAll} from '../../support/site.js'
import {onTerminal} from '../../support/terminal.js'
import {testTitles} from './points.js'

describe('checklist: life with others', () => {
  const held = siteForAll()
  before(() => held.site.submit('FAKE_SECONDS=forever'))

  it('37. Tab completes commands, flags, option values and own job ids, without loading what commands load', async () => {
    const {site} = held
    const tab = async (...words: string[]) =>
      (await site.god(['__complete', ...words])).stdout.split('\n').map(line => line.split('\t')[0])
    assert.deepEqual(await tab('sub'), ['submit', ''])
    assert.deepEqual(await tab('stat', '--hea'), ['--header', ''])
    assert.deepEqual(await tab('stat', '-t', 'susp'), ['suspended', ''])
    assert.deepEqual(await tab('kill', ''), ['1', 'last', ''])
    assert.deepEqual(await tab('submit', '-q', 'def'), ['default', ''])
    const title = 'loads no parser, no colours, no tables: it must be there at once'
    assert.ok(testTitles('test/cli/complete/complete.test.ts').includes(title))
  })

  /** What people and cron run without an engine, and what they run with the simulated one. */
  const QUIET = [
    'stat',
    'show 1',
    'submit x',
    'kill 2',
    'config',
    'help',
    '--version',
    'doctor',
    'schedule',
    'watch --once',
  ]

  it('38. nothing asks a network: counted by a stub, and by the kernel where strace is', async () => {
    const {site} = held
    const log = join(site.folder, 'network')
    const env = {NODE_OPTIONS: `--require ${ROOT}test/support/tell-network.cjs`, TELL_NETWORK: log}
    for (const words of QUIET) await site.god(words.split(' '), {env})
    assert.equal(existsSync(log) ? readFileSync(log, 'utf8') : '', '')
    // The stub counts.
    const ask = "require('node:net').connect(9, '127.0.0.1').on('error', () => undefined)"
    await run(process.execPath, ['-e', ask], site.options({env})).done
    assert.match(readFileSync(log, 'utf8'), /^connect 9/)
    if (spawnSync('strace', ['-V']).error !== undefined) return console.log('    no strace here')
    const trace = join(site.folder, 'trace')
    for (const words of QUIET) {
      const {stderr} = await run(
        'strace',
        ['-f', '-o', trace, '-e', 'trace=socket,connect', process.execPath, BIN, ...words.split(' ')],
        site.options(),
      ).done
      if (/ptrace|not permitted/i.test(stderr)) return console.log('    strace may not trace here')
      assert.doesNotMatch(readFileSync(trace, 'utf8'), /AF_INET/, words)
    }
  }).timeout(60_000)

  it('39. the bars of the start are kept by tests of the bundle, and measured by the bench', () => {
    const titles = testTitles('test/build/bundle.test.ts')
    for (const title of [
      'that asks the engine loads dockerode (so it would be seen)',
      'is told of by a manifest that knows each command',
    ])
      assert.ok(titles.includes(title), titles.join('\n'))
    assert.match(readFileSync(`${ROOT}bench/start.ts`, 'utf8'), /node -e 0/)
  })

  it('40. it works without HOME, with one that is closed, in a folder that is gone, in C, in one column, on closed streams', async () => {
    const {site} = held
    const HOME = join(site.folder, 'closed')
    mkdirSync(HOME)
    chmodSync(HOME, 0o500)
    for (const env of [
      {HOME: undefined},
      {HOME: '/nonexistent'},
      {HOME},
      {LANG: 'C', LC_ALL: 'C'},
      {COLUMNS: '1'},
    ]) {
      const {stdout, stderr, code} = await site.god(['stat', '-Q', '1'], {env})
      assert.deepEqual([stdout, stderr, code], ['1\n', '', 0], JSON.stringify(env))
    }
    assert.equal((await site.shell('mkdir x && cd x && rmdir ../x && $GOD stat -Q 1')).stdout, '1\n')
    assert.equal((await site.shell('$GOD stat -Q 1 <&-')).stdout, '1\n')
    assert.equal((await site.shell('$GOD stat -Q 99 2>&-')).code, 3)
    const {screen, code} = await onTerminal('$GOD stat 1 --no-color', {...site.options(), columns: 1}).done
    assert.deepEqual([/running|pending|starting/.test(screen.replace(/\n/g, '')), code], [true, 0])
  })

  it('40. under cron, with no terminal and a tiny PATH, a pass is silent', async () => {
    const {site} = held
    const bin = join(site.folder, 'bin')
    mkdirSync(bin)
    symlinkSync(BIN, join(bin, 'god'))
    symlinkSync(process.execPath, join(bin, 'node'))
    const env = {PATH: `${bin}:/usr/bin:/bin`, HOME: undefined, TMPDIR: undefined}
    for (const line of ['god schedule; god watch --once', 'god schedule --json >/dev/null'])
      assert.deepEqual(await run('/bin/sh', ['-c', line], site.options({env})).done, {
        stdout: '',
        stderr: '',
        code: 0,
      })
  })
})
