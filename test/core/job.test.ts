import assert from 'node:assert/strict'
import fc from 'fast-check'
import * as v from 'valibot'
import {MAX_ID, uid} from '../../src/core/brand.js'
import {type JobRecord, parseRecord, parseSpec} from '../../src/core/job.js'
import {type Parsed, parseWith} from '../../src/core/parse-with.js'
import {STATES} from '../../src/core/state.js'
import {aKey, anyText, anyWish, aRecord, aRunning, aWish, NONCE, NOW, TOK} from './builders.js'

/** What a file can say. */
const asRead = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const far = Number.MAX_SAFE_INTEGER
const whole = (min: number, max: number) => fc.integer({min, max})
const words = (max: number) => anyText.filter(text => text.length <= max)
const moment = whole(0, far)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, {nil: null})

const anyRecord: fc.Arbitrary<JobRecord> = fc
  .record({
    id: whole(1, MAX_ID),
    rev: whole(1, far),
    uid: whole(0, 0xffff_fffe),
    name: words(64),
    image: words(255),
    resources: fc.record({cpus: whole(1, far), memory: whole(1, far), gpus: whole(0, 1024)}),
    walltime: maybe(whole(1, far)),
    nice: whole(-1000, 1000),
    labels: fc.dictionary(aKey(fc.stringMatching(/^[a-z ]{1,9}$/)), words(30), {maxKeys: 3}),
    submitted: moment,
    started: maybe(moment),
    ended: maybe(moment),
    state: fc.constantFrom(...STATES),
    desired: fc.constantFrom('run', 'suspended', 'killed'),
    reason: maybe(
      fc.record({code: fc.constant('exit'), text: words(90), numbers: fc.constant({code: -1.5, at: 'n1'})}),
    ),
    attempt: whole(1, 1_000_000),
    node: maybe(words(255)),
    container: maybe(
      fc.record({
        name: words(128),
        id: maybe(words(128)),
        nonce: fc.constant(NONCE),
        engine: maybe(words(255)),
      }),
    ),
    paused: fc.record({since: maybe(moment), total: moment}),
    stop: maybe(
      fc.record({cause: fc.constantFrom('killed', 'timeout'), at: moment, signal: fc.constant('SIGTERM')}),
    ),
    exit: maybe(fc.record({code: maybe(whole(0, 255)), signal: maybe(whole(1, 64)), oom: fc.boolean()})),
    usage: maybe(
      fc.record({
        cpuSeconds: fc.double({min: 0, max: 1e9, noNaN: true}),
        maxMemory: moment,
        exact: fc.boolean(),
      }),
    ),
    sealed: fc.boolean(),
    prev: maybe(fc.record({rev: whole(1, far), sha256: fc.constant('ab'.repeat(32))})),
  })
  .map(fields => aRecord(fields as Partial<JobRecord>))

type Damage = readonly [what: string, change: Readonly<Record<string, unknown>>]

const refuses = (
  parse: (value: unknown) => Parsed<unknown>,
  base: object,
  damages: readonly Damage[],
): void => {
  for (const [what, change] of damages) {
    it(`${what} is refused, and the field is named`, () => {
      const parsed = parse({...base, ...change})
      assert.ok(!parsed.ok)
      const field = Object.keys(change)[0] ?? ''
      assert.ok(parsed.why.includes(field), parsed.why)
    })
  }
  for (const field of Object.keys(base)) {
    it(`without ${field} it is refused`, () => {
      const {[field]: _, ...rest} = base as Record<string, unknown>
      assert.equal(parse(rest).ok, false)
    })
  }
}

const neverThrows = (parse: (value: unknown) => Parsed<unknown>, base: object): void => {
  const fields = Object.keys(base)
  const anything = fc.oneof(fc.anything({maxDepth: 3}), fc.jsonValue({maxDepth: 3}))
  it('of anything is a value or one short sentence, never an exception (R16)', () => {
    fc.assert(
      fc.property(fc.constantFrom(null, ...fields), anything, (field, value) => {
        const parsed = parse(field === null ? value : {...base, [field]: value})
        assert.ok(parsed.ok || (parsed.why.length > 0 && parsed.why.length <= 400))
      }),
      {numRuns: 20_000},
    )
  })
}

describe('a record', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(anyRecord, record => {
        const parsed = parseRecord(asRead(record))
        assert.ok(parsed.ok, JSON.stringify(parsed))
        assert.deepEqual(asRead(parsed.value), asRead(record))
      }),
      {numRuns: 5000},
    )
  })

  refuses(parseRecord, aRunning({prev: null}), [
    ['another version', {v: 2}],
    ['id 0', {id: 0}],
    ['an id over 31 bits', {id: MAX_ID + 1}],
    ['an id in text', {id: '42'}],
    ['half an id', {id: 1.5}],
    ['an unsafe number', {rev: 2 ** 53}],
    ['an infinite number', {epoch: Number.POSITIVE_INFINITY}],
    ['a negative uid', {uid: -1}],
    ['a uid that becomes 0 in 32 bits (T11)', {uid: 2 ** 32}],
    ['the uid that means nobody in particular', {uid: 0xffff_ffff}],
    ['no cpus', {resources: {cpus: 0, memory: 1, gpus: 0}}],
    ['unknown resources', {resources: {cpus: 1, memory: 1, gpus: 0, tpus: 1}}],
    ['an unknown state', {state: 'Running'}],
    ['an unknown desired state', {desired: 'done'}],
    ['a name of 65 characters', {name: 'x'.repeat(65)}],
    ['a token in capitals', {req: {uid: uid(1), tok: TOK.toUpperCase()}}],
    ['a token that is too long', {req: {uid: uid(1), tok: `${TOK}0`}}],
    ['attempt 0', {attempt: 0}],
    ['exit code 256', {exit: {code: 256, signal: null, oom: false}}],
    ['signal 0', {exit: {code: 128, signal: 0, oom: false}}],
    ['negative cpu seconds', {usage: {cpuSeconds: -1, maxMemory: 0, exact: true}}],
    ['cpu seconds without end', {usage: {cpuSeconds: Number.POSITIVE_INFINITY, maxMemory: 0, exact: true}}],
    ['a paused time without its sum', {paused: {since: NOW}}],
    ['a stop for no reason', {stop: {cause: 'bored', at: NOW, signal: 'SIGTERM'}}],
    ['a hash that is none', {prev: {rev: 1, sha256: 'abc'}}],
    ['a reason without a sentence', {reason: {code: 'held'}}],
    ['a number that is none', {reason: {code: 'x', text: 'y', numbers: {n: Number.NaN}}}],
  ])
  neverThrows(parseRecord, aRunning())

  it('keeps fields that a later god has added, and they are nobody else’s', () => {
    const later = {...aRunning(), later: {x: 1}}
    assert.deepEqual(parseRecord(asRead(later)), {ok: true, value: later})
    assert.equal(parseRecord({...later, name: 7}).ok, false)
    assert.equal(parseRecord({...later, container: {...later.container, later: 1}}).ok, false)
  })
})

describe('the greatest of each kind', () => {
  const long = (length: number): string => 'x'.repeat(length)
  const exit = {code: 255, signal: 64, oom: false}
  const stop = {cause: 'killed', at: NOW, signal: long(16)}
  const taken: readonly (readonly [what: string, most: object, more: object])[] = [
    ['name', {name: long(64)}, {name: long(65)}],
    ['user', {user: long(64)}, {user: long(65)}],
    ['image', {image: long(255)}, {image: long(256)}],
    ['node', {node: long(255)}, {node: long(256)}],
    ['label', {labels: {[long(64)]: long(256)}}, {labels: {[long(65)]: ''}}],
    ['value of a label', {labels: {a: long(256)}}, {labels: {a: long(257)}}],
    ['exit code and signal', {exit}, {exit: {...exit, signal: 65}}],
    ['name of a signal', {stop}, {stop: {...stop, signal: long(17)}}],
    ['reason', {reason: {code: long(64), text: long(1024)}}, {reason: {code: 'x', text: long(1025)}}],
    ['nice', {nice: 1000}, {nice: 1001}],
    ['attempt', {attempt: 1_000_000}, {attempt: 1_000_001}],
    [
      'number of gpus',
      {resources: {cpus: far, memory: far, gpus: 1024}},
      {resources: {cpus: 1, memory: 1, gpus: 1025}},
    ],
  ]
  for (const [what, most, more] of taken) {
    it(`${what} is read, and one more is not`, () => {
      assert.equal(parseRecord({...aRunning(), ...most}).ok, true)
      assert.equal(parseRecord({...aRunning(), ...more}).ok, false)
    })
  }

  it('and the least: no epoch, the first moment, uid 0', () => {
    assert.equal(parseRecord({...aRecord(), epoch: 0, submitted: 0, uid: 0, gid: 0, nice: -1000}).ok, true)
  })

  it('and minus zero is no number of a record or a spec', () => {
    const usage = {cpuSeconds: -0, maxMemory: 0, exact: true}
    for (const odd of [
      {submitted: -0},
      {uid: -0},
      {nice: -0},
      {usage},
      {reason: {code: 'x', text: '', numbers: {a: -0}}},
    ])
      assert.equal(parseRecord({...aRecord(), ...odd}).ok, false, JSON.stringify(Object.keys(odd)))
    assert.equal(parseSpec({v: 1, id: 42, tok: TOK, uid: -0, wish: aWish()}).ok, false)
  })
})

describe('a private spec', () => {
  const spec = {v: 1, id: 42, tok: TOK, uid: 1000, wish: aWish()}

  it('keeps fields that a later god has added, also to the wish', () => {
    const later = {...spec, later: true, wish: {...spec.wish, later: 'x'}}
    assert.deepEqual(parseSpec(asRead(later)), {ok: true, value: later})
    assert.deepEqual(parseSpec({...later, wish: null}).ok, false)
  })

  it('reads back as it was written, whatever the user wished', () => {
    fc.assert(
      fc.property(anyWish, wish => {
        const parsed = parseSpec(asRead({...spec, wish}))
        // Half a surrogate pair is written as an escape and comes back as it was.
        assert.deepEqual(asRead(parsed), asRead({ok: true, value: {...spec, wish}}))
      }),
      {numRuns: 5000},
    )
  })

  refuses(parseSpec, spec, [
    ['another version', {v: '1'}],
    ['a command of no words', {wish: {command: {kind: 'argv', argv: []}}}],
    ['a command in one string', {wish: {command: {kind: 'argv', argv: 'rm -rf'}}}],
    ['a command of another kind', {wish: {command: {kind: 'shell', text: 'id'}}}],
    ['a script without #!', {wish: {command: {kind: 'script', text: 'id', args: []}}}],
    ['a variable that is no text', {wish: aWish({env: {A: 1}} as never)}],
    ['no memory', {wish: aWish({memory: 0})}],
    ['half a second', {wish: aWish({walltime: 0.5})}],
    ['a hold in words', {wish: {...aWish(), hold: 'yes'}}],
    ['an absent field written as null', {wish: {...aWish(), name: null}}],
  ])
  neverThrows(parseSpec, spec)
})

describe('a fault', () => {
  const schema = v.strictObject({a: v.strictObject({b: v.array(v.number())})})

  it('is told with the path to it', () => {
    const parsed = parseWith(schema, {a: {b: [1, 'x']}})
    assert.ok(!parsed.ok)
    assert.match(parsed.why, /^a\.b\.1: .*number/)
  })

  it('of the whole is told without a path', () => {
    const parsed = parseWith(schema, null)
    assert.ok(!parsed.ok)
    assert.doesNotMatch(parsed.why, /^:|^null:/)
  })

  it('quotes little of what it found, however much that is', () => {
    const parsed = parseWith(schema, {a: {b: ['x'.repeat(200_000)]}})
    assert.ok(!parsed.ok && parsed.why.length <= 400)
  })
})
