/** Real commands on a disk that does not give one file: the kernel's answer to its open is EIO (strace). */
import assert from 'node:assert/strict'
import {readdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {TestSite} from '../support/site.js'
import {skip} from '../support/skip.js'
import {hasStrace, withoutFile} from '../support/traced.js'

describe('a real command on a disk with a bad sector', function () {
  this.timeout(240_000)
  let site: TestSite
  let record: string
  before(async function () {
    if (!hasStrace()) skip(this, 'needs strace')
    site = new TestSite()
    for (let i = 0; i < 2; i++) await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    // What the index tells of needs no open.
    rmSync(site.layout.index, {recursive: true})
    const newest = readdirSync(site.layout.bucket(1)).filter(name => name.startsWith('1.'))
    record = join(site.layout.bucket(1), newest.sort().at(-1) ?? '')
  })
  after(() => site?.remove())

  const lines = (text: string): readonly string[] => text.split('\n').slice(0, -1)

  it('stat shows the others, says which one is missing and where, and fails', async () => {
    const {stdout, stderr, code} = await withoutFile(record, ['stat', '--quiet'], site.dir)
    assert.deepEqual([stdout, code], ['2\n', 1], stderr)
    assert.match(lines(stderr)[0] ?? '', /^god: the record of job 1 cannot be read: .*\/1\.\d\.json \(EIO\)/)
  })

  it('doctor names it with its remedy', async () => {
    const {stdout} = await withoutFile(record, ['doctor', '--json'], site.dir)
    const finding = JSON.parse(stdout).findings.find(({check}: {check: string}) => check === 'records')
    assert.equal(finding.severity, 'warning')
    assert.match(finding.text, /record of job 1 cannot be read: .* \(EIO\)/)
    assert.match(finding.remedy, /god fsck/)
  })

  it('fsck finds it, and sets nothing aside unasked', async () => {
    const {stdout, code} = await withoutFile(record, ['fsck', '--json'], site.dir)
    assert.equal(code, 1)
    assert.deepEqual(
      JSON.parse(stdout).findings.map(({id, path}: {id: string; path: string}) => [id, path]),
      [['F_UNREADABLE', record]],
    )
  })

  it('a pass starts the others, and says it', async () => {
    const id = await site.submit('FAKE_SECONDS=forever')
    const {stderr, code} = await withoutFile(record, ['schedule'], site.dir)
    assert.equal(code, 0)
    assert.match(stderr, /record of job 1 cannot be read/)
    assert.equal((await site.json(['stat', String(id)])).jobs[0]?.state, 'running')
  })
})
