/**
 * R07: a real small disk is filled, with less or more left, and freed, again and again: running jobs finish, nothing is
 * damaged or promised in vain, no HALT is written, and what waited goes on when there is room.
 */
import assert from 'node:assert/strict'
import {existsSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {EXIT} from '../../src/core/exit.js'
import {layoutOf} from '../../src/store/layout.js'
import {amount, tellCases} from '../support/amount.js'
import type {Ran} from '../support/god.js'
import {godHere} from '../support/god-here.js'
import {realSafety} from '../support/real-invariants.js'
import {temporaryFolder} from '../support/site.js'
import {skip} from '../support/skip.js'
import {MOUNTS, type SmallDisk} from '../support/small-disk.js'

const CYCLES = amount(3, 50)
/** What is left: none at all, or so much that one call or another is the first to meet the end. */
const LEFT = {bytes: [0, 4096, 8192, 16_384, 1024, 32_768], names: [0, 1, 2, 3, 5, 8]}

describe('R07: a full disk', function () {
  this.timeout(120_000 + CYCLES * 60_000)
  let cases = 0
  let fired = 0
  after(() => {
    if (cases > 0) tellCases('R07', cases, fired)
  })

  class Place {
    readonly dir: string
    readonly #disk: SmallDisk
    readonly #told: number[] = []

    constructor(disk: SmallDisk, name: string) {
      this.#disk = disk
      this.dir = join(disk.path, name)
    }

    god(...args: readonly string[]): Promise<Ran> {
      return godHere(args, {dir: this.dir, cwd: '/', env: {GOD_NODE_NAME: 'n1', HOME: '/nonexistent'}})
    }

    async ok(...args: readonly string[]): Promise<string> {
      const {stdout, stderr, code} = await this.god(...args)
      assert.equal(code, 0, `god ${args.join(' ')}: ${stderr}`)
      return stdout
    }

    async submit(seconds: string): Promise<number> {
      const id = Number(await this.ok('submit', '--parsable', '-E', `FAKE_SECONDS=${seconds}`, 'x'))
      this.#told.push(id)
      return id
    }

    async pass(): Promise<void> {
      await this.ok('schedule')
      await this.ok('watch', '--once')
    }

    /** It works, or says that the disk is full. */
    async meetsTheEnd(...args: readonly string[]): Promise<void> {
      const {stdout, stderr, code} = await this.god(...args)
      cases++
      if (code === 0) {
        if (args[0] === 'submit') this.#told.push(Number(stdout))
        return
      }
      fired++
      assert.equal(code, EXIT.disk, `god ${args.join(' ')}: ${stderr}`)
      assert.match(stderr, /ENOSPC/)
      assert.ok(stderr.includes(this.dir), stderr)
      assert.equal(stdout, '', `god ${args.join(' ')}`)
    }

    async state(id: number): Promise<string> {
      return (await this.ok('stat', '-o', 'state', String(id))).trim()
    }

    whole(where: string): void {
      assert.deepEqual(realSafety(this.dir, []).faults, [], where)
      assert.ok(!existsSync(layoutOf(this.dir).halt), where)
    }

    /** Nothing that was promised is gone. */
    promised(): void {
      assert.deepEqual(realSafety(this.dir, this.#told).faults, [])
    }

    fill(left: number): void {
      this.#disk.fill(left)
    }

    free(): void {
      this.#disk.free()
    }
  }

  const cycle = async (place: Place, left: number): Promise<void> => {
    assert.equal(
      (await place.god('init', place.dir, '--executor', 'fake', '--image', 'busybox:local')).code,
      0,
    )
    const [ends, stays, killed] = [
      await place.submit('1'),
      await place.submit('forever'),
      await place.submit('forever'),
    ]
    await place.pass()
    await place.ok('kill', String(killed))
    place.fill(left)
    const where = `${left} left`
    for (const args of [
      ['submit', '--parsable', 'x'],
      ['suspend', String(stays)],
      ['schedule'],
      ['watch', '--once'],
    ])
      await place.meetsTheEnd(...args)
    place.whole(where)
    for (const args of [['submit', '--parsable', 'x'], ['watch', '--once'], ['schedule']])
      await place.meetsTheEnd(...args)
    place.whole(where)
    place.free()
    const end = Date.now() + 30_000
    while ((await place.state(ends)) !== 'done' || (await place.state(killed)) !== 'killed') {
      assert.ok(Date.now() < end, `${where}: ${await place.ok('stat', '-a', '-t', 'all')}`)
      await place.pass()
    }
    assert.match(await place.state(stays), /^(running|suspended)$/)
    await place.pass()
    place.promised()
    place.whole(where)
  }

  for (const [what, mount] of Object.entries(MOUNTS)) {
    it(`R07: ${what}, ${CYCLES} times`, async function () {
      const folder = temporaryFolder()
      const disk = mount(folder)
      try {
        if (disk === null) return skip(this, `a small disk cannot be mounted here (${what})`)
        const amounts = what.startsWith('names') ? LEFT.names : LEFT.bytes
        for (let i = 0; i < CYCLES; i++) {
          const place = new Place(disk, `god${i}`)
          await cycle(place, amounts[i % amounts.length] ?? 0)
          rmSync(place.dir, {recursive: true})
        }
      } finally {
        disk?.remove()
        rmSync(folder, {recursive: true, force: true})
      }
    })
  }
})
