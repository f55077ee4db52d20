/** The next step for each state, container, fence and wish: one table, complete and without overlap. */
import assert from 'node:assert/strict'
import type {ContainerView} from '@god-cli/api'
import {rev} from '../../src/core/brand.js'
import type {JobRecord} from '../../src/core/job.js'
import {advance, asked, type Fence, type Limits, type Observed} from '../../src/core/reconcile.js'
import {
  type Desired,
  FINAL_STATES,
  isFinal,
  STATES,
  type State,
  transitionFault,
} from '../../src/core/state.js'
import type {Step} from '../../src/core/step.js'
import {aContainer, anExited, aRecord, aRunning, aStarting, later, NOW} from './builders.js'

const LIMITS: Limits = {grace: 10_000, signal: 'SIGTERM', suspended: null}
const ASKED = later(-1000)

const CONTAINERS = {
  unknown: 'unknown',
  absent: null,
  foreign: aContainer({nonce: 'f'.repeat(24)}),
  created: aContainer({status: 'created', startedAt: null}),
  unstartable: aContainer({status: 'created', startedAt: null, startFault: 'no such device'}),
  running: aContainer(),
  paused: aContainer({status: 'paused'}),
  exited: anExited(3),
} as const satisfies Record<string, ContainerView | null | 'unknown'>
type Sight = keyof typeof CONTAINERS

const SIGHTS = Object.keys(CONTAINERS) as Sight[]
const FENCES: readonly Fence[] = ['none', 'started', 'void']
const WISHES: readonly Desired[] = ['run', 'suspended', 'killed']

const inState = (state: State, desired: Desired): JobRecord => {
  if (state === 'pending' || state === 'held' || state === 'refused') return aRecord({state, desired})
  if (state === 'starting') return aStarting({desired})
  const stop = state === 'stopping' ? ({cause: 'killed', at: ASKED, signal: 'SIGTERM'} as const) : null
  const since = state === 'suspended' ? NOW : null
  return aRunning({state, desired, stop, paused: {since, total: 0}})
}

const seen = (sight: Sight, fence: Fence = 'started', exitFile: number | null = null): Observed => ({
  container: CONTAINERS[sight],
  fence,
  exitFile,
})

const step = (record: JobRecord, observed: Observed, now = NOW): Step =>
  advance(record, observed, now, LIMITS)

/** A step in words. */
const said = (next: Step): string => {
  switch (next.do) {
    case 'none':
      return next.until === null ? 'none' : `none until ${next.until - NOW}`
    case 'publish':
    case 'collect':
      return `${next.do} ${next.change.state}`
    case 'signal':
      return `${next.signal}${next.change === null ? '' : `, publish ${next.change.state}`}`
    default:
      return next.do
  }
}

/** Words separated by blanks; `*` is any. */
type Row = readonly [state: string, sight: string, fence: string, desired: string, next: string]

const LIVE = 'run suspended'
const ENDS = FINAL_STATES.join(' ')

const TABLE: readonly Row[] = [
  ['pending held refused', '*', '*', '*', 'none'],

  ['starting', 'unknown', 'started', '*', 'none'],
  ['starting', 'unknown', 'none', LIVE, 'none'],
  ['starting', 'unknown', 'none', 'killed', 'void'],
  ['starting', 'unknown', 'void', LIVE, 'publish pending'],
  ['starting', 'unknown', 'void', 'killed', 'publish killed'],
  ['starting', 'absent', 'none started', LIVE, 'create'],
  ['starting', 'absent', 'none started', 'killed', 'collect killed'],
  ['starting', 'absent', 'void', LIVE, 'publish pending'],
  ['starting', 'absent', 'void', 'killed', 'publish killed'],
  ['starting', 'foreign', 'none', '*', 'void'],
  ['starting', 'foreign', 'started', LIVE, 'publish lost'],
  ['starting', 'foreign', 'started', 'killed', 'publish killed'],
  ['starting', 'foreign', 'void', LIVE, 'publish pending'],
  ['starting', 'foreign', 'void', 'killed', 'publish killed'],
  ['starting', 'created unstartable running paused exited', 'void', '*', 'remove'],
  ['starting', 'created', 'none started', LIVE, 'start'],
  ['starting', 'created unstartable', 'none started', 'killed', 'remove'],
  ['starting', 'unstartable', 'none started', LIVE, 'collect failed'],
  ['starting', 'running paused', 'none started', '*', 'publish running'],
  ['starting', 'exited', 'none started', '*', 'collect failed'],

  ['running suspended', 'unknown', '*', '*', 'none'],
  ['running suspended', 'absent foreign', '*', LIVE, 'collect lost'],
  ['running suspended', 'absent foreign', '*', 'killed', 'collect killed'],
  ['running suspended', 'created', '*', LIVE, 'collect lost'],
  ['running suspended', 'created', '*', 'killed', 'collect killed'],
  ['running suspended', 'unstartable exited', '*', '*', 'collect failed'],
  ['running suspended', 'running paused', '*', 'killed', 'SIGTERM, publish stopping'],
  ['running suspended', 'running', '*', 'suspended', 'pause'],
  ['running suspended', 'paused', '*', 'run', 'unpause'],
  ['running', 'running', '*', 'run', 'none'],
  ['running', 'paused', '*', 'suspended', 'publish suspended'],
  ['suspended', 'running', '*', 'run', 'publish running'],
  ['suspended', 'paused', '*', 'suspended', 'none'],

  ['stopping', 'unknown', '*', '*', 'none'],
  ['stopping', 'absent foreign', '*', '*', 'collect killed'],
  ['stopping', 'created exited', '*', '*', 'collect killed'],
  ['stopping', 'unstartable', '*', '*', 'collect failed'],
  ['stopping', 'running paused', '*', '*', 'none until 9000'],

  [ENDS, 'unknown absent foreign', '*', '*', 'none'],
  [ENDS, 'created unstartable running paused exited', '*', '*', 'remove'],
]

const isIn = (words: string, word: string): boolean => words === '*' || words.split(' ').includes(word)

const rowsFor = (state: State, sight: Sight, fence: Fence, desired: Desired): readonly Row[] =>
  TABLE.filter(
    row => isIn(row[0], state) && isIn(row[1], sight) && isIn(row[2], fence) && isIn(row[3], desired),
  )

const everyCase = (check: (state: State, sight: Sight, fence: Fence, desired: Desired) => void): void => {
  for (const state of STATES)
    for (const sight of SIGHTS)
      for (const fence of FENCES) for (const desired of WISHES) check(state, sight, fence, desired)
}

describe('the next step of a job', () => {
  it('is in the table once for each case', () => {
    everyCase((...key) => assert.equal(rowsFor(...key).length, 1, key.join(' ')))
  })

  for (const [states, sights, fences, desires, next] of TABLE) {
    it(`${states} | container ${sights} | fence ${fences} | wish ${desires} -> ${next}`, () => {
      let cases = 0
      everyCase((state, sight, fence, desired) => {
        const isCase =
          isIn(states, state) && isIn(sights, sight) && isIn(fences, fence) && isIn(desires, desired)
        if (!isCase) return
        cases++
        assert.equal(
          said(step(inState(state, desired), seen(sight, fence))),
          next,
          `${state} ${sight} ${fence}`,
        )
      })
      assert.ok(cases > 0)
    })
  }

  it('publishes only what the table of states allows, and signals by id', () => {
    everyCase((state, sight, fence, desired) => {
      for (const now of [NOW, later(100_000)]) {
        const record = {...inState(state, desired), walltime: 60}
        const next = step(record, seen(sight, fence), now)
        if ('change' in next && next.change !== null) {
          const after = {...record, ...next.change, rev: rev(record.rev + 1)}
          assert.equal(transitionFault(record, after), null, `${state} ${sight} ${fence} ${desired}`)
        }
        if ('id' in next) assert.equal(next.id, 'c1')
      }
    })
  })

  it('touches no container of somebody else', () => {
    for (const state of STATES)
      for (const fence of FENCES)
        for (const desired of WISHES) {
          const next = step(inState(state, desired), seen('foreign', fence))
          const named = 'container' in next && next.container !== null
          assert.ok(!('id' in next) && !named, `${state} ${said(next)}`)
        }
  })

  it('of a final record is never a change, whatever is seen', () => {
    everyCase((state, sight, fence, desired) => {
      if (!isFinal(state)) return
      assert.ok(['none', 'remove'].includes(said(step(inState(state, desired), seen(sight, fence, 0)))))
    })
  })
})

describe("the words of the job's directory", () => {
  it('count for nothing where they are not asked for', () => {
    everyCase((state, sight, fence, desired) => {
      const record = inState(state, desired)
      const ask = asked(record, CONTAINERS[sight])
      for (const code of [null, 0, 7]) {
        const heard = seen(sight, ask.fence ? fence : 'none', ask.exitFile ? code : null)
        assert.deepEqual(step(record, seen(sight, fence, code)), step(record, heard), `${state} ${sight}`)
      }
    })
  })

  it('are not asked for while the container lives', () => {
    for (const state of ['running', 'suspended', 'stopping'] as const)
      for (const sight of ['running', 'paused'] as const)
        assert.deepEqual(asked(inState(state, 'killed'), CONTAINERS[sight]), {fence: false, exitFile: false})
  })
})

describe('the exit file', () => {
  it('is the witness where the container is gone', () => {
    assert.equal(said(step(inState('running', 'run'), seen('absent', 'started', 0))), 'collect done')
    assert.equal(said(step(inState('suspended', 'run'), seen('absent', 'started', 4))), 'collect failed')
    assert.equal(said(step(inState('starting', 'run'), seen('foreign', 'started', 0))), 'publish done')
    assert.equal(said(step(inState('running', 'killed'), seen('absent', 'started', 0))), 'collect done')
  })

  it('counts less than the engine', () => {
    assert.equal(said(step(inState('running', 'run'), seen('exited', 'started', 0))), 'collect failed')
  })

  it('tells how a run ended that a power cut took from the engine', () => {
    assert.equal(said(step(inState('running', 'run'), seen('created', 'started', 0))), 'collect done')
  })
})

describe('the walltime', () => {
  const record = aRunning({walltime: 60})

  it('says when to look again, and ends the job then', () => {
    assert.equal(said(step(record, seen('running'))), 'none until 60000')
    assert.equal(said(step(record, seen('running'), later(59_999))), 'none until 60000')
    const end = step(record, seen('running'), later(60_000))
    assert.equal(said(end), 'SIGTERM, publish stopping')
    assert.ok(
      end.do === 'signal' && end.change?.stop?.cause === 'timeout' && end.change.stop.at === later(60_000),
    )
  })

  it('does not count paused time', () => {
    const rested = {...record, paused: {since: null, total: 5000}}
    assert.equal(said(step(rested, seen('running'), later(60_000))), 'none until 65000')
    const resting = {...inState('suspended', 'suspended'), walltime: 60}
    assert.equal(said(step(resting, seen('paused'), later(1e9))), 'none')
  })

  it('comes before a wish to be suspended, so that suspending does not stretch it', () => {
    assert.match(said(step({...record, desired: 'suspended'}, seen('running'), later(60_000))), /^SIGTERM/)
  })

  it("ends with the site's signal, and a kill with the one that was named", () => {
    const named = {stop: {cause: 'killed', at: NOW, signal: 'SIGINT'}} as const
    assert.match(
      said(step({...record, ...named, desired: 'killed'}, seen('running'))),
      /^SIGINT, publish stopping/,
    )
    assert.match(said(step({...record, ...named}, seen('running'), later(60_000))), /^SIGTERM/)
  })

  it('that nobody set never ends', () => {
    assert.equal(said(step(aRunning(), seen('running'), later(1e12))), 'none')
  })
})

describe('the grace period', () => {
  it('begins with the polite signal and ends with KILL, as often as needed', () => {
    const stopping = inState('stopping', 'killed')
    assert.equal(said(step(stopping, seen('running'), later(8_999))), 'none until 9000')
    for (const now of [later(9000), later(99_000)]) {
      assert.equal(said(step(stopping, seen('running'), now)), 'SIGKILL')
      assert.equal(said(step(stopping, seen('paused'), now)), 'SIGKILL')
    }
  })

  it('is over where the clock was set back to before its beginning', () => {
    const stopping = inState('stopping', 'killed')
    assert.equal(said(step(stopping, seen('running'), later(-1000))), 'none until 9000')
    assert.equal(said(step(stopping, seen('running'), later(-1001))), 'SIGKILL')
  })

  it('is a whole one where the record does not say when it began', () => {
    const unsaid = {...inState('stopping', 'killed'), stop: null}
    assert.equal(said(step(unsaid, seen('running'))), 'none until 10000')
  })
})
