import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {encode} from '../../src/store/jobs/record-codec.js'
import {siteForEach} from '../support/site.js'

const NO_RIGHTS = 'god: HALT is set: disk full\n'

describe('the passes of cron', () => {
  const held = siteForEach()
  const cron = {env: {PATH: '/usr/bin:/bin', TERM: undefined, LANG: undefined}}

  it('are silent on success', async () => {
    const {site} = held
    await site.submit()
    const silent = {stdout: '', stderr: '', code: 0}
    assert.deepEqual(await site.god(['schedule'], cron), silent)
    assert.deepEqual(await site.god(['watch', '--once'], cron), silent)
    assert.equal((await site.json(['stat', '1'])).jobs[0]?.state, 'done')
    assert.deepEqual(await site.god(['schedule'], cron), silent)
  })

  it('tell what they did as one document', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.here(['submit', '-c', '64', 'x'])
    await site.here(['submit', '-c', '4', 'x'])
    assert.deepEqual(await site.json(['schedule']), {
      schema: 1,
      elsewhere: false,
      admitted: 2,
      refused: 1,
      started: [1],
      pending: 1,
    })
    await site.here(['kill', '1'])
    assert.deepEqual(await site.json(['watch', '--once']), {
      schema: 1,
      elsewhere: false,
      worked: [1],
      orphans: 0,
    })
  })

  it('leave the work to who does it already', async () => {
    const {site} = held
    const service = site.start(['watch'])
    await service.seen(/scheduling, epoch/)
    assert.deepEqual(await site.here(['schedule']), {stdout: '', stderr: '', code: 0})
    assert.deepEqual(await site.json(['schedule']), {schema: 1, elsewhere: true})
    assert.deepEqual(await site.json(['watch', '--once']), {schema: 1, elsewhere: true})
    service.child.kill('SIGTERM')
    assert.equal((await service.done).code, 0)
  })

  it('do nothing under HALT, and say why', async () => {
    const {site} = held
    await site.submit()
    writeFileSync(site.layout.halt, 'disk full\n')
    for (const args of [['schedule'], ['watch', '--once'], ['watch'], ['schedule', '--watch']]) {
      const {stdout, stderr, code} = await site.god(args)
      assert.deepEqual([stdout, code], ['', 75], args.join(' '))
      assert.equal(
        stderr.split('\n').at(-2),
        `${NO_RIGHTS.trim()}. Cure the cause, then remove ${site.layout.halt}.`,
      )
    }
    assert.equal((await site.json(['schedule'])).error?.code, 'E_HALTED')
    assert.equal((await site.json(['stat', '1'])).jobs[0]?.state, 'pending')
    assert.equal((await site.here(['submit', 'x'])).code, 0)
  })

  it('keep what is no request for its owner, and take the others', async () => {
    const {site} = held
    await site.submit()
    const drop = site.layout.dropFolder(site.open().uid)
    const name = (digit: string): string => join(drop, `${digit.repeat(24)}.req`)
    execFileSync('mkfifo', ['-m', '640', name('a')])
    symlinkSync('/etc/passwd', name('b'))
    writeFileSync(name('c'), '{"v":1')
    writeFileSync(name('d'), '')
    const {refused, admitted} = await site.json<{refused: number; admitted: number}>(['schedule'])
    assert.deepEqual([refused, admitted], [4, 1])
    assert.equal((await site.json<{refused: number}>(['schedule'])).refused, 0)
    writeFileSync(name('e'), '')
    symlinkSync('/etc/passwd', name('f'))
    const {stderr} = await site.here(['watch', '--once'])
    assert.match(
      stderr,
      /^\S+ warning: \S*\/inbox\/u\d+: the request was not taken: .*, and 1 more; kept there with/,
    )
    assert.equal((await site.here(['watch', '--once'])).stderr, '')
  })

  it('isolate a damaged record: the others run on', async () => {
    const {site} = held
    for (let i = 0; i < 3; i++) await site.submit()
    await site.here(['schedule'])
    writeFileSync(join(site.layout.bucket(2), '2.4.json'), '{"v":1,"id":2,"rev":4,"st')
    const {code} = await site.here(['watch', '--once'])
    assert.equal(code, 0)
    await site.pass()
    const {jobs} = await site.json(['stat', '1-3'])
    assert.deepEqual(
      jobs.map(({state}) => state),
      ['done', 'done', 'done'],
    )
    assert.match((await site.here(['doctor'])).stdout, /^warn +quarantine +1 damaged file/m)
  })

  const illegal: readonly (readonly [string, object])[] = [
    ['a state that is none', {state: 'purple'}],
    ['a state that cannot follow', {state: 'held'}],
    ['the number of another job', {id: 7}],
    ['a field that is none', {colour: 'red'}],
  ]
  for (const [title, change] of illegal) {
    it(`set a record with ${title} aside, and go on from the one before`, async () => {
      const {site} = held
      await site.submit('FAKE_SECONDS=forever')
      await site.submit('FAKE_SECONDS=forever')
      await site.pass()
      const path = (rev: number): string => join(site.layout.bucket(1), `1.${rev}.json`)
      const {sum: _, ...record} = JSON.parse(readFileSync(path(3), 'utf8'))
      writeFileSync(path(4), encode({...record, rev: 4, ...change}))
      const states = async () => (await site.json(['stat', '1-2'])).jobs.map(({state}) => state)
      assert.deepEqual(await states(), ['running', 'running'])
      await site.pass()
      assert.equal(readdirSync(site.layout.quarantine).filter(name => name.endsWith('.why')).length, 1)
      await site.here(['kill', '1-2'])
      await site.pass()
      await site.pass()
      assert.deepEqual(await states(), ['killed', 'killed'])
    })
  }
})

describe('the service', () => {
  const held = siteForEach()

  it('runs jobs, tells of it on stderr, and stops when it is told to', async () => {
    const {site} = held
    const service = site.start(['watch'])
    await service.seen(/scheduler and watcher of .* on node n1/)
    assert.equal((await site.god(['submit', '-W', '-E', 'FAKE_EXIT=5', 'x'])).code, 5)
    service.child.kill('SIGTERM')
    const {stdout, stderr, code} = await service.done
    assert.deepEqual([stdout, code], ['', 0])
    assert.match(stderr, /^\d{4}-.*Z scheduler and watcher of /)
  })

  it('by Ctrl-C exits with 130', async () => {
    const service = held.site.start(['schedule', '--watch'])
    await service.seen(/scheduler of/)
    await service.listening()
    service.child.kill('SIGINT')
    assert.equal((await service.done).code, 130)
  })

  it('with --json tells a document a line', async () => {
    const service = held.site.start(['watch', '--no-schedule', '--json'])
    await service.seen(/watcher of/)
    await service.listening()
    service.child.kill('SIGTERM')
    const {stdout, stderr} = await service.done
    for (const line of stdout.trim().split('\n')) assert.equal(JSON.parse(line).schema, 1)
    assert.equal(stderr, '')
  })

  it('outlives a log that nobody reads', async () => {
    const {site} = held
    const script = '$GOD watch 2>/dev/full & echo $!; wait $!; echo "exit $?"'
    const running = site.shell(script)
    assert.equal((await site.god(['submit', '-W', '-E', 'FAKE_EXIT=5', 'x'])).code, 5)
    const holder = JSON.parse(await site.read('lock/scheduler.holder'))
    process.kill(holder.pid, 'SIGTERM')
    assert.match((await running).stdout, /exit 0\n$/)
  })

  const bad = ['', '* * * *', '* * * * * *', '61 * * * *', 'hourly']
  it('by a timetable that is none is not begun', async () => {
    for (const expression of bad) {
      const {stderr, code} = await held.site.here(['schedule', '--cron', expression])
      assert.deepEqual([code, stderr.includes('is not a timetable')], [2, true], expression)
    }
  })

  it('by a timetable waits for its time, and stops when it is told to', async () => {
    const service = held.site.start(['schedule', '--cron', '0 0 1 1 *'])
    await service.listening()
    service.child.kill('SIGTERM')
    assert.deepEqual(await service.done, {stdout: '', stderr: '', code: 0})
  })
})
