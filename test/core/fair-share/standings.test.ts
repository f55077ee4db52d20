/** Who stands where: the worked examples of the tree and of the classic formula, and what holds for every tree. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {effectiveUsage, inClassicOrder} from '../../../src/core/fair-share/classic.js'
import {inShareOrder, type Rank} from '../../../src/core/fair-share/order.js'
import {NO_SHARES, type Shares, shareTree, standingsOf} from '../../../src/core/fair-share/standings.js'
import {type Placed, placedAmong, type Sharer} from '../../../src/core/fair-share/tree.js'

const user = (name: string, shares: number, used: number): Sharer => ({name, shares, used})
const group = (name: string, shares: number, ...below: readonly Sharer[]): Sharer => ({name, shares, below})

const usersIn = (placed: Placed): readonly Placed[] => placed.below?.flatMap(usersIn) ?? [placed]

const six = (numbers: Readonly<Record<string, number>>): object =>
  Object.fromEntries(Object.entries(numbers).map(([name, n]) => [name, n.toFixed(6)]))

const factors = (ranks: readonly Rank[]): Record<string, number> =>
  Object.fromEntries(ranks.map(({user: name, factor}) => [name, factor]))

const ratios = (ranks: readonly Rank[]): Record<string, number> =>
  Object.fromEntries(ranks.map(({user: name, ratio}) => [name, ratio]))

describe('users beside each other', () => {
  const flat = placedAmong([user('ann', 1, 100), user('bob', 1, 300), user('cai', 2, 100)])

  it('come by what they used of their part (example 4)', () => {
    const order = inShareOrder(flat)
    assert.deepEqual(ratios(order), {cai: 0.4, ann: 0.8, bob: 2.4})
    assert.deepEqual(Object.keys(factors(order)), ['cai', 'ann', 'bob'])
    assert.deepEqual(factors(order), {cai: 1, ann: 2 / 3, bob: 1 / 3})
  })

  it('have those factors by the classic formula (example 4)', () => {
    const order = inClassicOrder(flat)
    assert.deepEqual(six(factors(order)), six({cai: 0.757858, ann: 0.574349, bob: 0.189465}))
  })
})

describe('the classic formula', () => {
  it('is that of the manual, over three levels (example 5)', () => {
    // What else was used on that cluster is somebody's without shares.
    const top = placedAmong([
      group(
        'A',
        40,
        group('B', 30, user('u1', 1, 0.2)),
        group('C', 10, user('u2', 1, 0.25), user('u3', 1, 0)),
      ),
      group('D', 60, group('E', 25, user('u4', 1, 0.25)), group('F', 35, user('u5', 1, 0))),
      user('others', 0, 0.3),
    ])
    const usage = effectiveUsage(top)
    const names = ['u1', 'u2', 'u3', 'u4', 'u5']
    assert.deepEqual(
      names.map(name => usage.get(name)?.effective.toFixed(6)),
      ['0.387500', '0.275000', '0.150000', '0.250000', '0.145833'],
    )
    const {u1, u2, u3, u4, u5} = factors(inClassicOrder(top))
    assert.deepEqual(
      [u1, u2, u3, u4, u5].map(factor => factor?.toFixed(6)),
      ['0.408479', '0.022097', '0.125000', '0.500000', '0.749154'],
    )
  })

  it('gives all the same where nothing was used, and nothing to whom nothing is due', () => {
    const top = placedAmong([user('ann', 1, 0), user('bob', 3, 0), user('zoe', 0, 0)])
    assert.deepEqual(factors(inClassicOrder(top)), {ann: 1, bob: 1, zoe: 0})
  })
})

describe('groups', () => {
  it('that are even are merged (example 6)', () => {
    const top = placedAmong([
      group('A', 40, user('a1', 1, 30), user('a2', 1, 10)),
      group('B', 60, user('b1', 1, 60)),
    ])
    assert.deepEqual(
      top.map(({ratio}) => ratio),
      [1, 1],
    )
    const order = inShareOrder(top)
    assert.deepEqual(
      order.map(({user: name}) => name),
      ['a2', 'b1', 'a1'],
    )
    assert.deepEqual(ratios(order), {a2: 0.5, b1: 1, a1: 1.5})
    assert.deepEqual(factors(order), {a2: 1, b1: 2 / 3, a1: 1 / 3})
  })

  it('do not make one pay for idle colleagues (example 7)', () => {
    const top = placedAmong([
      group('A', 1, user('a1', 1, 60)),
      group('B', 1, user('b1', 1, 40), user('b2', 1, 0), user('b3', 1, 0)),
    ])
    assert.deepEqual(
      top.map(({ratio}) => ratio),
      [1.2, 0.8],
    )
    assert.deepEqual(factors(inShareOrder(top)), {b2: 1, b3: 1, b1: 0.5, a1: 0.25})
    const classic = factors(inClassicOrder(top))
    assert.equal(classic.a1?.toFixed(6), '0.435275')
    assert.equal(classic.b1?.toFixed(6), '0.189465')
  })

  it('that are even with a user are merged with him, who is a group of his own', () => {
    const top = placedAmong([group('A', 1, user('a1', 1, 9), user('a2', 1, 1)), user('solo', 1, 10)])
    assert.deepEqual(factors(inShareOrder(top)), {a2: 1, solo: 2 / 3, a1: 1 / 3})
  })
})

describe('where nothing was used', () => {
  it('all are first', () => {
    const top = placedAmong([group('A', 1, user('a1', 1, 0), user('a2', 5, 0)), user('solo', 1, 0)])
    assert.deepEqual(factors(inShareOrder(top)), {a1: 1, a2: 1, solo: 1})
  })

  it('and nobody is, no order is made', () => {
    assert.deepEqual(inShareOrder([]), [])
    assert.deepEqual(inShareOrder(placedAmong([group('A', 1)])), [])
  })
})

describe('who has no shares', () => {
  it('is last, though he used nothing, and counts for nobody', () => {
    const top = placedAmong([user('ann', 1, 100), user('bob', 1, 50), user('idle', 0, 0), user('zoe', 0, 1)])
    const order = inShareOrder(top)
    assert.deepEqual(
      order.map(({user: name}) => name),
      ['bob', 'ann', 'idle', 'zoe'],
    )
    assert.deepEqual(factors(order), {bob: 1, ann: 0.5, idle: 0, zoe: 0})
    assert.equal(ratios(order).zoe, Number.POSITIVE_INFINITY)
  })

  it('is last also where his group comes first, or his group has none', () => {
    const top = placedAmong([
      group('A', 1, user('a1', 1, 0), user('a0', 0, 0)),
      group('B', 1, user('b1', 1, 100)),
      group('C', 0, user('c1', 5, 0)),
    ])
    assert.deepEqual(factors(inShareOrder(top)), {a1: 1, b1: 0.5, a0: 0, c1: 0})
  })
})

describe('a tree', () => {
  const anyUser = fc.record({shares: fc.integer({min: 0, max: 3}), used: fc.integer({min: 0, max: 4})})
  const anyTop = fc.array(fc.oneof(anyUser, fc.tuple(fc.nat(3), fc.array(anyUser, {maxLength: 3}))), {
    maxLength: 5,
  })

  const built = (shape: readonly (object | readonly [number, readonly object[]])[]): readonly Sharer[] =>
    shape.map((one, i): Sharer => {
      const made = (of: object, name: string): Sharer => ({name, shares: 0, ...of})
      if (!Array.isArray(one)) return made(one, `u${i}`)
      const [shares, below]: readonly [number, readonly object[]] = [one[0], one[1]]
      return {name: `g${i}`, shares, below: below.map((each, j) => made(each, `u${i}.${j}`))}
    })

  const scaled = (sharers: readonly Sharer[], by: number): readonly Sharer[] =>
    sharers.map(one => ({
      ...one,
      ...(one.used === undefined ? {} : {used: one.used * by}),
      ...(one.below === undefined ? {} : {below: scaled(one.below, by)}),
    }))

  const turned = (sharers: readonly Sharer[]): readonly Sharer[] =>
    [...sharers].reverse().map(one => (one.below === undefined ? one : {...one, below: turned(one.below)}))

  const ordersOf = (top: readonly Sharer[]) => {
    const placed = placedAmong(top)
    return {tree: factors(inShareOrder(placed)), classic: factors(inClassicOrder(placed))}
  }

  it('has each user once, with a factor of 0 to 1, and the first with shares has 1 (property)', () => {
    fc.assert(
      fc.property(anyTop, shape => {
        const top = placedAmong(built(shape))
        const order = inShareOrder(top)
        const names = top.flatMap(usersIn).map(({name}) => name)
        assert.deepEqual(order.map(({user: name}) => name).sort(), names.sort())
        for (const {factor} of order) assert.ok(factor >= 0 && factor <= 1)
        for (const [i, {factor}] of order.entries()) assert.ok(factor <= (order[i - 1]?.factor ?? 1))
        if (order.some(({factor}) => factor > 0)) assert.equal(order[0]?.factor, 1)
      }),
    )
  })

  it('gives the same factors however its sharers are listed, and whatever the unit of usage is (property)', () => {
    fc.assert(
      fc.property(anyTop, fc.constantFrom(1 / 1024, 0.1, 3, 86_400, 1e9), (shape, by) => {
        const top = built(shape)
        const {tree, classic} = ordersOf(top)
        assert.deepEqual(ordersOf(turned(top)).tree, tree)
        const other = ordersOf(scaled(top, by))
        assert.deepEqual(other.tree, tree)
        for (const [name, factor] of Object.entries(classic))
          assert.ok(Math.abs((other.classic[name] ?? -1) - factor) < 1e-9)
      }),
    )
  })

  it('puts one who used less before or beside where he was (property)', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({min: 1, max: 5}), fc.nat(9)), {minLength: 1}), sharers => {
        const users = sharers.map(([shares, used], i) => user(`u${i}`, shares, used))
        const before = factors(inShareOrder(placedAmong(users))).u0 ?? -1
        const [first, ...rest] = users
        if (first === undefined) return
        const after = factors(inShareOrder(placedAmong([{...first, used: 0}, ...rest]))).u0 ?? -1
        assert.ok(after >= before)
      }),
    )
  })
})

describe('standings', () => {
  const shares: Shares = {
    groups: new Map([
      ['lab', {shares: 2, users: ['ann', 'bob']}],
      ['guests', {shares: 0, users: ['eve']}],
    ]),
    users: new Map([
      ['bob', {shares: 3}],
      ['dan', {shares: 4}],
    ]),
  }

  it('are of all whom the operator names, and of all who used something', () => {
    const {top} = standingsOf({shares, mode: 'tree'}, new Map([['zed', 5]]))
    assert.deepEqual(
      top.map(({name, shares: n, below}) => [name, n, below?.map(one => [one.name, one.shares])]),
      [
        [
          'lab',
          2,
          [
            ['ann', 1],
            ['bob', 3],
          ],
        ],
        ['guests', 0, [['eve', 1]]],
        ['dan', 4, undefined],
        ['zed', 1, undefined],
      ],
    )
  })

  it('give whom nobody names what is said for all of them', () => {
    const some = {...shares, users: new Map([['*', {shares: 7}]])}
    const tree = shareTree(some, new Map([['zed', 5]]))
    assert.deepEqual(tree.at(-1), {name: 'zed', shares: 7, used: 5})
    assert.equal(tree.length, 3)
    assert.deepEqual(tree[0]?.below?.at(0)?.shares, 1)
  })

  it('tell of one of whom nobody has heard, who comes before all who used something', () => {
    const used = new Map([
      ['ann', 100],
      ['bob', 300],
    ])
    const standings = standingsOf({shares: NO_SHARES, mode: 'tree'}, used)
    assert.deepEqual(standings.of('new'), {ratio: 0, factor: 1})
    assert.deepEqual(standings.of('ann'), {ratio: 0.5, factor: 1})
    const classic = standingsOf({shares: NO_SHARES, mode: 'classic'}, used)
    assert.equal(classic.of('new').factor, 1)
    assert.equal(classic.of('ann').factor, 2 ** -0.5)
  })
})
