import assert from 'node:assert/strict'
import fc from 'fast-check'
import {jobId} from '../../../src/core/brand.js'
import {admitDependency, MOST_NAMED} from '../../../src/core/dependency/admit-dependency.js'
import {AFTER_KINDS, type Parent} from '../../../src/core/dependency/depend-text.js'
import {
  type Asked,
  judgeDependency,
  type Standing,
  standingOf,
} from '../../../src/core/dependency/dependency.js'
import type {FinalState} from '../../../src/core/state.js'
import {aRecord, aRunning, aStarting, later, NOW} from '../builders.js'

const open = (began: boolean): Standing => ({is: 'open', began})
const over = (end: FinalState): Standing => ({is: 'over', end})
const FORGOTTEN: Standing = {is: 'forgotten'}
const NOWHERE: Standing = {is: 'nowhere'}
const UNCLEAR: Standing = {is: 'unclear'}

/** By id. */
const asked = (standings: Readonly<Record<number, Standing>>, ahead: readonly Parent[] = []): Asked => ({
  standing: ({id}) => standings[id] ?? NOWHERE,
  ahead: () => ahead,
})

const word = (kind: string, standing: Standing): string =>
  judgeDependency(`${kind}:1`, asked({1: standing})).is

describe('whether what a job depends on holds', () => {
  const TABLE: readonly (readonly [
    string,
    Standing,
    after: string,
    ok: string,
    notok: string,
    any: string,
  ])[] = [
    ['waits', open(false), 'waits', 'waits', 'waits', 'waits'],
    ['runs', open(true), 'holds', 'waits', 'waits', 'waits'],
    ['is done', over('done'), 'holds', 'holds', 'never', 'holds'],
    ['failed', over('failed'), 'holds', 'never', 'holds', 'holds'],
    ['was killed', over('killed'), 'holds', 'never', 'holds', 'holds'],
    ['was lost', over('lost'), 'holds', 'never', 'holds', 'holds'],
    ['was over its time', over('timeout'), 'holds', 'never', 'holds', 'holds'],
    ['was out of memory', over('oom'), 'holds', 'never', 'holds', 'holds'],
    ['is forgotten', FORGOTTEN, 'holds', 'never', 'never', 'holds'],
    ['is nowhere', NOWHERE, 'never', 'never', 'never', 'never'],
    ['cannot be read', UNCLEAR, 'waits', 'waits', 'waits', 'waits'],
  ]
  for (const [how, standing, ...words] of TABLE)
    it(`with a job that ${how}: ${words.join(', ')}`, () => {
      assert.deepEqual(
        ['after', 'afterok', 'afternotok', 'afterany'].map(kind => word(kind, standing)),
        words,
      )
    })

  it('asks for all of several, and takes out what holds', () => {
    const verdict = judgeDependency(
      'afterok:1:2,after:3',
      asked({1: over('done'), 2: open(true), 3: open(true)}),
    )
    assert.deepEqual([verdict.is, 'open' in verdict ? verdict.open : null], ['waits', 'afterok:2'])
    assert.equal('reason' in verdict && verdict.reason.text, 'waits until job 2 ends with success')
  })

  it('asks for one of several with ?, and gives up only when none can hold', () => {
    const either = 'afterok:1?afterok:2'
    assert.equal(judgeDependency(either, asked({1: over('failed'), 2: open(true)})).is, 'waits')
    assert.deepEqual(judgeDependency(either, asked({1: over('failed'), 2: over('done')})), {
      is: 'holds',
      open: '',
    })
    assert.equal(judgeDependency(either, asked({1: over('failed'), 2: over('oom')})).is, 'never')
  })

  it('binds a singleton until it starts', () => {
    assert.deepEqual(judgeDependency('afterok:1,singleton', asked({1: over('done')})), {
      is: 'holds',
      open: 'singleton',
    })
    const behind = judgeDependency('singleton', asked({}, [{id: jobId(7)}]))
    assert.equal('reason' in behind && behind.reason.text, 'waits until job 7 ends, which has the same name')
  })

  it('says what it waits for in few words, however many jobs that are', () => {
    const ids = Array.from({length: 500}, (_, i) => i + 1)
    const verdict = judgeDependency(
      `afterok:${ids.join(':')}`,
      asked(Object.fromEntries(ids.map(id => [id, open(false)]))),
    )
    assert.deepEqual('reason' in verdict && verdict.reason, {
      code: 'dependency',
      text: 'waits until jobs 1, 2, 3, 4, 5, 6, 7, 8 and 492 more end with success',
      numbers: {count: 500, jobs: '1,2,3,4,5,6,7,8'},
    })
  })

  it('waits with words of a later god, and never starts on them', () => {
    assert.equal(judgeDependency('aftercorr:1', asked({})).is, 'waits')
  })

  it('comes on only one way: the end of a job never takes back what held', () => {
    const standing = fc.oneof(fc.boolean().map(open), fc.constantFrom(over('done'), over('failed')))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...AFTER_KINDS), standing), {minLength: 1, maxLength: 6}),
        fc.boolean(),
        (each, any) => {
          const text = each.map(([kind], i) => `${kind}:${i + 1}`).join(any ? '?' : ',')
          const now = Object.fromEntries(each.map(([, stands], i) => [i + 1, stands]))
          const ended = Object.fromEntries(
            each.map(([, stands], i) => [i + 1, stands.is === 'open' ? over('failed') : stands]),
          )
          const before = judgeDependency(text, asked(now))
          const after = judgeDependency(text, asked(ended))
          assert.notEqual(after.is, 'waits')
          if (before.is !== 'waits') assert.equal(after.is, before.is)
          // What was taken out was not needed any more.
          else assert.equal(judgeDependency(before.open, asked(ended)).is, after.is)
        },
      ),
    )
  })
})

describe('how a job stands that another waits for', () => {
  it('has begun when it runs, not when it is started', () => {
    assert.deepEqual(
      [aRecord(), aStarting(), aRunning()].map(record => standingOf(record)),
      [open(false), open(false), open(true)],
    )
  })

  it('is over by its end, but not while it will be tried again', () => {
    const failed = aRunning({state: 'failed', exit: {code: 3, signal: null, oom: false}, ended: NOW})
    assert.deepEqual(standingOf(failed), over('failed'))
    const retry = {rule: '1', left: 1, ran: 0, cpu: 0}
    assert.deepEqual(standingOf({...failed, retry}), open(true))
    assert.deepEqual(standingOf({...failed, retry: {...retry, left: 0}}), over('failed'))
    assert.deepEqual(standingOf({...failed, retry, sealed: true}), over('failed'))
  })

  it('of no array has no tasks', () => assert.deepEqual(standingOf(aRecord(), 3), NOWHERE))
})

describe('a dependency that comes in', () => {
  const tell = (standings: Readonly<Record<number, Standing>>) => ({
    tell: ({id}: Parent) => {
      const standing = standings[id]
      return standing === undefined ? null : {record: null, standing}
    },
    named: 0,
    now: later(5),
  })
  const depend = (on: string) => ({on, open: on, met: null})
  const admitted = (on: string, standings: Readonly<Record<number, Standing>>) =>
    admitDependency(jobId(42), depend(on), tell(standings))

  it('is met at once where all holds already, and else keeps what is open', () => {
    assert.deepEqual(admitted('afterok:1', {1: over('done')}), {on: 'afterok:1', open: '', met: later(5)})
    assert.deepEqual(admitted('afterok:1:2', {1: over('done'), 2: open(true)}), {
      on: 'afterok:1:2',
      open: 'afterok:2',
      met: null,
    })
    assert.deepEqual(admitted('singleton', {}), depend('singleton'))
  })

  it('names only jobs that are there and came before, so that none waits for itself', () => {
    const messages = ['afterok:42', 'afterok:43', 'afterok:7', 'afterok:1'].map(on => {
      const answer = admitted(on, {1: over('failed'), 43: open(false)})
      return 'code' in answer ? `${answer.code} ${answer.message}` : 'admitted'
    })
    assert.deepEqual(messages, [
      'E_DEPEND_REFUSED job 42 depends on itself',
      'E_DEPEND_REFUSED job 42 depends on job 43, which does not come before it',
      'E_DEPEND_REFUSED it depends on job 7, and there is no such job',
      'E_DEPEND_REFUSED afterok can never hold: job 1 ended as failed',
    ])
  })

  it('is refused where one user would make each pass look at too many', () => {
    const site = {...tell({1: open(true)}), named: MOST_NAMED}
    const answer = admitDependency(jobId(42), depend('after:1'), site)
    assert.match('code' in answer ? answer.message : '', /100001 jobs together; 100000 is the most/)
  })
})
