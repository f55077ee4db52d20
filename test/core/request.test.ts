import assert from 'node:assert/strict'
import fc from 'fast-check'
import {MAX_ID} from '../../src/core/brand.js'
import {
  CONTROL_OPS,
  isSubmission,
  jobsOf,
  MAX_BULK_BYTES,
  MAX_REQUEST_BYTES,
  MOST_BULK_JOBS,
  parseRequest,
  type Request,
} from '../../src/core/request.js'
import {anyOf, anyText, anyWish, aWish, CLUSTER, damaged, TOK} from './builders.js'

const SUBMIT = {v: 1, op: 'submit', tok: TOK, cluster: CLUSTER, id: 42, wish: aWish()}
const BULK = {
  v: 1,
  op: 'bulk',
  tok: TOK,
  cluster: CLUSTER,
  jobs: [
    {id: 42, wish: aWish()},
    {id: 44, wish: aWish()},
  ],
}
const DRAIN = {v: 1, tok: TOK, cluster: CLUSTER, op: 'admin', act: 'drain', node: 'n1'}
const KILL = {v: 1, op: 'kill', tok: TOK, cluster: CLUSTER, ids: [42]}

const UPDATE = {v: 1, op: 'update', tok: TOK, cluster: CLUSTER, ids: [42], set: {cpus: 500, begin: 5}}

describe('an update request', () => {
  it('says what becomes other, and nothing else', () => {
    const parsed = parseRequest(JSON.stringify(UPDATE))
    assert.deepEqual(parsed, {ok: true, value: UPDATE})
    for (const [over, why] of [
      [{set: {}}, /nothing is set/],
      [{set: undefined}, /set/],
      [{set: {cpus: 0}}, /cpus/],
      [{set: {nice: 1001}}, /nice/],
      [{set: {begin: 8.64e15}}, /begin/],
      [{set: {image: 'x'}}, /image/],
      [{signal: 'SIGINT'}, /signal/],
      [{op: 'hold'}, /set/],
    ] as const) {
      const no = parseRequest(JSON.stringify({...UPDATE, ...over}))
      assert.match(no.ok ? 'taken' : no.why, why)
    }
  })
})

const manyJobs = (n: number, wish = aWish()) => Array.from({length: n}, (_, i) => ({id: i + 1, wish}))
const many = (n: number) => aWish({env: Object.fromEntries(Array.from({length: n}, (_, i) => [`A${i}`, '']))})

const write = (request: unknown): string => JSON.stringify(request)

const anyRequest: fc.Arbitrary<Request> = fc.oneof(
  fc.record({id: fc.integer({min: 1, max: MAX_ID}), wish: anyWish}).map(fields => ({...SUBMIT, ...fields})),
  fc
    .record({
      jobs: fc
        .uniqueArray(fc.integer({min: 1, max: MAX_ID}), {minLength: 1, maxLength: 5})
        .chain(ids =>
          fc.tuple(...ids.sort((a, b) => a - b).map(id => fc.record({id: fc.constant(id), wish: anyWish}))),
        ),
    })
    .map(fields => ({...BULK, ...fields})),
  fc
    .record({
      op: fc.constantFrom(...CONTROL_OPS),
      ids: fc.array(fc.integer({min: 1, max: MAX_ID}), {minLength: 1, maxLength: 5}),
      signal: fc.constantFrom('SIGINT', 'SIGKILL'),
      remark: anyText,
    })
    .map(fields => ({...KILL, ...fields})),
) as fc.Arbitrary<never>

const refused = (request: unknown, why: RegExp): void => {
  const parsed = parseRequest(write(request))
  assert.ok(!parsed.ok, `taken: ${write(request)}`)
  assert.match(parsed.why, why)
}

describe('a request', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(anyRequest, request => {
        assert.deepEqual(parseRequest(write(request)), {ok: true, value: JSON.parse(write(request))})
      }),
      {numRuns: 5000},
    )
  })

  it('of any text is a request or a short sentence, never an exception (R16)', () => {
    const near = anyOf(
      ...['{', '}', '[', ']', ',', ':', '"v":1', '"op":"kill"', `"tok":"${TOK}"`, `"cluster":"${CLUSTER}"`],
      ...['"ids":[1]', '"op":"submit"', '"wish":{}', '"id":1', '"__proto__":', 'null', '1e999', '-0'],
    )
    const texts = fc.oneof(near, damaged(write(SUBMIT)), damaged(write(BULK)), damaged(write(KILL)), anyText)
    fc.assert(
      fc.property(texts, text => {
        const parsed = parseRequest(text)
        if (parsed.ok) assert.deepEqual(parsed.value, JSON.parse(text))
        else assert.ok(parsed.why.length > 0 && parsed.why.length <= 400)
      }),
      {numRuns: 20_000},
    )
  })

  it('as large as a request may be is judged at once, whatever fills it (R16)', () => {
    const fill = (piece: string) => piece.repeat(Math.floor(MAX_REQUEST_BYTES / piece.length))
    const texts = ['[', '{"a":', '"', '\\"', '[],', '{"a":0},', '0', ' ', '"k":0,'].map(fill)
    texts.push(write({...SUBMIT, wish: {command: {kind: 'argv', argv: [fill('x')]}}}))
    texts.push(write({...KILL, ids: Array.from({length: 40_000}, () => 1)}))
    const begun = performance.now()
    for (const text of texts) parseRequest(text)
    assert.ok(performance.now() - begun < 2000)
  })

  it('is a quarter of a MiB at most, and names 20,000 jobs at most', () => {
    assert.equal(MAX_REQUEST_BYTES, 262_144)
    const ids = Array.from({length: 20_000}, (_, i) => i + 1)
    assert.equal(parseRequest(write({...KILL, ids})).ok, true)
  })

  it('submits a thousand jobs at most, of which all together have more keys than one may have', () => {
    assert.equal(parseRequest(write({...BULK, jobs: manyJobs(1000, many(50))})).ok, true)
    assert.equal(parseRequest(write({...SUBMIT, wish: many(20_000)})).ok, false)
    assert.deepEqual([MAX_BULK_BYTES, MOST_BULK_JOBS], [4 * 1024 * 1024, 1000])
  })

  it('tells its jobs, one or many', () => {
    const jobs = (request: unknown) => {
      const parsed = parseRequest(write(request))
      return parsed.ok && isSubmission(parsed.value) ? jobsOf(parsed.value) : null
    }
    assert.deepEqual(jobs(SUBMIT), [{id: 42, wish: aWish()}])
    assert.deepEqual(jobs(BULK), BULK.jobs)
    assert.equal(jobs(KILL), null)
  })

  for (const op of CONTROL_OPS) {
    it(`${op} takes ids and nothing of a submission`, () => {
      assert.equal(parseRequest(write({...KILL, op})).ok, true)
      refused({...KILL, op, wish: aWish()}, /wish/)
    })
  }

  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['in a list', [KILL], /v/],
    ['null', null, /Object/],
    ['text', 'kill 42', /Object/],
    ['without an operation', {...KILL, op: undefined}, /op/],
    ['for an operation that is not', {...KILL, op: 'burn'}, /op/],
    ['for an operation of a prototype', {...KILL, op: 'toString'}, /op/],
    ['for a node without saying which', {...DRAIN, node: undefined}, /node/],
    ['for a node with a deed that is none', {...DRAIN, act: 'burn'}, /act/],
    ['to reserve a node without a period', {...DRAIN, act: 'reserve'}, /period/],
    ['to drain a node for a period', {...DRAIN, period: {from: 1, to: 2, users: []}}, /period/],
    ['to reserve backwards', {...DRAIN, act: 'reserve', period: {from: 2, to: 2, users: []}}, /ends/],
    ['of another version', {...KILL, v: 2}, /v/],
    ['with a short token', {...KILL, tok: TOK.slice(1)}, /tok/],
    ['without a cluster', {...KILL, cluster: 'here'}, /cluster/],
    ['for no job', {...KILL, ids: []}, /ids/],
    ['for job 0', {...KILL, ids: [0]}, /ids/],
    ['for a job in text', {...KILL, ids: ['1']}, /ids/],
    ['for a fraction of a job', {...KILL, ids: [1.5]}, /ids/],
    ['for job 2^31', {...KILL, ids: [2 ** 31]}, /ids/],
    ['for too many jobs', {...KILL, ids: Array.from({length: 20_001}, (_, i) => i + 1)}, /ids/],
    ['with a signal by number', {...KILL, signal: 9}, /signal/],
    ['with a signal nobody should send', {...KILL, signal: 'SIGSTOP'}, /signal/],
    ['with a long remark', {...KILL, remark: 'x'.repeat(257)}, /remark/],
    ['T30: in the name of another', {...KILL, uid: 0}, /uid/],
    ['to submit for several ids', {...SUBMIT, ids: [1, 2]}, /ids/],
    ['of many without one', {...BULK, jobs: []}, /jobs/],
    ['of more than a thousand jobs', {...BULK, jobs: manyJobs(1001)}, /jobs/],
    ['of many with one id twice', {...BULK, jobs: [BULK.jobs[0], BULK.jobs[0]]}, /do not ascend/],
    ['of many that do not ascend', {...BULK, jobs: [...BULK.jobs].reverse()}, /do not ascend/],
    ['of many with an id of its own', {...BULK, id: 1}, /id/],
    ['of many with a field besides', {...BULK, jobs: [{id: 1, wish: aWish(), tok: TOK}]}, /tok/],
    [
      'of many, one with more keys than its spec may have',
      {...BULK, jobs: [{id: 1, wish: many(20_000)}]},
      /keys/,
    ],
    ['to submit nothing', {...SUBMIT, wish: undefined}, /wish/],
    ['to submit with an unknown wish', {...SUBMIT, wish: {...aWish(), privileged: true}}, /privileged/],
  ]
  it('T30: asks for no uid, and to be root by yes or no alone', () => {
    for (const field of ['uid', 'user', 'root', 'privileged', 'capabilities'])
      refused({...SUBMIT, wish: {...aWish(), [field]: 0}}, new RegExp(field))
  })

  for (const [what, request, why] of wrong) {
    it(`${what} is refused`, () => refused(request, why))
  }

  it('T11: with a key twice is refused, also where the last one would be harmless', () => {
    const twice = write(KILL).replace('"v":1', '"v":1,"ids":[1]')
    assert.deepEqual(parseRequest(twice), {ok: false, why: 'the key "ids" stands twice'})
  })

  it('T10: with __proto__ at any level is refused', () => {
    for (const text of [
      write(KILL),
      write(SUBMIT),
      write(BULK),
      write({...SUBMIT, wish: aWish({env: {}, labels: {}})}),
    ]) {
      for (const at of [...text.matchAll(/\{/g)]) {
        const hostile = `${text.slice(0, at.index + 1)}"__proto__":{"op":"kill"},${text.slice(at.index + 1)}`
        assert.equal(parseRequest(hostile).ok, false, hostile)
      }
    }
  })

  it('says nothing of who asks: the same text is the same request of anybody', () => {
    const parsed = parseRequest(write(SUBMIT))
    assert.ok(parsed.ok)
    assert.deepEqual(Object.keys(parsed.value).sort(), ['cluster', 'id', 'op', 'tok', 'v', 'wish'])
  })
})
