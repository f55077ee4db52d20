/**
 * R10: a lock that somebody left, of every kind, met by one or by several at once: one of them takes it over, at once
 * or when it has not changed for the time of a lease on the observer's clock, or it is told why nobody can.
 */
import assert from 'node:assert/strict'
import {existsSync, lutimesSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {GodError} from '../../src/core/errors.js'
import {mayBeAlive, ownIdentity, type ProcessIdentity} from '../../src/host/process.js'
import {createLeases, type Lease} from '../../src/store/lease.js'
import {type RealFolder, realFolder} from '../store/disk/real-folder.js'
import {amount, tellCases} from '../support/amount.js'
import {type Dice, dice} from '../support/seeded.js'

const ROUNDS = amount(5, 200)
const STALE_AFTER = 30
const NAME = 'scheduler'
/** Larger than any process number of Linux. */
const NO_PID = 2 ** 22

type Answer = 'at once' | 'after the time of a lease' | 'never, and says why'

interface Kind {
  readonly left: string
  readonly make: (lock: string, chance: Dice) => void
  readonly answer: Answer
}

const held =
  (by: (chance: Dice) => Partial<ProcessIdentity>) =>
  (lock: string, chance: Dice): void => {
    mkdirSync(lock)
    writeFileSync(lock.replace(/lock$/, 'holder'), JSON.stringify({...ownIdentity(), ...by(chance)}))
  }

const elsewhere = held(chance => ({host: 'elsewhere', pid: 1 + chance.roll(NO_PID)}))

const dated =
  (years: readonly number[]) =>
  (lock: string, chance: Dice): void => {
    elsewhere(lock, chance)
    const time = Date.UTC(chance.pick(years), chance.roll(12)) / 1000
    lutimesSync(lock, time, time)
  }

const damaged = (lock: string, chance: Dice): void => {
  mkdirSync(lock)
  writeFileSync(
    lock.replace(/lock$/, 'holder'),
    chance.pick(['', '{"host":', '[]', '{"pid":1}', '\u0000'.repeat(80)]),
  )
}

const KINDS: readonly Kind[] = [
  {
    left: 'by a process that is gone',
    make: held(chance => ({pid: NO_PID + chance.roll(1000)})),
    answer: 'at once',
  },
  {
    left: 'by one whose number another one has now',
    make: held(chance => ({started: String(chance.roll(9))})),
    answer: 'at once',
  },
  {
    left: 'before the last boot',
    make: held(chance => ({boot: `boot ${chance.roll(1000)}`})),
    answer: 'at once',
  },
  {left: 'by another host', make: elsewhere, answer: 'after the time of a lease'},
  {left: 'by nobody knows whom', make: lock => mkdirSync(lock), answer: 'after the time of a lease'},
  {left: 'by a damaged name', make: damaged, answer: 'after the time of a lease'},
  {left: 'with a time to come', make: dated([2040, 2100, 2400]), answer: 'after the time of a lease'},
  {left: 'with a time long ago', make: dated([1971, 1999, 2020]), answer: 'after the time of a lease'},
  {left: 'as a file', make: lock => writeFileSync(lock, 'x'), answer: 'never, and says why'},
  {
    left: 'with something in it',
    make: lock => {
      mkdirSync(lock)
      writeFileSync(join(lock, 'x'), '')
    },
    answer: 'never, and says why',
  },
]

class Place {
  readonly #folder: RealFolder = realFolder()
  readonly lock = join(this.#folder.path, `${NAME}.lock`)
  up = 1000

  /** As several processes that come at the same time. */
  async ask(contenders: number): Promise<readonly (Lease | null | GodError)[]> {
    const leases = Array.from({length: contenders}, () =>
      createLeases({
        folder: this.#folder.path,
        self: ownIdentity(),
        mayBeAlive,
        upSeconds: () => this.up,
        staleAfter: STALE_AFTER,
        update: 60_000,
      })(NAME).catch((error: unknown) => {
        if (error instanceof GodError) return error
        throw error
      }),
    )
    return Promise.all(leases)
  }

  remove(): void {
    this.#folder.remove()
  }

  /** But for the note of what was seen of it. */
  names(): readonly string[] {
    return readdirSync(this.#folder.path).filter(name => !name.includes('.seen-'))
  }
}

const winners = (answers: readonly (Lease | null | GodError)[]): readonly Lease[] =>
  answers.filter(
    (answer): answer is Lease => answer !== null && !(answer instanceof GodError) && !answer.lost(),
  )

/** One has it, all others are refused; given back it leaves nothing. */
const assertOne = async (place: Place, contenders: number, where: string): Promise<void> => {
  let won = winners(await place.ask(contenders))
  // Of several that meet a dead holder, the one that removed his name may find the lock not yet away: the next pass.
  if (won.length === 0) won = winners(await place.ask(1))
  assert.equal(won.length, 1, where)
  assert.deepEqual(winners(await place.ask(contenders)), [], where)
  await won[0]?.release()
  assert.deepEqual(place.names(), [], where)
}

const assertTold = (place: Place, answers: readonly (Lease | null | GodError)[], where: string): void => {
  assert.deepEqual(winners(answers), [], where)
  const told = answers.filter((answer): answer is GodError => answer instanceof GodError)
  assert.ok(told.length > 0, where)
  for (const {code, message, hint} of told) {
    assert.equal(code, 'E_DIR_BAD', where)
    assert.ok(message.includes(place.lock), message)
    assert.equal(hint, 'Remove it by hand.')
  }
  assert.ok(existsSync(place.lock), where)
}

describe('R10: a lock that was left', function () {
  this.timeout(60_000 + ROUNDS * 2000)
  let cases = 0
  after(() => tellCases('R10', cases, cases))

  const meet = async ({make, answer}: Kind, chance: Dice, where: string): Promise<void> => {
    const place = new Place()
    try {
      make(place.lock, chance)
      const contenders = 1 + chance.roll(4)
      if (answer !== 'at once') {
        assert.deepEqual(winners(await place.ask(contenders)), [], `${where}, at first sight`)
        place.up += STALE_AFTER - 1
        assert.deepEqual(winners(await place.ask(contenders)), [], `${where}, a moment before`)
        place.up += 1 + chance.roll(1000)
      }
      if (answer === 'never, and says why') assertTold(place, await place.ask(1), where)
      else await assertOne(place, contenders, where)
      cases++
    } finally {
      place.remove()
    }
  }

  for (const [i, kind] of KINDS.entries()) {
    it(`R10: ${kind.left} is taken over ${kind.answer}`, async () => {
      for (let round = 0; round < ROUNDS; round++) await meet(kind, dice(i * 1000 + round), `round ${round}`)
    })
  }
})
