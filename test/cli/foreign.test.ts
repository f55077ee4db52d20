import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {chmodSync, chownSync, mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {NOT_FOR_OTHERS, othersMayRun} from '../support/accounts.js'
import {BIN, god, type Ran, run} from '../support/god.js'
import {siteForEach, temporaryFolder} from '../support/site.js'
import {skip} from '../support/skip.js'

const [ANN, BOB] = [64_101, 64_102]

const become = (uid: number): string[] => [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups']

/** Somebody without rights: only root can become him. */
const as = (
  uid: number,
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ran> =>
  run('setpriv', [...become(uid), process.execPath, BIN, ...args], {
    cwd,
    // He may not write where the coverage is gathered.
    env: {HOME: '/nonexistent', NODE_V8_COVERAGE: '', ...env},
  }).done

/** And he must get to the program. */

describe('a directory of somebody else (needs root)', () => {
  let folder = ''
  before(function () {
    if (!othersMayRun()) skip(this, NOT_FOR_OTHERS)
  })
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => rmSync(folder, {recursive: true, force: true}))

  const dotGod = (owner: number): string => {
    const path = join(folder, '.god')
    mkdirSync(path)
    chownSync(path, owner, owner)
    return path
  }

  it('is not obeyed where it is only found, also by root', async () => {
    const path = dotGod(ANN)
    for (const found of [await god(['stat'], {cwd: folder}), await as(BOB, folder, ['stat'])]) {
      assert.deepEqual(found, {
        stdout: '',
        stderr: `god: ${path} belongs to uid ${ANN}. Name it with --dir ${path} if you trust it.\n`,
        code: 4,
      })
    }
    const {stdout} = await god(['stat', '--json'], {cwd: folder})
    assert.equal(JSON.parse(stdout).error.code, 'E_DIR_FOREIGN')
  })

  it('is obeyed where it is named', async () => {
    execFileSync('chown', [String(ANN), folder])
    assert.equal((await as(ANN, folder, ['init', '--executor', 'fake'])).code, 0)
    const options = {cwd: folder}
    assert.equal((await god(['stat', '--dir', join(folder, '.god')], options)).code, 0)
    assert.equal((await as(ANN, folder, ['stat'])).code, 0)
  })

  it('of root is obeyed', async () => {
    dotGod(0)
    const {stderr, code} = await as(ANN, folder, ['stat'])
    assert.equal(code, 1)
    assert.match(stderr, /\.god is not a shared directory\. Make one with/)
  })
})

describe('a directory that one may not read (needs root)', () => {
  const held = siteForEach()
  before(function () {
    if (!othersMayRun()) skip(this, NOT_FOR_OTHERS)
  })

  const asAnn = (...args: readonly string[]) => as(ANN, held.site.work, args, {GOD_SHARED_DIR: held.site.dir})

  it('is said to be so, by every command', async () => {
    const {site} = held
    await site.submit()
    for (const args of [['stat'], ['submit', 'x'], ['show', '1'], ['wait', '1'], ['schedule'], ['config']]) {
      const {stdout, stderr, code} = await asAnn(...args)
      assert.deepEqual([stdout, code === 4 || code === 1], ['', true], args.join(' '))
      assert.match(
        stderr,
        /^god: (you may not read .*\. Ask its owner\.|.*go-d\.ini: cannot be read: EACCES\. Its owner must let you read it\.)$/m,
      )
    }
  })

  it('says which file of the configuration cannot be read', async () => {
    const {site} = held
    chmodSync(site.dir, 0o755)
    chmodSync(site.layout.config, 0o600)
    const {stderr, code} = await asAnn('stat')
    assert.deepEqual(
      [stderr, code],
      [`god: ${site.layout.config}: cannot be read: EACCES. Its owner must let you read it.\n`, 1],
    )
  })
})

describe('a script that one may not read (needs root)', () => {
  const held = siteForEach()
  before(function () {
    if (!othersMayRun()) skip(this, NOT_FOR_OTHERS)
  })

  it('is not taken for a command, unless it stands behind --', async () => {
    const {site} = held
    writeFileSync(join(site.work, 'mine.sh'), '#!/bin/sh\n', {mode: 0o600})
    execFileSync('chmod', ['-R', 'a+rX', site.dir])
    const submit = (...words: string[]) => as(ANN, site.work, ['submit', '-n', '--dir', site.dir, ...words])
    const {stdout, stderr, code} = await submit('./mine.sh', 'x')
    assert.deepEqual(
      [stdout, stderr, code],
      [
        '',
        'god: you may not read the file ./mine.sh. Make it readable; for a program of that name in the image, write -- before it.\n',
        2,
      ],
    )
    assert.match((await submit('--', './mine.sh')).stdout, /^would submit mine\.sh /)
  })
})

describe('a job of somebody else (needs root)', () => {
  const held = siteForEach()
  before(function () {
    if (!othersMayRun()) skip(this, NOT_FOR_OTHERS)
  })
  beforeEach(async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    // As an operator might who does not know better.
    execFileSync('chmod', ['-R', 'a+rX', site.layout.live, site.layout.done, site.layout.config])
    for (const path of [site.dir, site.layout.work, join(site.dir, 'jobs')]) chmodSync(path, 0o755)
    // Searched, but not written.
    chmodSync(site.layout.inbox, 0o711)
  })
  const asAnn = (...args: readonly string[]) => as(ANN, held.site.work, args, {GOD_SHARED_DIR: held.site.dir})

  it('is seen, but neither changed nor read', async () => {
    assert.match((await asAnn('stat', '-a')).stdout, /^1\ttrue\tdefault\troot\trunning\t/)
    assert.equal((await asAnn('stat')).stdout, '')
    for (const verb of ['kill', 'suspend', 'hold']) {
      const {stdout, stderr, code} = await asAnn(verb, '1')
      assert.deepEqual(
        [stdout, stderr, code],
        ['', 'god: job 1: belongs to root. Ask its owner or an operator.\n', 4],
      )
    }
    const shown = await asAnn('show', '1')
    assert.deepEqual([shown.code, shown.stdout.includes('command')], [0, false])
    assert.equal((await asAnn('logs', '1')).code, 4)
    assert.equal((await asAnn('show', '@true')).code, 3)
    assert.equal((await asAnn('kill', 'last')).code, 3)
  })

  it('cannot be written to: nothing is queued, and that is told', async () => {
    const {stdout, stderr, code} = await asAnn('submit', '--', 'x')
    assert.deepEqual([stdout, code], ['', 4])
    assert.match(stderr, /^god: .*EACCES.*\n$/)
  })
})
