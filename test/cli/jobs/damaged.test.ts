/** A job whose record is damaged is told as such, before and after it was set aside; the others are served as ever. */
import assert from 'node:assert/strict'
import {readdirSync, rmSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {NO_FILTERS} from '../../../src/cli/jobs/listing.js'
import {showJob} from '../../../src/cli/show.js'
import {openSite, type Site} from '../../../src/cli/site.js'
import {statExit, statJobs} from '../../../src/cli/stat/stat.js'
import {GodError} from '../../../src/core/errors.js'
import {type FileSystem, realFileSystem} from '../../../src/store/disk/file-system.js'
import {siteForEach} from '../../support/site.js'

describe('a job whose record was cut off', () => {
  const held = siteForEach()

  const cut = async (): Promise<void> => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    const bucket = join(site.layout.live, '0')
    for (const name of readdirSync(bucket)) if (name.startsWith('1.')) truncateSync(join(bucket, name), 100)
    // With it, a pass that has nothing to do for the job opens no record (decision 17).
    rmSync(site.layout.index, {recursive: true})
  }

  for (const aside of [false, true]) {
    const when = aside ? 'after a pass set it aside' : 'before any pass came by'
    const where = aside ? /set aside.*quarantine/s : /no revision of it can be read/

    it(`is named as damaged by show, kill and wait, ${when}`, async () => {
      await cut()
      const {site} = held
      if (aside) await site.pass()
      for (const words of [
        ['show', '1'],
        ['kill', '1'],
        ['wait', '1'],
      ]) {
        const {stdout, stderr, code} = await site.here(words)
        assert.deepEqual([stdout, code], ['', 1], words.join(' '))
        assert.match(stderr, /^god: the record of job 1 is damaged/)
        assert.match(stderr, where)
      }
      assert.equal((await site.json(['show', '1'])).error?.code, 'E_RECORD_BAD')
    })

    it(`keeps no other job from being shown and killed, ${when}`, async () => {
      await cut()
      const {site} = held
      if (aside) await site.pass()
      const {jobs, errors} = await site.json(['stat', '1', '2'])
      assert.deepEqual([jobs.map(({id}) => id), errors?.map(({code}) => code)], [[2], ['E_RECORD_BAD']])
      assert.equal((await site.here(['kill', '2'])).code, 0)
      await site.pass()
      assert.equal((await site.json(['stat', '2'])).jobs[0]?.state, 'killed')
    })
  }

  it('is missing in no list without a word, also when a pass has set it aside', async () => {
    await cut()
    const {site} = held
    const {stdout, stderr, code} = await site.here(['stat', '-Q'])
    assert.deepEqual([stdout, code], ['2\n', 1])
    assert.match(
      stderr,
      /^god: the record of job 1 is damaged: \/.*\/jobs\/live\/0\/1\.\d\.json: cut off: its checksum is missing/m,
    )
    const {errors} = await site.json(['stat'])
    assert.deepEqual(
      errors?.map(each => each.code),
      ['E_RECORD_BAD'],
    )
    await site.pass()
    const aside = await site.here(['stat', '-Q'])
    assert.deepEqual([aside.stdout, aside.code], ['2\n', 1])
    assert.equal(aside.stderr, (await site.here(['show', '1'])).stderr)
    assert.match(
      aside.stderr,
      /^god: the record of job 1 is damaged: its file was set aside\. Read \/.*\.why; .*\n$/,
    )
    const direct = await site.god(['stat', '-Q'])
    const slow = await site.god(['stat', '-Q'], {env: {GOD_NO_FAST: '1'}})
    assert.deepEqual([direct, slow], [aside, aside])
    for (const name of readdirSync(site.layout.quarantine)) rmSync(join(site.layout.quarantine, name))
    assert.deepEqual(await site.here(['stat', '-Q']), {stdout: '2\n', stderr: '', code: 0})
  })

  it('is told of no more where another record of it is there, or it is packed', async () => {
    const {site} = held
    await site.submit()
    await site.pass()
    const aside = (name: string): void => {
      writeFileSync(join(site.layout.quarantine, `${name}.0a`), 'x')
      writeFileSync(join(site.layout.quarantine, `${name}.0a.why`), 'x')
    }
    aside('1.2.json')
    aside('7.json')
    assert.deepEqual(await site.here(['stat', '1', '-Q']), {stdout: '1\n', stderr: '', code: 0})
    assert.equal((await site.here(['stat', '-Q'])).stderr, '')
    assert.equal((await site.pack())?.packed, 1)
    assert.deepEqual(await site.here(['stat', '-Q']), {stdout: '', stderr: '', code: 0})
    aside('9.1.json')
    aside('9.2.json')
    const {stderr, code} = await site.here(['stat', '-Q'])
    assert.match(stderr, /^god: the record of job 9 is damaged: its file was set aside\. Read [^\n]*\n$/)
    assert.equal(code, 1)
  })

  it('is told of as well where an older revision is shown in its place', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    const bucket = join(site.layout.live, '0')
    const newest = readdirSync(bucket).sort().at(-1) ?? assert.fail()
    truncateSync(join(bucket, newest), 100)
    rmSync(site.layout.index, {recursive: true})
    const {jobs, errors} = await site.json(['stat'])
    assert.deepEqual([jobs.length, errors?.length], [1, 1])
    assert.ok(errors?.[0]?.message.includes(newest), errors?.[0]?.message)
  })
})

describe('a job whose record lies on a bad sector', () => {
  const held = siteForEach()

  /** The site, as a command sees it on such a disk. */
  const badSite = async (): Promise<Site> => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    const bad: FileSystem = {
      ...realFileSystem,
      open: (path, ...rest) => {
        if (path.includes('/jobs/live/0/1.')) throw Object.assign(new Error(`EIO: ${path}`), {code: 'EIO'})
        return realFileSystem.open(path, ...rest)
      },
    }
    return openSite({dir: site.dir}, bad)
  }

  const stat = (site: Site, selectors: readonly string[] | null) =>
    statJobs(site, {selectors, filters: NO_FILTERS, everybody: true, sort: 'id', limit: null, since: null})

  it('is told as such, with its path and the error', async () => {
    const site = await badSite()
    const told = (error: unknown): boolean => {
      assert.ok(error instanceof GodError)
      assert.equal(error.code, 'E_RECORD_BAD')
      assert.match(
        error.message,
        /the record of job 1 cannot be read: \/.*\/jobs\/live\/0\/1\.\d\.json \(EIO\)/,
      )
      return true
    }
    assert.throws(() => showJob(site, '1'), told)
    assert.throws(() => stat(site, ['1']), told)
  })

  it('keeps no other job from being shown, and is missing in no list without a word', async () => {
    const site = await badSite()
    for (const selectors of [['1', '2'], null]) {
      const listed = stat(site, selectors)
      const told = listed.failed.map(({code, message}) => [code, /record of job (\d+) /.exec(message)?.[1]])
      assert.deepEqual([listed.jobs.map(({id}) => id), told], [[2], [['E_RECORD_BAD', '1']]])
      assert.equal(statExit(listed), 1)
    }
  })
})
