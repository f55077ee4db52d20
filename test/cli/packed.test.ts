/** Every command finds a packed job as it finds a live one. */
import assert from 'node:assert/strict'
import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {openSite} from '../../src/cli/site.js'
import {pack} from '../../src/store/packs/packer.js'
import {aPacked, NOON} from '../store/packs/some-packed.js'
import {siteForAll, siteForEach} from '../support/site.js'

interface Answer {
  readonly jobs: readonly {readonly id: number; readonly state: string}[]
}

describe('packed jobs', () => {
  const held = siteForEach()
  let before: Record<string, string>
  const READERS: readonly (readonly string[])[] = [
    ['show', '1', '--json'],
    ['history', '1', '--json'],
    ['logs', '1', '--json'],
    ['wait', '1', '--json'],
    ['stat', '1', '--json'],
    ['stat', '1-2', '--json'],
    ['stat', '@true', '--json'],
    ['stat', '--since', '1h', '--json'],
    ['stat', '-t', 'over', '-a', '--json'],
    ['stat', '-t', 'failed', '--json'],
    ['show', 'last', '--json'],
    ['kill', '1', '--json'],
    ['kill', '2-9', '--json'],
    ['hold', '@true', '--json'],
  ]

  const readAll = async (): Promise<Record<string, string>> => {
    const said: [string, string][] = []
    for (const args of READERS) {
      const {stdout, code} = await held.site.here(args)
      said.push([args.join(' '), `${code} ${stdout}`])
    }
    return Object.fromEntries(said)
  }

  beforeEach(async () => {
    const {site} = held
    await site.submit('FAKE_EXIT=3')
    await site.submit()
    await site.pass()
    before = await readAll()
    await site.pack()
  })

  const ids = async (...args: string[]): Promise<number[]> =>
    (await held.site.json<Answer>(['stat', ...args])).jobs.map(({id}) => id)

  it('are in no folder of live jobs', () => {
    const {layout} = held.site
    assert.deepEqual(readdirSync(layout.bucket(1)), [])
    assert.deepEqual(readdirSync(layout.specBucket(1)), [])
  })

  it('are shown, waited for, listed and refused word by word as before', async () => {
    const after = await readAll()
    for (const [args, text] of Object.entries(before)) {
      // Sealing is one more transition.
      if (args.startsWith('history')) {
        const [then, now] = [text, after[args] ?? ''].map(said => JSON.parse(said.slice(2)).revisions)
        assert.deepEqual(now.slice(0, -1), then)
        assert.equal(now.at(-1).by, 'packer')
      } else assert.equal(after[args], text, args)
    }
  })

  it('are not among those that are not over', async () => {
    assert.deepEqual(await ids('-a'), [])
    assert.deepEqual(await ids('-t', 'pending', '-a'), [])
  })

  it('stand beside live ones', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    assert.deepEqual(await ids('1-9'), [1, 2, 3])
    assert.deepEqual(await ids('2', '@true'), [1, 2, 3])
    assert.deepEqual(await ids('-t', 'all', '-a'), [1, 2, 3])
    assert.equal((await site.json<{id: number}>(['show', 'last'])).id, 3)
    const {jobs} = await site.json<Answer>(['kill', '1-9'])
    assert.deepEqual(
      jobs.map(({id}) => id),
      [3],
    )
  })

  it('whose line is damaged are told of by themselves alone', async () => {
    const {site} = held
    const folder = join(
      site.layout.done,
      readdirSync(site.layout.done).find(name => /^\d{4}$/.test(name)) ?? '',
    )
    const lines = join(folder, readdirSync(folder).find(name => name.endsWith('.ndjson')) ?? '')
    writeFileSync(lines, readFileSync(lines, 'utf8').replace('"state":"failed"', '"state":"fooled"'))
    const {stderr, code} = await site.here(['show', '1'])
    assert.match(stderr, /job 1 was packed, and cannot be read any more: .*checksum does not fit/)
    assert.equal(code, 1)
    assert.deepEqual(await ids('-t', 'all', '-a'), [2])
    assert.equal((await site.here(['show', '2'])).code, 0)
  })

  it('whose archive of specs is damaged are shown, with the reason why their command is missing', async () => {
    const {site} = held
    const folder = join(
      site.layout.done,
      readdirSync(site.layout.done).find(name => /^\d{4}$/.test(name)) ?? '',
    )
    const archive = join(
      folder,
      readdirSync(folder).find(name => name.endsWith('.spec.ndjson.gz')) ?? assert.fail(),
    )
    assert.match((await site.here(['show', '1'])).stdout, /^command +\S/m)
    writeFileSync(archive, Buffer.alloc(readFileSync(archive).length))
    const {stdout, code} = await site.here(['show', '1'])
    assert.equal(code, 0)
    assert.match(stdout, /^command +cannot be told: its private spec is lost; 'god fsck' tells more$/m)
  })

  it('are found by their name, whatever else in their lines looks like it', async () => {
    const {site} = held
    await site.here(['submit', '--name', 'quote', '--label', 'name=wanted', '--', 'true'])
    await site.here(['submit', '--name', 'wanted', '--', 'true'])
    await site.pass()
    await site.pack()
    assert.deepEqual(await ids('@wanted'), [4])
    assert.deepEqual(await ids('@quote'), [3])
    assert.equal((await site.here(['stat', '@want'])).code, 3)
  })

  it('that retention dropped are told of as such, and stay used', async () => {
    const {site} = held
    site.configure([...site.lines, 'done_max_age = 1d'])
    await site.pack(48 * 3600_000)
    const {stderr, code} = await site.here(['show', '1'])
    assert.match(stderr, /there is no job 1 any more: it was dropped by the site's retention/)
    assert.equal(code, 3)
    assert.deepEqual(await ids('-t', 'all', '-a'), [])
    assert.equal(await site.submit(), 3)
  })
})

describe('god gc', () => {
  const held = siteForEach()

  it('tells what it would do, and does it', async () => {
    const {site} = held
    await site.submit()
    await site.pass()
    assert.equal((await site.here(['gc'])).stdout, 'nothing to do\n', 'not so soon after its end')
    assert.equal((await site.pack(3600_000, true))?.packed, 1)
    assert.equal((await site.pack(3600_000, true))?.packed, 1, 'only told')
    assert.equal((await site.pack())?.packed, 1)
    assert.deepEqual(await site.json(['gc', '--dry-run']), {
      schema: 1,
      elsewhere: false,
      dryRun: true,
      packed: 0,
      void: 0,
      merged: 0,
      dropped: 0,
      removed: 0,
    })
  })

  it('says that another packs, which is no error', async () => {
    const {site} = held
    const lease = await site.lease('pack')
    const {stdout, code} = await site.here(['gc'])
    assert.deepEqual([stdout, code], ['another process is packing\n', 0])
    assert.match((await site.here(['gc', '--json'])).stdout, /"elsewhere":true/)
    await lease.release()
  })

  it('does nothing while HALT is set', async () => {
    const {site} = held
    writeFileSync(site.layout.halt, 'the disk\n')
    assert.equal((await site.here(['gc'])).code, 75)
  })
})

describe('more packed jobs than anybody reads', () => {
  const held = siteForAll()
  const MANY = 20_500

  before(function () {
    this.timeout(240_000)
    const site = openSite({dir: held.site.dir})
    const jobs = Array.from({length: MANY}, (_, i) => ({
      job: aPacked(i + 1, NOON + 1000 * i, {uid: site.uid}),
      spec: null,
    }))
    assert.ok(pack(site, {jobs, arrays: []}))
  })

  it('the newest are listed where no moment was named, and it is said that there are more', async () => {
    const {site} = held
    for (const args of [
      ['stat', '-t', 'done', '-Q'],
      ['stat', '-t', 'over', '-a', '-Q'],
    ]) {
      const {stdout, stderr, code} = await site.here(args)
      const ids = stdout.trimEnd().split('\n').map(Number)
      assert.deepEqual([ids.length, ids[0], ids.at(-1), code], [20_000, MANY - 20_000 + 1, MANY, 0])
      assert.match(stderr, /^god: older jobs that are over were left out; .*--since/)
    }
    const {jobs, more} = await site.json<Answer & {readonly more?: boolean}>(['stat', '-t', 'done'])
    assert.deepEqual([jobs.length, more], [20_000, true])
  })

  it('all since a moment are listed, and nothing is said', async () => {
    const since = new Date(NOON).toISOString()
    const {stdout, stderr} = await held.site.here(['stat', '--since', since, '-Q'])
    assert.deepEqual([stdout.trimEnd().split('\n').length, stderr], [MANY, ''])
  })
})
