/**
 * A site on which jobs wait for all kinds of things: `god why` names the thing that it is, with its numbers, and when that
 * is done the job starts in the next pass.
 */
import assert from 'node:assert/strict'
import {userInfo} from 'node:os'
import {siteForEach} from '../support/site.js'

const CONFIG = [
  ...['executor = fake', 'default_images = busybox:local', 'node_name = n1'],
  ...['[plugin.fake]', 'node_cpus = 4000', `node_memory = ${8 * 1024 ** 3}`],
  ...['[project.tight]', `users = ${userInfo().username}`, '[quota.project.tight]', 'cpus = 1'],
]
const GIB = 1024 ** 3

interface Why {
  readonly state: string
  readonly needs: string | null
  readonly reason: {
    readonly code: string
    readonly numbers?: Readonly<Record<string, string | number>>
  } | null
  readonly forecast: {
    readonly suggestion: {
      readonly node: string
      readonly cpus?: number
      readonly memory?: number
      readonly walltime?: number
    } | null
  } | null
}

describe('god why, of jobs that wait for all kinds of things', () => {
  const held = siteForEach()
  beforeEach(() => held.site.configure(CONFIG))

  const submit = async (...words: string[]): Promise<number> => {
    const all = ['submit', '--parsable', '-E', 'FAKE_SECONDS=forever', ...words, 'x']
    const {stdout, stderr, code} = await held.site.here(all)
    assert.equal(code, 0, stderr)
    return Number(stdout)
  }
  const run = async (...words: string[]): Promise<void> => {
    const {stderr, code} = await held.site.here(words)
    assert.equal(code, 0, stderr)
  }
  const why = (id: number): Promise<Why> => held.site.json<Why>(['why', String(id)])
  const told = async (id: number) => {
    const {code, numbers} = (await why(id)).reason ?? assert.fail(`nothing keeps job ${id}`)
    return [code, numbers] as const
  }
  const runs = async (id: number): Promise<boolean> => (await why(id)).state === 'running'
  /** What a kill frees, the next scheduling pass gives away. */
  const killed = async (...ids: number[]): Promise<void> => {
    await run('kill', '-f', ...ids.map(String))
    await held.site.pass()
    await held.site.pass()
  }

  /** 1 and 2 run on three of four cpus for two hours; 3 is next. */
  const busy = async () => {
    const large = await submit('-c', '2', '-t', '2h')
    const tight = await submit('-c', '1', '-t', '2h', '-P', 'tight')
    await held.site.pass()
    const wide = await submit('-c', '4', '-t', '1h')
    return {large, tight, wide}
  }

  it('cpus: they are short by what the others have, and it starts when those are gone', async () => {
    const {large, tight, wide} = await busy()
    await held.site.pass()
    const [code, numbers = {}] = await told(wide)
    const {at, ...rest} = numbers
    assert.deepEqual([code, rest], ['resources', {resource: 'cpus', short: 3000, node: 'n1'}])
    assert.ok(Math.abs(Number(at) - Date.now() - 2 * 3600_000) < 120_000, `planned for ${at}`)
    await killed(large)
    assert.equal((await told(wide))[1]?.short, 1000)
    await killed(tight)
    assert.ok(await runs(wide))
  })

  it('memory: it starts when it asks for what it is told is there', async () => {
    await submit('-m', '6G', '-t', '2h')
    await held.site.pass()
    const hungry = await submit('-m', '3G', '-t', '1h')
    await held.site.pass()
    const {reason, forecast} = await why(hungry)
    const {at: _, ...numbers} = reason?.numbers ?? {}
    assert.deepEqual(numbers, {resource: 'memory', short: GIB, node: 'n1'})
    assert.deepEqual(forecast?.suggestion, {node: 'n1', memory: 2 * GIB})
    await run('kill', '-f', String(hungry))
    const anew = await submit('-m', '2G', '-t', '1h')
    await held.site.pass()
    assert.ok(await runs(anew))
  })

  it('its turn: the job that is next is before it, and then it is next itself', async () => {
    const {large, wide} = await busy()
    const behind = await submit('-c', '2', '-t', '1h')
    const last = await submit('-c', '2', '-t', '1h')
    await held.site.pass()
    assert.deepEqual(await told(behind), ['priority', {ahead: 1, next: wide}])
    assert.deepEqual(await told(last), ['priority', {ahead: 2, next: wide}])
    await killed(wide)
    assert.deepEqual((await told(behind))[0], 'resources')
    assert.deepEqual(await told(last), ['priority', {ahead: 1, next: behind}])
    await killed(large)
    assert.ok(await runs(behind))
    assert.equal(await runs(last), false)
  })

  it('room, behind one that waits for something else: it starts when that room is free, and the other still waits', async () => {
    held.site.configure([...CONFIG, '[resource.lic]', 'scope = site', 'amount = 1'])
    await submit('-c', '1', '-t', '2h', '--resource', 'lic=1')
    const large = await submit('-c', '2', '-t', '2h')
    await held.site.pass()
    const first = await submit('-c', '1', '-t', '1h', '--resource', 'lic=1')
    const second = await submit('-c', '2', '-t', '1h')
    await held.site.pass()
    assert.deepEqual(await told(second), ['priority', {ahead: 1, next: first}])
    const {needs} = await why(second)
    assert.equal(needs, '1 cpu more free on n1 than the jobs ahead of it take, or a job that asks for less')
    await killed(large)
    assert.deepEqual([await runs(second), await runs(first)], [true, false])
  })

  it('room that is kept: it starts with the walltime that is suggested, or when the other is withdrawn', async () => {
    const {wide} = await busy()
    const [long, other] = [await submit('-c', '0.5', '-t', '24h'), await submit('-c', '0.5', '-t', '24h')]
    await held.site.pass()
    for (const id of [long, other]) {
      const [code, {node, for: whose, until} = {}] = await told(id)
      assert.deepEqual([code, node, whose], ['reserved', 'n1', wide])
      assert.equal(until, (await told(wide))[1]?.at)
    }
    const {walltime} = (await why(long)).forecast?.suggestion ?? assert.fail('no suggestion')
    await run('kill', '-f', String(long))
    const anew = await submit('-c', '0.5', '-t', `${walltime}s`)
    await held.site.pass()
    assert.deepEqual([await runs(anew), await runs(other)], [true, false])
    await killed(wide)
    assert.ok(await runs(other))
  })

  it('a quota: it is used up by what it says, and it starts when that ends', async () => {
    const {tight} = await busy()
    const poor = await submit('-c', '0.5', '-t', '1h', '-P', 'tight')
    await held.site.pass()
    const numbers = {whose: 'project tight', measure: 'cpus', limit: 1000, used: 1000, asked: 500}
    assert.deepEqual(await told(poor), ['quota', numbers])
    assert.equal((await why(poor)).forecast?.suggestion, null)
    await killed(tight)
    assert.ok(await runs(poor))
  })

  it('a hold, and maintenance: it starts when the one is released and the other is over', async () => {
    const stopped = await submit('-H', '-c', '1')
    await held.site.pass()
    assert.equal((await told(stopped))[0], 'held')
    assert.equal((await why(stopped)).needs, `'god release ${stopped}'`)
    held.site.configure(['maintenance = on', ...CONFIG])
    await run('release', String(stopped))
    await held.site.pass()
    assert.equal((await told(stopped))[0], 'maintenance')
    held.site.configure(CONFIG)
    await held.site.pass()
    assert.ok(await runs(stopped))
  })

  it('what no node has: it never waits, and what it is told is there would start', async () => {
    await held.site.pass()
    const {stderr, code} = await held.site.here(['submit', '-c', '99', 'x'])
    assert.equal(code, 6)
    const most = /the largest \(n1\) has (\d+) cpus/.exec(stderr)?.[1] ?? assert.fail(stderr)
    const full = await submit('-c', most)
    await held.site.pass()
    assert.ok(await runs(full))
  })
})
