import assert from 'node:assert/strict'
import {readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {siteForEach, type TestSite} from '../support/site.js'

interface Submitted {
  readonly id: number
  readonly state: string
  readonly existing?: boolean
}

const KEY = ['submit', '--key', 'nightly']

const submitted = async (site: TestSite): Promise<Submitted> =>
  JSON.parse((await site.here([...KEY, '--json', 'true'])).stdout)

const requests = (site: TestSite): number =>
  readdirSync(site.layout.dropFolder(site.open().uid)).filter(name => name.endsWith('.req')).length

describe('god submit --key', () => {
  const held = siteForEach()

  it('prints the id of the job that is there, and queues nothing', async () => {
    const {site} = held
    assert.deepEqual(await site.here([...KEY, 'true']), {stdout: 'Submitted job 1\n', stderr: '', code: 0})
    assert.deepEqual(await site.here([...KEY, 'true']), {
      stdout: 'Job 1 is there already\n',
      stderr: '',
      code: 0,
    })
    assert.deepEqual(await site.here([...KEY, '--parsable', 'true']), {stdout: '1\n', stderr: '', code: 0})
    assert.equal(requests(site), 1)
  })

  it('tells programs whether the job is new', async () => {
    const {site} = held
    const first = await submitted(site)
    assert.deepEqual([first.id, first.existing], [1, undefined])
    await site.pass()
    const {id, state, existing} = await submitted(site)
    assert.deepEqual([id, existing], [1, true])
    assert.notEqual(state, 'pending')
  })

  it('waits for the job that is there, and ends with its code', async () => {
    const {site} = held
    await site.here([...KEY, '-E', 'FAKE_EXIT=3', 'true'])
    for (let i = 0; i < 4; i++) await site.pass()
    const {stdout, code} = await site.here([...KEY, '-W', '--parsable', '-E', 'FAKE_EXIT=3', 'true'])
    assert.deepEqual([stdout, code], ['1\n', 3])
  })

  it('refuses another wish, and names the job', async () => {
    const {site} = held
    await site.here([...KEY, 'true'])
    const {stdout, stderr, code} = await site.here([...KEY, '-c', '2', 'true'])
    assert.deepEqual([stdout, code], ['', 5])
    assert.match(stderr, /job 1 has the key 'nightly', and was asked for something else/)
    assert.match(stderr, /god show 1/)
    assert.equal((await site.here([...KEY, '-n', '-c', '2', 'true'])).code, 5)
  })

  it('tells with --dry-run that nothing would be queued', async () => {
    const {site} = held
    await site.here([...KEY, 'true'])
    const {stderr, code} = await site.here([...KEY, '-n', 'true'])
    assert.deepEqual([stderr, code], ['job 1 has this key: nothing would be queued\n', 0])
  })

  it('takes no key that cannot be seen', async () => {
    for (const key of ['a\u0007', 'x'.repeat(129)])
      assert.equal((await held.site.here(['submit', '--key', key, 'true'])).code, 2)
  })

  it('shows the key to its owner', async () => {
    const {site} = held
    await site.here([...KEY, 'true'])
    assert.match((await site.here(['show', '1'])).stdout, /^key\s+nightly$/m)
    assert.equal((await site.json<{spec: {key?: string}}>(['show', '1'])).spec.key, 'nightly')
  })

  it('is one job for processes that ask at the same moment', async () => {
    const {site} = held
    const all = await Promise.all(Array.from({length: 4}, () => site.god([...KEY, '--parsable', 'true'])))
    const [first] = all
    assert.equal(first?.code, 0, first?.stderr)
    for (const {stdout} of all) assert.equal(stdout, first.stdout)
    assert.equal(requests(site), 1)
  })

  it('is read from a script', async () => {
    const {site} = held
    writeFileSync(join(site.work, 'run.sh'), '#!/bin/sh\n#GOD --key once\necho\n')
    for (let i = 0; i < 2; i++)
      assert.equal((await site.here(['submit', '--parsable', 'run.sh'])).stdout, '1\n')
  })
})

describe('keys in a file of jobs', () => {
  const held = siteForEach()
  const from = (...lines: readonly object[]) => {
    writeFileSync(join(held.site.work, 'jobs'), lines.map(line => `${JSON.stringify(line)}\n`).join(''))
    return held.site.here(['submit', '--parsable', '--from', 'jobs'])
  }
  const job = (key: string, word = 'true') => ({argv: [word], key})

  it('make the file harmless to submit again, line by line', async () => {
    const lines = [job('a'), {argv: ['x']}, {argv: ['y']}, job('b'), job('a')]
    assert.deepEqual((await from(...lines)).stdout, '1\n2\n3\n4\n1\n')
    const {stdout, stderr, code} = await from(...lines)
    assert.deepEqual([stdout, code], ['1\n5\n6\n4\n1\n', 0])
    assert.equal(stderr, '3 of them are there already\n')
  })

  it('are judged before anything is queued', async () => {
    await from(job('a'))
    const {stdout, stderr, code} = await from(job('b'), job('a', 'false'))
    assert.deepEqual([stdout, code], ['', 5])
    assert.match(stderr, /line 2: job 1 has the key 'a'/)
    assert.equal(requests(held.site), 1)
  })

  it('are judged against each other', async () => {
    const {stderr, code} = await from(job('a'), job('a', 'false'))
    assert.equal(code, 5)
    assert.match(stderr, /line 2: another line has the key 'a'/)
  })

  it('hold for jobs that depend on lines above, also of a file that was queued by half', async () => {
    const prep = {...job('a'), name: 'prep'}
    const lines = [prep, {...job('b'), depend: 'afterok:@prep'}, {...job('c'), depend: 'after:@true'}]
    assert.equal((await from(...lines.slice(0, 2))).stdout, '1\n2\n')
    assert.equal((await from(...lines)).stdout, '1\n2\n3\n')
    await held.site.pass()
    const {stdout, stderr, code} = await from(...lines)
    assert.deepEqual([stdout, stderr, code], ['1\n2\n3\n', '3 of them are there already\n', 0])
    const other = await from(prep, {...job('b'), depend: 'afternotok:@prep'})
    assert.deepEqual([other.stdout, other.code], ['1\n', 5])
    assert.match(other.stderr, /job 2 has the key 'b'.*1 of 2 jobs is queued: 1/)
  })

  it('are judged against each other with the names of lines', async () => {
    const prep = {...job('a'), name: 'prep'}
    const {stderr, code} = await from(prep, {...job('b'), depend: 'after:@prep'}, job('b'))
    assert.equal(code, 5)
    assert.match(stderr, /line 3: another line has the key 'b'/)
  })

  it('stand in the lines, not beside the file', async () => {
    writeFileSync(join(held.site.work, 'jobs'), '{"argv":["x"]}\n')
    assert.equal((await held.site.here(['submit', '--key', 'a', '--from', 'jobs'])).code, 2)
  })
})
