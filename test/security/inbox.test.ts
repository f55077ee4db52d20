/**
 * What a hostile user may do to the inbox (security-reliability.md A4), with real accounts and real processes: nothing of
 * it stops anybody else, tells a secret, or makes a job that its maker may not have.
 */
import assert from 'node:assert/strict'
import {spawn, spawnSync} from 'node:child_process'
import {
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {uid} from '../../src/core/brand.js'
import {ANN, BOB, type ManySite, manySiteForEach} from '../support/many-site.js'

const CANARY = 'the-secret-of-root'
const TOK = (n: number): string => `${n.toString(16).padStart(2, '0')}${'a'.repeat(22)}`

describe('a hostile user of the inbox (needs root)', () => {
  const held = manySiteForEach()

  const secret = (site: ManySite): string => {
    const path = join(site.folder, 'secret')
    writeFileSync(path, `${CANARY}\n`, {mode: 0o600})
    return path
  }
  /** Bob's job came through, and nothing was told. */
  const unharmed = async (site: ManySite, said: string): Promise<void> => {
    assert.deepEqual(await site.states(BOB), [[1, 'bin', 'done']])
    assert.ok(!`${said}${site.written()}`.includes(CANARY))
  }
  const honest = async (site: ManySite): Promise<void> => {
    assert.equal((await site.as(BOB, 'submit', '--parsable', '--', 'echo', 'x')).stdout, '1\n')
  }
  /** A request of his own making, as text. */
  const asked = (site: ManySite, fields: Record<string, unknown>, tok = TOK(1)): string => {
    const {cluster} = JSON.parse(readFileSync(site.layout.format, 'utf8')) as {cluster: string}
    return `${JSON.stringify({v: 1, tok, cluster, ...fields})}\n`
  }
  /** Why his request was not taken, in his own folder. */
  const told = (site: ManySite, user = ANN): string => {
    const folder = site.layout.dropFolder(uid(user))
    return readdirSync(folder)
      .filter(name => name.startsWith('.why.'))
      .map(name => readFileSync(join(folder, name), 'utf8'))
      .join('\n')
  }

  /** What a name is, at many looks. */
  const count = (name: string, seen: {link: number; file: number}): void => {
    for (let n = 0; n < 2000; n++) {
      const found = lstatSync(name, {throwIfNoEntry: false})
      if (found !== undefined) seen[found.isSymbolicLink() ? 'link' : 'file']++
    }
  }

  it('T01: a link to a file of root is refused, and nothing of that file is told', async () => {
    const {site} = held
    await honest(site)
    symlinkSync(secret(site), join(site.drop(ANN), `${TOK(1)}.req`))
    symlinkSync(site.folder, join(site.drop(ANN), `${TOK(2)}.req`))
    await unharmed(site, await site.pass())
    assert.match(told(site), /symbolic link/)
    assert.equal(readFileSync(secret(site), 'utf8'), `${CANARY}\n`)
  })

  it('T02: pipes stop nobody', async () => {
    const {site} = held
    await honest(site)
    for (let n = 1; n <= 8; n++) {
      const path = join(site.drop(ANN), `${TOK(n)}.req`)
      assert.equal(spawnSync('mkfifo', ['-m', '640', path]).status, 0)
      chownSync(path, ANN, ANN)
    }
    await unharmed(site, await site.pass())
  })

  it('T03: a request of another under a second name is neither run as mine nor twice', async () => {
    const {site} = held
    await site.as(BOB, 'submit', '-H', '--', 'echo', 'x')
    const [name = ''] = readdirSync(site.drop(BOB))
    linkSync(join(site.drop(BOB), name), join(site.drop(ANN), `${TOK(1)}.req`))
    linkSync(join(site.drop(BOB), name), join(site.drop(ANN), name))
    await site.pass()
    await site.pass()
    // By root: neither of them could, and what has other names is nobody's.
    assert.notEqual(site.tries(ANN, 'ln', join(site.drop(BOB), name), join(site.drop(ANN), 'x')), 0)
    assert.equal(told(site, ANN).split('belongs to somebody else').length - 1, 2)
    assert.match(told(site, BOB), /other names \(hard links\)/)
    for (const user of [ANN, BOB]) assert.deepEqual(await site.states(user), [])
  })

  it('T04: devices, sockets and folders are no requests', async () => {
    const {site} = held
    await honest(site)
    const path = (n: number): string => join(site.drop(ANN), `${TOK(n)}.req`)
    assert.equal(spawnSync('mknod', [path(1), 'c', '1', '5']).status, 0)
    chownSync(path(1), ANN, ANN)
    mkdirSync(path(2))
    for (let i = 0; i < 1000; i++) mkdirSync(join(path(2), String(i)))
    assert.equal(
      spawnSync(process.execPath, [
        '-e',
        'require("net").createServer().listen(process.argv[1], () => process.exit())',
        path(3),
      ]).status,
      0,
    )
    await unharmed(site, await site.pass())
  })

  it('T04: a folder in the place of a claim stops no pass, old or full as it may be', async () => {
    const {site} = held
    const claim = (n: number): string => join(site.layout.ids, String(n))
    for (const n of [1, 2, 3]) assert.equal(site.tries(ANN, 'mkdir', claim(n)), 0)
    assert.equal(site.tries(ANN, 'mkdir', join(claim(2), 'full')), 0)
    assert.equal(site.tries(ANN, 'touch', '-d', '1 hour ago', claim(1), claim(2)), 0)
    assert.equal((await site.as(BOB, 'submit', '--parsable', '--', 'echo', 'x')).stdout, '4\n')
    await site.pass()
    assert.deepEqual(await site.states(BOB), [[4, 'bin', 'done']])
    assert.deepEqual(readdirSync(site.layout.ids), ['3'])
  })

  it('T05: a name that is a request at one look and a link to a secret at the next gives nothing away', async () => {
    const {site} = held
    const target = secret(site)
    const name = join(site.drop(ANN), `${TOK(1)}.req`)
    await site.as(ANN, 'submit', '-H', '--', 'x')
    await site.pass()
    const good = site.plant(ANN, 'good', asked(site, {op: 'release', ids: [1]}))
    symlinkSync(target, join(site.drop(ANN), 'link'))
    const swapper = spawn('setpriv', [
      `--reuid=${ANN}`,
      `--regid=${ANN}`,
      '--clear-groups',
      'sh',
      '-c',
      'while :; do cp -p "$1" "$2.a" && mv -f "$2.a" "$2"; cp -P "$3" "$2.b" && mv -f "$2.b" "$2"; done 2>/dev/null',
      'sh',
      good,
      name,
      join(site.drop(ANN), 'link'),
    ])
    let said = ''
    const seen = {link: 0, file: 0}
    try {
      for (let i = 0; i < 5; i++) {
        count(name, seen)
        said += await site.pass()
      }
    } finally {
      swapper.kill('SIGKILL')
    }
    assert.ok(seen.link > 0 && seen.file > 0, `it was not exchanged: ${JSON.stringify(seen)}`)
    assert.ok(!`${said}${site.written()}${told(site)}`.includes(CANARY))
    // All that can come of it is what she may ask for.
    assert.ok(['held', 'done'].includes((await site.states(BOB))[0]?.[2] ?? ''), 'her job is what it was')
  })

  it('T06: a drop folder that is exchanged for a link leads nowhere', async () => {
    const {site} = held
    await honest(site)
    const elsewhere = join(site.folder, 'elsewhere')
    mkdirSync(elsewhere, {mode: 0o700})
    writeFileSync(join(elsewhere, `${TOK(1)}.req`), CANARY, {mode: 0o640})
    renameSync(site.drop(ANN), `${site.drop(ANN)}x`)
    symlinkSync(elsewhere, site.layout.dropFolder(uid(ANN)))
    await unharmed(site, await site.pass())
    assert.deepEqual(readdirSync(elsewhere), [`${TOK(1)}.req`])
  })

  it('T07: names that no god has made are passed over, whatever stands in them', async () => {
    const {site} = held
    await honest(site)
    await site.as(ANN, 'submit', '-H', '--', 'x')
    await site.pass()
    // What it says she may ask for: only its name keeps it from being done.
    const wish = asked(site, {op: 'kill', ids: [2]})
    const names = [
      '-rf.req',
      '..req',
      'a\nb.req',
      `${'a'.repeat(24)}.req.req`,
      `${'A'.repeat(24)}.req`,
      `${'a'.repeat(251)}.req`,
      'ü'.repeat(12),
    ]
    for (const name of names) site.plant(ANN, name, wish)
    spawnSync('setpriv', [
      `--reuid=${ANN}`,
      '--clear-groups',
      'sh',
      '-c',
      `: >"$(printf '%s/\\377\\376.req' "$1")"`,
      'sh',
      site.drop(ANN),
    ])
    await site.pass()
    assert.deepEqual(await site.states(BOB), [
      [1, 'bin', 'done'],
      [2, 'daemon', 'held'],
    ])
    assert.deepEqual(
      [names.filter(name => !readdirSync(site.drop(ANN)).includes(name)), told(site)],
      [[], ''],
    )
    site.plant(ANN, `${TOK(1)}.req`, wish)
    await site.pass()
    assert.deepEqual((await site.states(BOB))[1], [2, 'daemon', 'killed'], 'by its right name it is done')
  })

  it('T08: a file of a tebibyte, and one that grows, are refused', async () => {
    const {site} = held
    await honest(site)
    truncateSync(site.plant(ANN, `${TOK(1)}.req`, 'x'), 2 ** 40)
    const growing = site.plant(ANN, `${TOK(2)}.req`, '{"v":1')
    const writer = spawn('sh', ['-c', 'while :; do printf "          " >>"$1"; done', 'sh', growing])
    const said = await site.pass().finally(() => writer.kill('SIGKILL'))
    await unharmed(site, said)
    assert.match(told(site), /larger than/)
    // Its writer makes the second anew if it is refused before he is stopped.
    const refusals = told(site).split('E_REQUEST_BAD').length - 1
    assert.ok(refusals >= 2, String(refusals))
  })

  it('T09, T10, T11: text that would harm who reads it is refused with the reason', async () => {
    const {site} = held
    await honest(site)
    const kill = asked(site, {op: 'kill', ids: [1]})
    const texts = [
      '['.repeat(100_000),
      kill.replace('"ids"', '"__proto__":{"op":"submit"},"ids"'),
      kill.replace('"op":"kill"', '"op":"hold","op":"kill"'),
      kill.replace('[1]', '[1e400]'),
      kill.replace('[1]', '[4294967297]'),
      kill.replace('[1]', '["1"]'),
      kill.replace('[1]', '[-0]'),
      asked(site, {op: 'kill', ids: [1], uid: 2}),
      Buffer.from([0x7b, 0xff, 0x7d]),
    ]
    for (const [i, text] of texts.entries()) {
      const body = typeof text === 'string' ? text.replaceAll(TOK(1), TOK(i + 1)) : text
      site.plant(ANN, `${TOK(i + 1)}.req`, body)
    }
    await unharmed(site, await site.pass())
    assert.equal(told(site).split('E_REQUEST_BAD').length - 1, texts.length)
  })

  it('T12: half a request does nothing, and is told of', async () => {
    const {site} = held
    await site.as(ANN, 'submit', '-H', '--', 'x')
    await site.pass()
    // What it would do she may do: only that it is not whole keeps it from being done.
    const whole = (n: number): string => asked(site, {op: 'kill', ids: [1]}, TOK(n))
    const {length} = whole(1).trimEnd()
    for (let n = 1; n < length; n++) site.plant(ANN, `${TOK(n)}.req`, whole(n).slice(0, n))
    await site.pass()
    assert.deepEqual(await site.states(ANN), [[1, 'daemon', 'held']])
    assert.equal(told(site).split('E_REQUEST_BAD').length - 1, length - 1)
    site.plant(ANN, `${TOK(length)}.req`, whole(length))
    await site.pass()
    assert.deepEqual(await site.states(ANN), [[1, 'daemon', 'killed']])
  })

  it('T13: who guesses an id, a token or a number kills nobody', async () => {
    const {site} = held
    await site.as(BOB, 'submit', '-E', 'FAKE_SECONDS=forever', '--', 'x')
    await site.pass()
    for (const op of ['kill', 'suspend', 'hold']) assert.equal((await site.as(ANN, op, '1')).code, 4, op)
    for (const [i, op] of ['kill', 'suspend', 'resume', 'hold', 'release'].entries())
      site.plant(ANN, `${TOK(i + 1)}.req`, asked(site, {op, ids: [1]}, TOK(i + 1)))
    await site.pass()
    assert.deepEqual(await site.states(BOB), [[1, 'bin', 'running']])
  })

  it('T13: what was submitted once is no second job under the same token, also when it is over and packed', async () => {
    const {site} = held
    await site.as(ANN, 'submit', '--', 'x')
    const [name = ''] = readdirSync(site.drop(ANN))
    const request = readFileSync(join(site.drop(ANN), name))
    const again = async (): Promise<void> => {
      site.plant(ANN, name, request)
      await site.pass()
      await site.pass()
      assert.ok(!readdirSync(site.drop(ANN)).includes(name), 'it is not kept either')
      const {stdout} = await site.as(ANN, 'show', '1', '--json')
      const {state, attempt} = JSON.parse(stdout)
      assert.deepEqual([state, attempt, (await site.states(ANN)).length], ['done', 1, 1])
    }
    await site.pass()
    await site.pass()
    await again()
    await site.asRoot('gc')
    await again()
  })

  it('T16: who takes another one’s drop folder or bell before him keeps him out until the next pass', async () => {
    const {site} = held
    const {bells, inbox} = site.layout
    assert.equal(site.tries(ANN, 'mkdir', join(inbox, `u${BOB}`)), 0)
    assert.equal(site.tries(ANN, 'touch', join(inbox, `u${BOB}`, 'x'), join(bells, `u${BOB}`)), 0)
    const {stderr, code} = await site.as(BOB, 'submit', '--', 'echo', 'x')
    assert.deepEqual([code, /is not your folder/.test(stderr)], [1, true], stderr)
    assert.match(await site.pass(), /was uid 1's, and in the way of others: taken away/)
    // The first number was claimed for nothing.
    assert.equal((await site.as(BOB, 'submit', '--parsable', '--', 'echo', 'x')).stdout, '2\n')
    assert.equal(lstatSync(join(bells, `u${BOB}`)).uid, BOB)
    await site.pass()
    assert.deepEqual(await site.states(BOB), [[2, 'bin', 'done']])
  })

  it('T19: no lock, bell or claim of others can be touched', async () => {
    const {site} = held
    await honest(site)
    const {locks, bells, ids, hints, index, journal, reasons} = site.layout
    await site.as(BOB, 'submit', '-H', '--', 'x')
    for (const path of [locks, join(locks, 'scheduler.lock'), index, journal, hints])
      assert.notEqual(site.tries(ANN, 'touch', join(path, 'x')), 0, path)
    for (const path of [
      join(bells, `u${BOB}`),
      join(ids, '2'),
      reasons,
      site.layout.format,
      site.layout.config,
    ])
      assert.notEqual(site.tries(ANN, 'sh', '-c', `: >>'${path}'`), 0, path)
    for (const path of [join(bells, `u${BOB}`), join(ids, '2')])
      assert.notEqual(site.tries(ANN, 'mv', path, `${path}x`), 0, path)
    await site.pass()
    assert.deepEqual(await site.states(ANN), [
      [1, 'bin', 'done'],
      [2, 'bin', 'held'],
    ])
  })

  it('T22: the times that a user gives his files mean nothing', async () => {
    const {site} = held
    for (const at of [new Date('1970-01-02'), new Date('2100-01-01')]) {
      await site.as(ANN, 'submit', '-H', '--', 'x')
      const [name = ''] = readdirSync(site.drop(ANN))
      utimesSync(join(site.drop(ANN), name), at, at)
      await site.pass()
    }
    const {stdout} = await site.as(ANN, 'stat', '--json')
    const {jobs} = JSON.parse(stdout) as {jobs: {submitted: string}[]}
    assert.equal(jobs.length, 2)
    for (const {submitted} of jobs)
      assert.ok(Math.abs(Date.parse(submitted) - Date.now()) < 3600_000, submitted)
  })
})
