import assert from 'node:assert/strict'
import {chmodSync, mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {siteForAll} from '../support/site.js'
import {skip} from '../support/skip.js'

const LINE = /^1\ttrue\t.*\n$/
const asRoot = process.getuid?.() === 0

describe('god among others', () => {
  const held = siteForAll()
  before(() => held.site.submit('FAKE_SECONDS=forever'))

  it('works without HOME', async () => {
    const {site} = held
    for (const HOME of [undefined, '', '/nonexistent']) {
      const {stdout, stderr, code} = await site.god(['stat'], {env: {HOME}})
      assert.deepEqual([stderr, code], ['', 0])
      assert.match(stdout, LINE)
    }
  })

  it('works with a home that cannot be written, and leaves nothing in one that can', async () => {
    const {site} = held
    const HOME = join(site.folder, 'home')
    mkdirSync(HOME)
    chmodSync(HOME, 0o500)
    const {stdout, stderr} = await site.shell('$GOD stat; ls -A "$HOME"', {env: {HOME}})
    assert.deepEqual([stdout.split('\n').length, stderr], [2, ''])
  })

  it('works in a folder that was deleted', async () => {
    const {site} = held
    const script = 'mkdir gone && cd gone && rmdir ../gone && $GOD stat && $GOD submit -n x && $GOD --version'
    const {stdout, stderr, code} = await site.shell(script)
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^1\ttrue\t.*\nwould submit x in .*\n@god-cli/)
    assert.doesNotMatch(stderr, /at |Error/)
  })

  it('says so where a deleted folder is all that names the directory', async () => {
    const script = 'mkdir gone && cd gone && rmdir ../gone && $GOD stat --dir here 2>&1'
    const {stdout, code} = await held.site.shell(script)
    assert.equal(code, 1)
    assert.match(stdout, /god: the working directory is gone, so there is no 'here'\. Go elsewhere\.\n$/)
  })

  it('works with streams that are closed', async () => {
    const {site} = held
    assert.match((await site.shell('$GOD stat <&-')).stdout, LINE)
    assert.deepEqual(await site.shell('$GOD stat >&-'), {stdout: '', stderr: '', code: 0})
    assert.match((await site.shell('$GOD stat 2>&-')).stdout, LINE)
    assert.equal((await site.shell('$GOD stat 99 2>&-')).code, 3)
    assert.equal((await site.shell('$GOD kill - <&-')).code, 0)
  })

  it('never promises an id that nobody can read', async () => {
    const {site} = held
    const said = /^Submitted job \d+, and standard output is closed\n$/
    for (const flags of ['', '--parsable', '--json']) {
      const {stderr} = await site.shell(`$GOD submit ${flags} x >&-`)
      assert.match(stderr, said, flags)
    }
    assert.equal((await site.shell('$GOD submit x >/dev/null')).stderr, '')
  })

  it('ends quietly where the reader goes away', async () => {
    const {site} = held
    const script = 'set -o pipefail; $GOD stat -l --header 2>err | head -c 1 >/dev/null; echo $?; cat err'
    for (const command of [
      script,
      script.replace('stat -l --header', 'help submit'),
      script.replace('stat -l --header', 'config'),
    ]) {
      const [code = '', ...messages] = (await site.shell(command)).stdout.trim().split('\n')
      assert.ok(['0', '141'].includes(code), code)
      assert.doesNotMatch(messages.join('\n'), /EPIPE|Error|at /)
    }
  })

  it('tells of an output that cannot be written', async () => {
    const {stdout, code} = await held.site.shell('$GOD stat 2>&1 >/dev/full')
    assert.deepEqual([stdout, code], ['god: the output cannot be written: ENOSPC.\n', 74])
  })

  for (const LANG of ['C', 'POSIX', 'xx_YY.latin1', undefined]) {
    it(`speaks the same in ${LANG ?? 'no language'}`, async () => {
      const {site} = held
      const {stdout} = await site.god(['submit', '-n', '-J', 'größe', 'x'], {env: {LANG, LC_ALL: LANG}})
      assert.match(stdout, /^would submit größe in /)
    })
  }

  it('asks no network: it works where there is none (needs root)', async function () {
    if (!asRoot) return skip(this, 'only root can leave the network')
    const {stdout, code} = await held.site.shell('unshare -n $GOD stat -Q 1')
    assert.deepEqual([stdout, code], ['1\n', 0])
  })

  it('keeps data and messages apart', async () => {
    const {stdout, stderr} = await held.site.god(['stat', '-Q', '1', '99'])
    assert.deepEqual([stdout, stderr], ['1\n', "god: there is no job 99. See 'god stat'.\n"])
  })
})
