/** Leases among real processes on the real file system. */
import assert from 'node:assert/strict'
import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process'
import {once} from 'node:events'
import {
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {createInterface, type Interface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import {GodError} from '../../src/core/errors.js'
import {mayBeAlive, ownIdentity, type ProcessIdentity} from '../../src/host/process.js'
import {createLeases, type Lease} from '../../src/store/lease.js'
import {type RealFolder, realFolder} from './disk/real-folder.js'

const HOLDER = fileURLToPath(new URL('lease-holder.ts', import.meta.url))
const NAME = 'scheduler'

/** Another process that may hold the lease. */
class Holder {
  readonly child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  readonly #reader: Interface

  constructor(folder: string) {
    this.child = spawn(process.execPath, ['--import=tsx', HOLDER, folder, NAME])
    this.#reader = createInterface({input: this.child.stdout})
    this.#lines = this.#reader[Symbol.asyncIterator]()
  }

  async hears(): Promise<string> {
    return (await this.#lines.next()).value ?? 'nothing more'
  }

  ask(what: string): Promise<string> {
    this.child.stdin.write(`${what}\n`)
    return this.hears()
  }

  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const gone = once(this.child, 'exit')
    this.child.kill(signal)
    await gone
  }
}

describe('a lease', function () {
  this.timeout(30_000)
  let place: RealFolder
  let folder: string
  let up: number
  let held: Lease[]
  let holders: Holder[]
  beforeEach(() => {
    place = realFolder()
    folder = join(place.path, 'lock')
    mkdirSync(folder)
    up = 1000
    held = []
    holders = []
  })
  afterEach(async () => {
    for (const holder of holders) await holder.end()
    for (const lease of held) await lease.release()
    place.remove()
  })

  const lock = (): string => join(folder, `${NAME}.lock`)
  const holderFile = (): string => join(folder, `${NAME}.holder`)
  const acquire = async (over: Partial<ProcessIdentity> = {}): Promise<Lease | null> => {
    const self = {...ownIdentity(), ...over}
    const leases = createLeases({
      folder,
      self,
      mayBeAlive,
      upSeconds: () => up,
      staleAfter: 30,
      update: 60_000,
    })
    const lease = await leases(NAME)
    if (lease !== null) held.push(lease)
    return lease
  }
  const holder = async (): Promise<Holder> => {
    const one = new Holder(folder)
    holders.push(one)
    return one
  }
  /** A lock that some process left. */
  const left = (by: Partial<ProcessIdentity> | string | null): void => {
    mkdirSync(lock())
    if (by === null) return
    writeFileSync(holderFile(), typeof by === 'string' ? by : JSON.stringify({...ownIdentity(), ...by}))
  }
  const isHeld = async (): Promise<boolean> => (await acquire()) === null

  describe('that is free', () => {
    it('is taken, named, kept, and given back without a trace', async () => {
      const lease = await acquire()
      assert.ok(lease !== null)
      assert.equal(lease.lost(), false)
      assert.deepEqual(JSON.parse(readFileSync(holderFile(), 'utf8')), ownIdentity())
      await lease.release()
      await lease.release()
      assert.deepEqual(readdirSync(folder), [])
      assert.equal(lease.lost(), true)
    })

    it('is taken although one was given back or left half-made before', async () => {
      for (let round = 0; round < 3; round++) {
        const lease = await acquire()
        assert.ok(lease !== null)
        await lease.release()
      }
    })

    it("is kept where its holder's name cannot be written: then nobody knows him", async () => {
      mkdirSync(holderFile())
      const lease = await acquire()
      assert.ok(lease !== null)
      assert.equal(lease.lost(), false)
      rmdirSync(holderFile())
    })

    it('cannot be taken where there is no folder for it', async () => {
      folder = join(place.path, 'no')
      await assert.rejects(acquire(), /ENOENT/)
    })
  })

  describe('of another process', () => {
    it('is refused while that one lives, and free when it gave it back', async () => {
      const other = await holder()
      assert.equal(await other.hears(), 'held')
      assert.equal(await isHeld(), true)
      assert.equal(await other.ask('release'), 'released')
      assert.notEqual(await acquire(), null)
    })

    it('is free at once when that one was killed', async () => {
      const other = await holder()
      assert.equal(await other.hears(), 'held')
      await other.end('SIGKILL')
      assert.ok(existsSync(lock()))
      assert.notEqual(await acquire(), null)
    })

    it('is free when that one came to its end by itself', async () => {
      const other = await holder()
      assert.equal(await other.hears(), 'held')
      const gone = once(other.child, 'exit')
      other.child.stdin.write('exit\n')
      await gone
      assert.ok(!existsSync(lock()))
      assert.notEqual(await acquire(), null)
    })

    it("that stalls is taken over, and its late release leaves the successor's lock alone", async () => {
      const other = await holder()
      assert.equal(await other.hears(), 'held')
      other.child.kill('SIGSTOP')
      assert.equal(await isHeld(), true, 'seen for the first time')
      up += 29
      assert.equal(await isHeld(), true)
      up += 1
      const mine = await acquire()
      assert.ok(mine !== null, 'unchanged for thirty seconds of our clock')
      other.child.kill('SIGCONT')
      assert.equal(await other.ask('lost'), 'true')
      assert.equal(await other.ask('release'), 'released')
      assert.equal(mine.lost(), false)
      assert.ok(existsSync(lock()))
      assert.equal(await isHeld(), true)
    })

    it("that stalled is not removed by that one's end either", async () => {
      const other = await holder()
      assert.equal(await other.hears(), 'held')
      other.child.kill('SIGSTOP')
      await isHeld()
      up += 30
      const mine = await acquire()
      assert.ok(mine !== null)
      const gone = once(other.child, 'exit')
      other.child.kill('SIGCONT')
      other.child.stdin.write('exit\n')
      await gone
      assert.equal(mine.lost(), false)
    })

    it('is held by one of two that ask at once', async () => {
      const both = [await holder(), await holder()]
      const answers = await Promise.all(both.map(one => one.hears()))
      assert.deepEqual(answers.sort(), ['held', 'refused'])
    })
  })

  describe('that somebody left', () => {
    const stale: readonly (readonly [string, () => Partial<ProcessIdentity>])[] = [
      ['a process of this host that is gone', () => ({pid: 2 ** 22 + 1})],
      ["a process whose number is another one's now", () => ({started: '1'})],
      ['a process of this host before its last boot', () => ({boot: 'another boot'})],
    ]
    for (const [whom, by] of stale) {
      it(`is free at once if it was ${whom}`, async () => {
        left(by())
        assert.notEqual(await acquire(), null)
      })
    }

    const unknown: readonly (readonly [string, Partial<ProcessIdentity> | string | null])[] = [
      ['another host', {host: 'elsewhere'}],
      ['nobody knows whom', null],
      ['somebody with a damaged name', '{"host":'],
      ['somebody with a strange name', '{"host":1}'],
    ]
    for (const [whom, by] of unknown) {
      it(`is free after thirty seconds without a change if it is of ${whom}`, async () => {
        left(by)
        assert.equal(await isHeld(), true)
        up += 29
        assert.equal(await isHeld(), true)
        up += 2
        assert.notEqual(await acquire(), null)
      })
    }

    it('is held as long as it changes, whatever its own clock says', async () => {
      left({host: 'elsewhere'})
      for (const year of [1971, 2026, 2400]) {
        const time = Date.UTC(year) / 1000
        lutimesSync(lock(), time, time)
        assert.equal(await isHeld(), true, String(year))
        up += 29
        assert.equal(await isHeld(), true, String(year))
        up += 29
      }
    })

    it('is watched from the first look after a boot: the clock begins anew with it', async () => {
      left({host: 'elsewhere'})
      assert.equal(await isHeld(), true)
      up += 1000
      assert.equal(await acquire({boot: 'another boot'}), null)
      up += 30
      assert.notEqual(await acquire({boot: 'another boot'}), null)
    })

    it('is watched anew if it was given to another one meanwhile', async () => {
      left({host: 'elsewhere'})
      assert.equal(await isHeld(), true)
      up += 29
      rmdirSync(lock())
      mkdirSync(lock())
      utimesSync(lock(), 1, 1)
      up += 29
      assert.equal(await isHeld(), true)
    })

    it('is not taken by two: who comes later leaves the new lock alone', async () => {
      left({pid: 2 ** 22 + 1})
      const taken = await Promise.all([acquire(), acquire(), acquire()])
      assert.equal(taken.filter(lease => lease !== null && !lease.lost()).length, 1)
    })

    it("is not taken if the dead holder's name was removed by another one meanwhile", async () => {
      left({pid: 2 ** 22 + 1})
      const self = ownIdentity()
      const leases = createLeases({
        folder,
        self,
        mayBeAlive: () => {
          unlinkSync(holderFile())
          return false
        },
        upSeconds: () => up,
        staleAfter: 30,
        update: 60_000,
      })
      assert.equal(await leases(NAME), null)
      assert.ok(existsSync(lock()))
    })

    it('and took away while it was judged is free', async () => {
      left({pid: 2 ** 22 + 1})
      const leases = createLeases({
        folder,
        self: ownIdentity(),
        mayBeAlive: () => {
          rmdirSync(lock())
          return false
        },
        upSeconds: () => up,
        staleAfter: 30,
        update: 60_000,
      })
      const lease = await leases(NAME)
      assert.ok(lease !== null)
      held.push(lease)
    })

    it('and took away before it was looked at is tried again at the next pass', async () => {
      left({host: 'elsewhere'})
      const leases = createLeases({
        folder,
        self: ownIdentity(),
        mayBeAlive: () => {
          rmdirSync(lock())
          return true
        },
        upSeconds: () => up,
        staleAfter: 30,
        update: 60_000,
      })
      assert.equal(await leases(NAME), null)
      assert.notEqual(await acquire(), null)
    })

    it('as a file, or with something in it, is told of with its cure', async () => {
      writeFileSync(lock(), '')
      assert.equal(await isHeld(), true)
      up += 30
      const complains = (error: unknown): boolean =>
        error instanceof GodError &&
        error.code === 'E_DIR_BAD' &&
        /scheduler\.lock cannot be removed/.test(error.message)
      await assert.rejects(acquire(), complains)
      unlinkSync(lock())
      left({pid: 2 ** 22 + 1})
      writeFileSync(join(lock(), 'x'), '')
      await assert.rejects(acquire(), complains)
    })
  })

  describe('that is held', () => {
    it("is lost when its lock is gone, or another one's", async () => {
      const lease = await acquire()
      assert.ok(lease !== null)
      rmdirSync(lock())
      assert.equal(lease.lost(), true)
      // The file system gives the same number again: only the name tells.
      left({host: 'elsewhere'})
      assert.equal(lease.lost(), true)
      await lease.release()
      assert.ok(existsSync(lock()))
      assert.equal(JSON.parse(readFileSync(holderFile(), 'utf8')).host, 'elsewhere')
      rmdirSync(lock())
    })

    it('is lost for good when somebody touched its lock: it was compromised', async () => {
      const leases = createLeases({
        folder,
        self: ownIdentity(),
        mayBeAlive,
        upSeconds: () => up,
        staleAfter: 30,
        update: 1000,
      })
      const lease = await leases(NAME)
      assert.ok(lease !== null)
      utimesSync(lock(), 1, 1)
      for (let i = 0; i < 60 && !lease.lost(); i++) await new Promise(done => setTimeout(done, 100))
      assert.equal(lease.lost(), true)
      await lease.release()
      assert.ok(existsSync(lock()), 'what became of it is not our business any more')
    })
  })
})
