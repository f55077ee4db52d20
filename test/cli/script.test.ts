import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {jobId} from '../../src/core/brand.js'
import {siteForEach, type TestSite} from '../support/site.js'

const TEXT = '#!/bin/sh\necho "größe $1"\n'

interface Spec {
  readonly argv?: readonly string[]
  readonly script?: string
  readonly args?: readonly string[]
}

interface Shown {
  readonly name: string
  readonly spec: Spec
}

describe('a script', () => {
  const held = siteForEach()
  beforeEach(() => {
    writeFileSync(join(held.site.work, 'run.sh'), TEXT)
  })

  const submitted = async (site: TestSite, ...args: readonly string[]): Promise<Shown> => {
    const {stderr, code} = await site.here(['submit', ...args])
    assert.equal(code, 0, stderr)
    return site.json<Shown>(['show', 'last'])
  }
  const program = (...argv: readonly string[]) => ({argv})
  const script = (...args: readonly string[]) => ({script: TEXT, args})

  const spec = async (site: TestSite, ...args: readonly string[]): Promise<Spec> => {
    const {argv, script: text, args: words} = (await submitted(site, ...args)).spec
    return argv === undefined ? {script: text ?? '', args: words ?? []} : {argv}
  }

  it('is a readable file that begins with #!; the rest are its arguments', async () => {
    const {site} = held
    assert.deepEqual(await spec(site, 'run.sh', 'a', '--', '-h'), script('a', '--', '-h'))
    assert.deepEqual(await spec(site, './run.sh'), script())
    assert.deepEqual(await spec(site, join(site.work, 'run.sh')), script())
  })

  it('needs no right to be run, for its text is copied', async () => {
    const {site} = held
    chmodSync(join(site.work, 'run.sh'), 0o400)
    assert.deepEqual(await spec(site, 'run.sh'), script())
    writeFileSync(join(site.work, 'other.sh'), '#!/bin/sh\n')
    const {spec: before} = await submitted(site, 'other.sh')
    writeFileSync(join(site.work, 'other.sh'), '#!/bin/false\n')
    assert.equal(before.script, '#!/bin/sh\n')
    assert.equal((await site.json<Shown>(['show', 'last'])).spec.script, '#!/bin/sh\n')
  })

  it('gives the job its name, as a program does', async () => {
    const {site} = held
    assert.equal((await submitted(site, './run.sh')).name, 'run.sh')
    assert.equal((await submitted(site, '-J', 'mine', './run.sh')).name, 'mine')
  })

  it('behind -- is a program', async () => {
    assert.deepEqual(await spec(held.site, '--', './run.sh', 'a'), program('./run.sh', 'a'))
  })

  it('may be behind a link', async () => {
    const {site} = held
    symlinkSync('run.sh', join(site.work, 'link'))
    assert.deepEqual(await spec(site, './link'), script())
  })

  it('is none where the file does not begin so, or is none', async () => {
    const {site} = held
    writeFileSync(join(site.work, 'text'), 'echo #!\n')
    writeFileSync(join(site.work, 'empty'), '')
    mkdirSync(join(site.work, 'folder'))
    symlinkSync('nowhere', join(site.work, 'dangling'))
    for (const word of ['text', 'empty', 'folder', 'dangling', 'absent'])
      assert.deepEqual(await spec(site, word), program(word), word)
  })

  it('is none where a FIFO stands, and nothing waits for it', async () => {
    const {site} = held
    execFileSync('mkfifo', [join(site.work, 'fifo')])
    assert.deepEqual(await spec(site, './fifo'), program('./fifo'))
  })

  it('lies in the directory of the job, closed and complete', async () => {
    const {site} = held
    await site.here(['submit', '-E', 'FAKE_SECONDS=forever', './run.sh'])
    await site.pass()
    const path = join(site.layout.workOf(site.open().uid, jobId(1)), 'cmd.sh')
    assert.equal(readFileSync(path, 'utf8'), TEXT)
    assert.equal(statSync(path).mode & 0o777, 0o500)
  })

  it('over the size of a request is refused', async () => {
    const {site} = held
    writeFileSync(join(site.work, 'big.sh'), `#!/bin/sh\n${'#'.repeat(256 * 1024)}`)
    const {stderr, code} = await site.here(['submit', './big.sh'])
    assert.deepEqual([code, stderr], [2, 'god: the script ./big.sh is larger than 262144 bytes.\n'])
  })

  it('that is no text is refused', async () => {
    const {site} = held
    writeFileSync(join(site.work, 'bad.sh'), Buffer.from([0x23, 0x21, 0xff, 0x0a]))
    const {stderr, code} = await site.here(['submit', './bad.sh'])
    assert.deepEqual([code, stderr], [2, 'god: the script ./bad.sh is not UTF-8 text.\n'])
  })
})
