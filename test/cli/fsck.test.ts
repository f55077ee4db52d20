import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {FINDINGS_DOC, findingsDocument} from '../../scripts/findings-doc.js'
import {siteForEach, type TestSite} from '../support/site.js'

interface Fsck {
  readonly schema: number
  readonly clean: boolean
  readonly findings: readonly {
    readonly id: string
    readonly severity: string
    readonly job: number | null
    readonly path: string
    readonly text: string
    readonly repair: string | null
    readonly byHand: string
    readonly repaired: boolean
    readonly failed: string | null
  }[]
  readonly looked: {readonly jobs: number; readonly containers: number | null}
  readonly remarks: readonly string[]
}

const flip = (path: string): void => {
  const bytes = readFileSync(path)
  bytes[20] = (bytes[20] ?? 0) ^ 1
  chmodSync(path, 0o600)
  writeFileSync(path, bytes)
}

/** All of it: names, bytes, modes, times. */
const picture = (site: TestSite): string =>
  execFileSync('find', [site.dir, '-printf', '%P %y %m %T@ %s\\n'], {encoding: 'utf8'})

describe('god fsck', () => {
  const held = siteForEach()

  it('finds a good site clean, in one line, and writes nothing', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.submit()
    await site.pass()
    await site.submit()
    const before = picture(site)
    const {stdout, stderr, code} = await site.god(['fsck'])
    assert.deepEqual([stderr, code], ['', 0])
    assert.equal(stdout, 'clean: 2 live jobs, 6 revisions, 1 request, 1 container\n')
    assert.equal(picture(site), before)
  })

  it('tells a damaged record, what repair does, and then does it; the others run on', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.submit('FAKE_SECONDS=0')
    await site.here(['schedule'])
    const path = join(site.layout.bucket(1), '1.3.json')
    flip(path)
    const seen = await site.here(['fsck'])
    assert.equal(seen.code, 1)
    assert.match(
      seen.stdout,
      /^error {3}F_RECORD {12}.*1\.3\.json: its checksum does not fit\n +--repair: sets it aside.*\n1 error: 2 live jobs/,
    )
    const mended = await site.json<Fsck>(['fsck', '--repair'])
    assert.deepEqual(
      mended.findings.map(({id, job, repaired, failed}) => [id, job, repaired, failed]),
      [
        ['F_RECORD', 1, true, null],
        ['F_QUARANTINE', null, false, null],
      ],
    )
    assert.equal(mended.clean, true)
    assert.equal(existsSync(path), false)
    assert.ok(readdirSync(site.layout.quarantine).some(name => /^1\.3\.json\.[0-9a-f]{24}\.why$/.test(name)))
    assert.equal((await site.here(['fsck'])).code, 0)
    await site.pass()
    const {jobs} = await site.json(['stat', '1', '2'])
    assert.deepEqual(
      jobs.map(({state}) => state),
      ['running', 'done'],
    )
  })

  it('makes a job anew whose only record was damaged: held, with the reason, and it runs when released', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=0')
    site.configure([
      'executor = fake',
      'node_name = n1',
      'default_images = busybox:local',
      'allow_user_images = no',
    ])
    await site.here(['schedule'])
    for (const rev of [1, 2, 3]) flip(join(site.layout.bucket(1), `1.${rev}.json`))
    assert.equal((await site.here(['fsck', '--repair', '--no-engine'])).code, 0)
    const {jobs} = await site.json(['stat', '1'])
    assert.equal(jobs[0]?.state, 'held')
    await site.here(['release', '1'])
    await site.pass()
    await site.pass()
    assert.equal((await site.json(['stat', '1'])).jobs[0]?.state, 'done')
  })

  it('works on a directory whose FORMAT is damaged, and mends it by its copy', async () => {
    const {site} = held
    const whole = readFileSync(site.layout.format, 'utf8')
    writeFileSync(site.layout.format, 'torn')
    await site.submit()
    const seen = await site.json<Fsck>(['fsck'])
    assert.deepEqual(
      seen.findings.map(({id}) => id),
      ['F_FORMAT'],
    )
    assert.equal((await site.here(['fsck', '--repair'])).code, 0)
    assert.equal(readFileSync(site.layout.format, 'utf8'), whole)
  })

  it('without a whole FORMAT and copy looks at what it can, and says what it could not', async () => {
    const {site} = held
    writeFileSync(site.layout.format, 'torn')
    writeFileSync(site.layout.formatCopy, 'torn')
    const {findings, looked, remarks, clean} = await site.json<Fsck>(['fsck', '--repair'])
    assert.deepEqual(
      findings.map(({id, repair}) => [id, repair]),
      [
        ['F_FORMAT', null],
        ['F_FORMAT_COPY', null],
      ],
    )
    assert.deepEqual([clean, looked.containers, remarks.length], [false, null, 1])
    assert.match(remarks[0] ?? '', /FORMAT is damaged/)
    const {stderr} = await site.here(['fsck'])
    assert.match(stderr, /^god: neither engine nor accounts were asked: /)
  })

  it('says that an engine was not asked, and looks at the rest', async () => {
    const {site} = held
    site.configure(['executor = docker', 'docker_url = unix:///nonexistent.sock', 'node_name = n1'])
    const {stdout, stderr, code} = await site.here(['fsck'])
    assert.deepEqual([stdout, code], ['clean: 0 live jobs, 0 revisions, 0 requests\n', 0])
    assert.match(stderr, /^god: the engine was not asked: /)
    assert.deepEqual(await site.here(['fsck', '--no-engine']), {stdout, stderr: '', code: 0})
  })

  it('is refused to mend while a scheduler is at work, and says who that is', async () => {
    const {site} = held
    const running = site.start(['schedule', '--watch'])
    await site.read('lock/scheduler.holder')
    const {stderr, code} = await site.here(['fsck', '--repair'])
    assert.equal(code, 75)
    assert.match(
      stderr,
      new RegExp(`^god: the scheduler's lease is held by pid ${running.child.pid} on .*Stop god watch`),
    )
    assert.equal((await site.here(['fsck'])).code, 0)
  })

  it('refuses a place that is no shared directory', async () => {
    const {site} = held
    const {stderr, code} = await site.here(['fsck', '--dir', site.work])
    assert.equal(code, 1)
    assert.match(stderr, /is not a shared directory/)
  })

  it('makes a folder again that is gone, and shuts what is open', async () => {
    const {site} = held
    rmSync(site.layout.nodes, {recursive: true})
    chmodSync(site.layout.journal, 0o777)
    mkdirSync(join(site.layout.specs, 'mine'))
    const {findings} = await site.json<Fsck>(['fsck', '--repair'])
    assert.deepEqual(
      findings.map(({id, repaired}) => [id, repaired]),
      [
        ['F_FOLDER', true],
        ['F_MODE', true],
        ['F_STRANGER', false],
      ],
    )
    assert.deepEqual(
      (await site.json<Fsck>(['fsck'])).findings.map(({path}) => path),
      [join(site.layout.specs, 'mine')],
    )
  })

  it('neutralises what a stranger named', async () => {
    const {site} = held
    writeFileSync(join(site.layout.nodes, 'x\u001b[2J'), '')
    const {stdout} = await site.here(['fsck'])
    assert.match(stdout, /nodes\/x\\x1b\[2J/)
  })

  it('keeps docs/fsck.md true', () => {
    assert.equal(findingsDocument(), readFileSync(FINDINGS_DOC, 'utf8'))
  })
})
