import assert from 'node:assert/strict'
import {siteForEach} from '../../support/site.js'

interface Job {
  readonly name: string
  readonly nice: number
  readonly priority: number
  readonly begin: string | null
  readonly walltime: number | null
  readonly resources: {readonly cpus: number; readonly memory: number}
}

describe('god update', () => {
  const held = siteForEach()
  const shown = (id: number): Promise<Job> => held.site.json<Job>(['show', String(id)])

  it('changes all that a waiting job asks for, in one request', async () => {
    const {site} = held
    await site.here(['submit', '-H', '-J', 'first', 'x'])
    await site.pass()
    const words = ['--time', '2h', '-c', '2', '-m', '64M', '-p', '3', '--nice', '4', '--rename', 'second']
    const {stdout, stderr, code} = await site.here(['update', '1', ...words, '-b', '2035-01-01'], {
      env: {TZ: 'UTC'},
    })
    assert.deepEqual([stderr, code], ['', 0])
    assert.equal(
      stdout,
      'job 1: update requested: time 2:00:00, 2 cpus, 64M memory, nice 4, priority 3, begins at 2035-01-01T00:00:00Z, another name\n',
    )
    await site.pass()
    const {name, nice, priority, begin, walltime, resources} = await shown(1)
    assert.deepEqual(
      [name, nice, priority, begin, walltime, resources.cpus, resources.memory],
      ['second', 4, 3, '2035-01-01T00:00:00.000Z', 7200, 2, 64 * 1024 ** 2],
    )
    assert.equal((await site.here(['update', '1', ...words])).stdout, 'job 1: is so already\n')
  })

  it('only says what would happen with --dry-run', async () => {
    const {site} = held
    await site.here(['submit', '-H', 'x'])
    await site.pass()
    const {stdout} = await site.here(['update', '1', '--nice', '9', '--dry-run'])
    assert.equal(stdout, 'job 1: would be updated: nice 9\n')
    await site.pass()
    assert.equal((await shown(1)).nice, 0)
  })

  it('refuses at once what the site does not allow', async () => {
    const {site} = held
    site.configure([...site.lines, 'max_cpu = 2'])
    await site.here(['submit', '-H', 'x'])
    await site.pass()
    const {stderr, code} = await site.here(['update', '1', '-c', '3'])
    assert.equal(code, 6)
    assert.match(stderr, /job 1: the job asks for 3 cpus; the site allows 2/)
  })

  it('names its own flags where it refuses, not those that choose jobs there', async () => {
    const {site} = held
    site.configure([
      ...site.lines,
      ...['max_cpu = 2', 'max_ram = 1G', 'max_time = 1d', 'defaults_time = 1h'],
      ...['[queue.short]', 'max_time = 2h', 'max_cpu = 1'],
    ])
    await site.here(['submit', '-H', 'x'])
    await site.here(['submit', '-H', '-q', 'short', 'x'])
    await site.pass()
    const hints: readonly (readonly [string, readonly string[], string])[] = [
      ['1', ['-c', '3'], 'Ask for less with -c.'],
      ['1', ['-m', '2G'], 'Ask for less with -m.'],
      ['1', ['--time', '2d'], 'Set --time TIME.'],
      ['1', ['--rename', ' '], 'Leave --rename out, or give a name.'],
      ['2', ['-c', '2'], 'Ask for less with -c.'],
      ['2', ['--time', '3h'], 'Ask for less with --time.'],
    ]
    for (const [id, words, hint] of hints) {
      const {stderr, code} = await site.here(['update', id, ...words])
      assert.deepEqual([stderr.slice(-hint.length - 1), code === 0], [`${hint}\n`, false], words.join(' '))
    }
    const submitted = await site.here(['submit', '-q', 'short', '-t', '3h', 'x'])
    assert.match(submitted.stderr, /Ask for less with --time, or take another queue with -q\.\n$/)
  })

  it('wants to know what is to be changed, and of which jobs', async () => {
    const {site} = held
    await site.here(['submit', '-H', 'x'])
    const nothing = await site.here(['update', '1'])
    assert.equal(nothing.code, 2)
    assert.match(nothing.stderr, /nothing is to be changed/)
    assert.equal((await site.here(['update', '--nice', '5'])).code, 2)
    assert.equal((await site.here(['update', '1', '--nice', 'x'])).code, 2)
    assert.equal((await site.here(['update', '99', '--nice', '5'])).code, 3)
  })

  it('is for whole arrays: their tasks share what they ask for', async () => {
    const {site} = held
    await site.here(['submit', '-H', '-a', '0-9', 'x'])
    await site.pass()
    const {stderr, code} = await site.here(['update', '1[3-5]', '--nice', '5'])
    assert.equal(code, 2)
    assert.match(stderr, /the tasks of job 1 share what they ask for/)
    assert.equal((await site.here(['update', '1', '--nice', '5'])).code, 0)
  })
})
