import assert from 'node:assert/strict'
import {userInfo} from 'node:os'
import {siteForAll, type TestSite} from '../support/site.js'

/** Ids, as the command prints them. */
const ids = async (site: TestSite, args: readonly string[], stdin?: string): Promise<readonly number[]> => {
  const all = ['stat', '-Q', '-t', 'all', ...args]
  const {stdout} = stdin === undefined ? await site.here(all) : await site.god(all, {stdin})
  return stdout
    .split('\n')
    .filter(line => line !== '')
    .map(Number)
}

describe('the choice of jobs', () => {
  const held = siteForAll()
  const me = userInfo().username

  before(async () => {
    const {site} = held
    const submit = (...args: readonly string[]) => site.here(['submit', ...args, '--', 'x'])
    await submit('-J', 'train', '-l', 'run=1', '-l', 'big')
    await submit('-J', 'test', '-l', 'run=2')
    await submit('-J', 'train', '-H')
    await submit('-J', 'other', '-E', 'FAKE_EXIT=1')
    await site.pass()
    await submit('-J', 'train')
  })

  const rows: readonly (readonly [string, readonly number[]])[] = [
    ['1', [1]],
    ['4 2', [2, 4]],
    ['1-3', [1, 2, 3]],
    ['2-9', [2, 3, 4, 5]],
    ['7-9', []],
    ['1-2 2-3 3', [1, 2, 3]],
    ['last', [5]],
    ['@train', [1, 3, 5]],
    ['@train last 2', [1, 2, 3, 5]],
    ['-j 1,3', [1, 3]],
    ['-n train', [1, 3, 5]],
    ['-n train,test', [1, 2, 3, 5]],
    ['-n train -n other', [1, 3, 4, 5]],
    ['-n tra', []],
    ['--label run=1', [1]],
    ['--label run', [1, 2]],
    ['--label run --label big', [1]],
    ['--label run=3', []],
    [`-u ${me}`, [1, 2, 3, 4, 5]],
    ['-u nobody-else', []],
    ['1-4 -n train', [1, 3]],
    ['@train -n test', []],
  ]
  it('is made by ids, ranges, names and filters, alone and together', async () => {
    const {site} = held
    for (const [words, found] of rows) assert.deepEqual(await ids(site, words.split(' ')), found, words)
  })

  const states: readonly (readonly [string, readonly number[]])[] = [
    ['done', [1, 2]],
    ['failed', [4]],
    ['held', [3]],
    ['pending', [5]],
    ['pending,held', [3, 5]],
    ['active', [3, 5]],
    ['over', [1, 2, 4]],
    ['running', []],
  ]
  it('is made by states, and by words for several of them', async () => {
    const {site} = held
    for (const [words, found] of states) {
      const {stdout} = await site.here(['stat', '-Q', '-t', words])
      assert.deepEqual(stdout.split('\n').filter(Boolean).map(Number), found, words)
    }
  })

  it('comes from standard input where it says -', async () => {
    const {site} = held
    assert.deepEqual(await ids(site, ['-'], '3\n1\n'), [1, 3])
    assert.deepEqual(await ids(site, ['2', '-'], ' 4\t4-5 @test '), [2, 4, 5])
  })

  it('is nothing where standard input names none, with a filter too', async () => {
    const {site} = held
    assert.deepEqual(await ids(site, ['-'], '\n'), [])
    assert.deepEqual(await ids(site, ['-', '-n', 'train'], ''), [])
    const {stdout, stderr, code} = await site.god(['kill', '-', '-n', 'train'], {stdin: ''})
    assert.deepEqual([stdout, stderr, code], ['', 'no job matches\n', 0])
  })

  it('feeds one command from another', async () => {
    const {site} = held
    const {stdout, code} = await site.shell(
      '$GOD stat -Q -n train | xargs -r $GOD kill; $GOD stat -Q | $GOD kill -',
    )
    assert.deepEqual([stdout, code], ['job 3: kill requested\njob 5: kill requested\n'.repeat(2), 0])
  })

  it('tells every id that is not there, and goes on with the others', async () => {
    const {site} = held
    const {stdout, stderr, code} = await site.here(['stat', '-Q', '8', '1', '9', '3-4'])
    assert.deepEqual(
      [stdout, stderr, code],
      ['1\n3\n4\n', "god: there is no job 8. See 'god stat'.\ngod: there is no job 9. See 'god stat'.\n", 3],
    )
    const {jobs, errors} = await site.json(['stat', '8', '1'])
    assert.deepEqual([jobs.map(({id}) => id), errors?.map(({code: name}) => name)], [[1], ['E_NO_JOB']])
  })

  it('of nothing that is there is a failure', async () => {
    const {site} = held
    const {error} = await site.json(['stat', '8', '@nobody'])
    assert.deepEqual(
      [error?.code, error?.message],
      ['E_NO_JOB', "there is no job 8; you have no job named 'nobody'"],
    )
  })

  for (const verb of [
    'stat',
    'kill',
    'suspend',
    'resume',
    'hold',
    'release',
    'wait',
    'show',
    'history',
    'logs',
  ]) {
    it(`means the same in god ${verb}`, async () => {
      const {site} = held
      for (const word of ['77', '@nobody', '77[3]', '77_3-9'])
        assert.equal((await site.here([verb, word])).code, 3, word)
      for (const word of ['x', '0', '5-3', '12_', '12[3'])
        assert.equal((await site.here([verb, word])).code, 2, word)
    })
  }

  it('is never guessed: a state that is none is an error with what was meant', async () => {
    const {site} = held
    const {stderr, code} = await site.here(['stat', '-t', 'runing'])
    assert.deepEqual([stderr, code], ["god: there is no state 'runing'. Did you mean running?\n", 2])
    for (const word of ['constructor', '__proto__', 'toString'])
      assert.equal((await site.here(['stat', '-t', word])).code, 2, word)
    assert.match(
      (await site.here(['kill', '-t', 'qqqq'])).stderr,
      /States: pending, held, .*, all, active, over/,
    )
  })
})

describe('thousands of ids', () => {
  const held = siteForAll()

  it('are chosen in one reading of the drop folder', async () => {
    const {site} = held
    for (let i = 0; i < 20; i++) await site.submit()
    const opened = site.open()
    let listings = 0
    const {readdir} = opened.durable.fs
    Object.assign(opened.durable.fs, {
      readdir: (path: string) => {
        if (path === site.layout.dropFolder(opened.uid)) listings++
        return readdir(path)
      },
    })
    try {
      const {selectJobs} = await import('../../src/cli/jobs/listing.js')
      const {parseSelector} = await import('../../src/core/selector.js')
      const words = Array.from({length: 20}, (_, i) => parseSelector(String(i + 1)))
      assert.equal(selectJobs(opened, words).length, 20)
      assert.ok(listings <= 2, `${listings} listings`)
      listings = 0
      assert.equal(selectJobs(opened, words.slice(0, 5)).length, 5)
      assert.ok(listings <= 2, `${listings} listings`)
    } finally {
      Object.assign(opened.durable.fs, {readdir})
    }
  })
})
