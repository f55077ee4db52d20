/**
 * R13: the order of promises in one process. Each call of the engine is two moments, when it acts and when its answer
 * comes; so are taking a lease and running out of patience. fast-check puts all of them, what users ask, what rings, and
 * a second process at the same jobs in any order. At the end all rests, every job is over, and the invariants hold.
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type {JobId} from '../../src/core/brand.js'
import {CONTROL_OPS, type ControlOp} from '../../src/core/request.js'
import {isOver} from '../../src/core/state.js'
import {amount, tellCases} from '../support/amount.js'
import {assertAtRest, assertSafe} from '../support/invariants.js'
import {Leases} from '../support/leases.js'
import {LoopDriver, quiet} from '../support/loop-driver.js'
import {type GodProcess, GRACE, World} from '../support/world.js'

type Orders = fc.Scheduler

/** The engine of that process answers when its turn comes. */
const inTurn = (orders: Orders, god: GodProcess, name: string): GodProcess => {
  const {executor} = god.service
  const turn = (what: string): Promise<unknown> => orders.schedule(Promise.resolve(), `${name} ${what}`)
  const slow = new Proxy(executor, {
    get: (target, key: string) => {
      const member: unknown = Reflect.get(target, key)
      if (typeof member !== 'function' || key === 'watch') return member
      const call = member as (...words: unknown[]) => Promise<unknown>
      return async (...words: unknown[]) => {
        await turn(`${key} acts`)
        const answer = await call(...words).then(
          value => () => value,
          (error: unknown) => () => {
            throw error
          },
        )
        await turn(`${key} answers`)
        return answer()
      }
    },
  })
  Object.assign(god.service, {executor: slow})
  return god
}

class Site {
  readonly world = new World()
  readonly leases = new Leases()
  readonly ids: JobId[] = []
  readonly loop: LoopDriver
  /** Passes of another process, under way. */
  readonly #others: Promise<unknown>[] = []
  readonly #orders: Orders
  fault: unknown = null

  constructor(orders: Orders) {
    this.#orders = orders
    const god = inTurn(orders, this.world.process(), 'loop')
    const later = async (what: string): Promise<void> => void (await orders.schedule(Promise.resolve(), what))
    this.loop = new LoopDriver(
      this.world,
      this.leases,
      {
        patience: () => later('patience ends'),
        acquire: async name => {
          await later(`lease ${name}`)
          return this.leases.acquire(name)
        },
      },
      god,
    )
    this.loop.done.catch((error: unknown) => {
      this.fault = error
    })
  }

  other(role: 'schedule' | 'watch'): void {
    const pass = inTurn(this.#orders, this.world.process(), role)
    // One that was overtaken by the loop's epoch has nothing to say.
    this.#others.push(pass[role]().catch((error: unknown) => error))
  }

  /** In whatever order, until nothing waits for its turn. */
  async drain(): Promise<void> {
    for (;;) {
      await quiet()
      if (this.#orders.count() === 0) break
      await this.#orders.waitOne()
    }
    await Promise.all(this.#others)
  }

  /** Nothing fails any more, everything is asked to end, and time goes by. */
  async end(): Promise<void> {
    this.world.engineDown = false
    for (let i = 0; i < 2; i++) {
      if (this.ids.length > 0) this.world.control('kill', this.ids)
      this.world.clock.advance(GRACE)
      this.loop.wake()
      await this.drain()
    }
    for (let i = 0; i < 4; i++) {
      this.world.clock.advance(60_000)
      this.loop.wake()
      await this.drain()
    }
    await this.loop.end()
  }
}

interface Event {
  /** For what fast-check tells of a failure. */
  readonly toString: () => string
  readonly text: string
  readonly act: (site: Site) => void
}

const event = (text: string, act: Event['act']): Event => ({text, act, toString: () => text})

const submit = (env: Readonly<Record<string, string>>): Event =>
  event(`submit ${JSON.stringify(env)}`, ({world, ids}) => void ids.push(world.submit({env})))

const control = (op: ControlOp, which: number): Event =>
  event(`${op} ${which}`, ({world, ids}) => {
    const id = ids[which % Math.max(1, ids.length)]
    if (id !== undefined) world.control(op, [id])
  })

const ring = (which: number): Event =>
  event(`ring ${which}`, ({loop, ids}) => loop.wake(which < 0 ? undefined : ids[which]))

const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  fc
    .record({
      FAKE_SECONDS: fc.constantFrom('0', '3', 'forever', 'forever'),
      FAKE_EXIT: fc.constantFrom('0', '3'),
      FAKE_IGNORES_TERM: fc.constantFrom('0', '0', '1'),
    })
    .map(submit),
  fc.tuple(fc.constantFrom(...CONTROL_OPS), fc.nat({max: 3})).map(words => control(...words)),
  fc.integer({min: -2, max: 3}).map(ring),
  fc.integer({min: -2, max: 3}).map(ring),
  fc.constantFrom(500, 3000, GRACE).map(ms => event(`${ms} ms`, ({world}) => void world.clock.advance(ms))),
  fc.constant(event('slept out', ({loop}) => loop.sleep.end())),
  fc.constantFrom('schedule' as const, 'watch' as const).map(role => event(role, site => site.other(role))),
  fc
    .boolean()
    .map(down =>
      event(`engine ${down ? 'down' : 'up'}`, ({world}) => Object.assign(world, {engineDown: down})),
    ),
)

describe('R13: the loop, in whatever order its promises come', () => {
  const RUNS = amount(60, 20_000)

  it('loses nothing, starts nothing twice, and comes to rest', async () => {
    let turns = 0
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(anyEvent, {maxLength: 16}), async (orders, events) => {
        const site = new Site(orders)
        for (const {text, act} of events) void orders.schedule(Promise.resolve(), text).then(() => act(site))
        await site.drain()
        assertSafe(site.world, site.ids)
        await site.end()
        turns += orders.report().length
        assert.equal(site.fault, null)
        assertAtRest(site.world, site.ids)
        const left = site.ids.filter(id => !isOver(site.world.record(id)?.state ?? 'pending'))
        assert.deepEqual(left, [], 'not over')
      }),
      {numRuns: RUNS},
    )
    tellCases(`R13, ${turns} turns`, RUNS)
  }).timeout(amount(240_000, 7_200_000))
})
