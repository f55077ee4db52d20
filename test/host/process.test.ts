/** Whether a holder still lives: never "dead" without certainty, and a pid alone says nothing. */
import assert from 'node:assert/strict'
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {hostname, uptime} from 'node:os'
import {mayBeAlive, ownIdentity, upSeconds} from '../../src/host/process.js'

describe('the identity of a process', () => {
  const children: ChildProcess[] = []
  afterEach(async () => {
    for (const child of children.splice(0)) await end(child)
  })

  const end = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  /** A child with a name that would confuse who counts fields from the left. */
  const startChild = (): {child: ChildProcess; identity: ReturnType<typeof ownIdentity>} => {
    const child = spawn(process.execPath, [
      '-e',
      'process.title = "a) b (c 1 2 3"; setInterval(() => {}, 1000)',
    ])
    children.push(child)
    const pid = child.pid ?? assert.fail('no child')
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
    return {child, identity: {...ownIdentity(), pid, started}}
  }

  it('names this host, this boot and this process', () => {
    const me = ownIdentity()
    assert.equal(me.host, hostname())
    assert.equal(me.pid, process.pid)
    assert.match(me.boot, /^[0-9a-f]{8}-[0-9a-f-]{27}$/)
    assert.match(me.started, /^[0-9]+$/)
    assert.deepEqual(ownIdentity(), me)
  })

  it('tells us as alive', () => {
    assert.equal(mayBeAlive(ownIdentity()), true)
  })

  it('tells a child as alive until it is dead', async () => {
    const {child, identity} = startChild()
    assert.equal(mayBeAlive(identity), true)
    await end(child)
    assert.equal(mayBeAlive(identity), false)
  })

  it("tells a process as dead whose number is another one's now", () => {
    assert.equal(mayBeAlive({...ownIdentity(), started: '1'}), false)
  })

  it('tells every process of an earlier boot as dead', () => {
    assert.equal(mayBeAlive({...ownIdentity(), boot: '00000000-0000-0000-0000-000000000000'}), false)
  })

  it('tells a process of another host as alive: nobody here can know', () => {
    assert.equal(mayBeAlive({host: 'elsewhere', boot: 'x', pid: 1, started: '1'}), true)
  })

  it('tells a process without a known start as alive as long as its number is in use', () => {
    assert.equal(mayBeAlive({...ownIdentity(), started: ''}), true)
    assert.equal(mayBeAlive({...ownIdentity(), pid: 2 ** 22 + 1, started: ''}), false)
  })
})

describe('the seconds since boot', () => {
  it('are those of the host, and never go back', () => {
    const first = upSeconds()
    assert.ok(Math.abs(first - uptime()) < 5)
    assert.ok(upSeconds() >= first)
  })
})
