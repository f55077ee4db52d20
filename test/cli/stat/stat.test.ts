import assert from 'node:assert/strict'
import {rmSync, writeFileSync} from 'node:fs'
import {userInfo} from 'node:os'
import {join} from 'node:path'
import {parseMoment} from '../../../src/cli/stat/stat.js'
import {siteForEach} from '../../support/site.js'

const ME = userInfo().username

describe('god stat', () => {
  const held = siteForEach()

  it('shows my jobs that are not over: a line each, tabs between, no title', async () => {
    const {site} = held
    await site.here(['submit', '-J', 'first', '-c', '2', '-t', '1h', 'true'])
    await site.here(['submit', '-J', 'second', '-H', 'true'])
    await site.here(['submit', '-J', 'third', '-E', 'FAKE_SECONDS=forever', '-m', '1G', 'true'])
    await site.here(['submit', '-J', 'fourth', '-c', '3', 'true'])
    await site.pass()
    await site.here(['submit', '-J', 'fifth', 'true'])
    const {stdout, stderr, code} = await site.god(['stat'])
    assert.deepEqual([stderr, code], ['', 0])
    assert.equal(
      stdout.replace(/\t\d:\d\d\//, '\t0:00/').replace(/, planned for [-\dT:]+Z/, ', planned for TIME'),
      [
        `2\tsecond\tdefault\t${ME}\theld\t-/-\t1\t512M\t0\t(held at submission)`,
        `3\tthird\tdefault\t${ME}\trunning\t0:00/-\t1\t1G\t0\tn1`,
        `4\tfourth\tdefault\t${ME}\tpending\t-/-\t3\t512M\t0\t(next to start; waits for 2 cpus more on n1, planned for TIME)`,
        `5\tfifth\tdefault\t${ME}\tpending\t-/-\t1\t512M\t0\t(no scheduler has taken the request yet)`,
        '',
      ].join('\n'),
    )
  })

  it('is nothing where there is nothing, on both streams', async () => {
    assert.deepEqual(await held.site.here(['stat']), {stdout: '', stderr: '', code: 0})
    assert.deepEqual(await held.site.json(['stat']), {schema: 1, jobs: []})
  })

  it('shows the same as one document', async () => {
    const {site} = held
    await site.submit()
    await site.submit()
    const {schema, jobs} = await site.json(['stat'])
    assert.deepEqual(
      [schema, jobs.map(({id, state, name}) => [id, state, name])],
      [
        1,
        [
          [1, 'pending', 'true'],
          [2, 'pending', 'true'],
        ],
      ],
    )
  })

  it('chooses columns, order and number', async () => {
    const {site} = held
    for (const name of ['b', 'c', 'a']) await site.here(['submit', '-J', name, 'true'])
    const stat = async (...args: readonly string[]) => (await site.here(['stat', ...args])).stdout
    assert.equal(await stat('-o', 'name,id', '-S', 'name'), 'a\t3\nb\t1\nc\t2\n')
    assert.equal(await stat('-o', 'name', '-S', '-id', '-L', '2'), 'a\nc\n')
    assert.equal(await stat('-o', 'id', '-L', '0'), '')
    assert.equal(await stat('-Q'), '1\n2\n3\n')
    assert.equal(await stat('--header', '-o', 'id,state', '1'), 'JOBID\tST\n1\tpending\n')
    assert.equal(await stat('-l'), await stat('-o', 'wide'))
  })

  it('shows jobs that are over if they are named, or ended since', async () => {
    const {site} = held
    await site.submit()
    await site.pass()
    const ids = async (...args: readonly string[]) => (await site.here(['stat', '-Q', ...args])).stdout
    assert.equal(await ids(), '')
    assert.equal(await ids('1'), '1\n')
    assert.equal(await ids('--since', '1h'), '1\n')
    assert.equal(await ids('--since', '2999-01-01'), '')
  })

  it('knows a job at once, and then what became of it', async () => {
    const {site} = held
    await site.here(['submit', '-H', 'true'])
    const reason = async () => {
      const {jobs} = await site.json<{jobs: readonly {reason: {code: string} | null}[]}>(['stat', '1'])
      return jobs[0]?.reason?.code
    }
    assert.equal(await reason(), 'new')
    await site.pass()
    assert.equal(await reason(), 'held')
  })

  it('says aside that nothing will start, and so does submit', async () => {
    const {site} = held
    writeFileSync(site.layout.halt, 'disk\u001b[2J')
    const said = `HALT is set: disk\\x1b[2J; nothing starts until an operator removes ${site.layout.halt}\n`
    for (const args of [
      ['stat', '-Q'],
      ['submit', 'x'],
      ['submit', '-n', 'x'],
    ]) {
      const {stderr, code} = await site.here(args)
      assert.deepEqual([stderr, code], [said, 0], args.join(' '))
    }
    assert.equal((await site.here(['stat', '--json'])).stderr, '')
  })

  it('is not held up by a record that is damaged, a request that is none, or a stray file', async () => {
    const {site} = held
    for (let i = 0; i < 3; i++) await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    await site.submit()
    const {layout} = site
    writeFileSync(join(layout.bucket(2), '2.3.json'), '{"v":1,"id":2')
    writeFileSync(join(layout.bucket(2), 'README'), 'what is this?')
    writeFileSync(join(layout.dropFolder(site.open().uid), `${'0'.repeat(24)}.req`), 'nonsense')
    const seen = async () => {
      const {stdout, stderr, code} = await site.here(['stat', '-o', 'id,state'])
      return [stdout, stderr, code]
    }
    // The index knows what the record was; without it the one before counts, and this is told.
    assert.deepEqual(await seen(), ['1\trunning\n2\trunning\n3\trunning\n4\tpending\n', '', 0])
    rmSync(layout.index, {recursive: true})
    const [stdout, stderr, code] = await seen()
    assert.deepEqual([stdout, code], ['1\trunning\n2\tstarting\n3\trunning\n4\tpending\n', 1])
    assert.match(String(stderr), /^god: the record of job 2 is damaged: .*2\.3\.json: [^\n]*\n$/)
  })
})

describe('a point in time', () => {
  const now = Date.UTC(2026, 0, 31, 12)

  const good: readonly (readonly [string, number])[] = [
    ['90s', now - 90_000],
    ['2h', now - 7_200_000],
    ['1d', now - 86_400_000],
    ['2026-01-30', Date.UTC(2026, 0, 30)],
    ['2026-01-31T08:30:00Z', Date.UTC(2026, 0, 31, 8, 30)],
  ]
  for (const [text, at] of good) it(`may be ${text}`, () => assert.equal(parseMoment(text, now), at))

  for (const text of ['', 'yesterday', '30', '2026', '2026-13-01', '-1h', '1w'])
    it(`is not '${text}'`, () => assert.throws(() => parseMoment(text, now), {code: 'E_AMOUNT_BAD'}))
})
