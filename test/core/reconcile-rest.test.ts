/**
 * The law of rest: whatever happened to a job, once it happens no more the steps of `advance` come to an end.
 * A small engine answers each step; hands of others disturb it at chosen moments.
 */
import assert from 'node:assert/strict'
import type {ContainerView} from '@god-cli/api'
import fc from 'fast-check'
import {type Instant, instant, rev} from '../../src/core/brand.js'
import {applyControl} from '../../src/core/control.js'
import type {JobRecord} from '../../src/core/job.js'
import {type Change, refusedStart} from '../../src/core/outcome.js'
import {advance, type Fence, type Limits} from '../../src/core/reconcile.js'
import {isFinal, transitionFault} from '../../src/core/state.js'
import type {Step} from '../../src/core/step.js'
import {FENCE_EXIT} from '../../src/core/wrapper.js'
import {aContainer, anExited, aStarting, NOW} from './builders.js'

const LIMITS: Limits = {grace: 10_000, signal: 'SIGTERM', suspended: 60_000}

/** What the user's command does. */
interface Program {
  /** Milliseconds; null = for ever. */
  readonly runs: number | null
  readonly code: number
  readonly ignoresTerm: boolean
  readonly unstartable: 'no' | 'refused' | 'fault'
}

type Perform = Exclude<Step, {do: 'none'}>

class Life {
  record: JobRecord
  container: ContainerView | null = null
  fence: Fence = 'none'
  exitFile: number | null = null
  now: Instant = NOW
  /** Times that the command of this attempt began. */
  begun = 0
  readonly history: string[] = []
  readonly #program: Program
  #serial = 0
  #endsIn: number | null = null

  constructor(program: Program, walltime: number | null) {
    this.#program = program
    this.record = aStarting({walltime})
  }

  next(): Step {
    return advance(this.record, this, this.now, LIMITS)
  }

  perform(step: Perform): void {
    this.history.push(step.do)
    switch (step.do) {
      case 'create':
        this.#create()
        break
      case 'start':
        this.#start()
        break
      case 'pause':
        this.set('running', {status: 'paused'})
        break
      case 'unpause':
        this.set('paused', {status: 'running'})
        break
      case 'signal':
        this.#signal(step.signal)
        if (step.change !== null) this.publish(step.change)
        break
      case 'publish':
      case 'collect':
        this.publish(step.change)
        break
      case 'remove':
        this.container = null
        break
      case 'void':
        if (this.fence === 'none') this.fence = 'void'
    }
  }

  publish(change: Change): void {
    const next: JobRecord = {...this.record, ...change, rev: rev(this.record.rev + 1)}
    assert.equal(transitionFault(this.record, next), null, this.history.join(', '))
    this.record = next
  }

  /** Time goes on to `until` or to the end of the command, whichever is first. False: nothing is to come. */
  wait(until: Instant | null): boolean {
    const end = this.container?.status === 'running' && this.#endsIn !== null ? this.now + this.#endsIn : null
    const moments = [until, end].filter(moment => moment !== null)
    if (moments.length === 0) return false
    this.pass(Math.max(0, Math.min(...moments) - this.now))
    return true
  }

  pass(ms: number): void {
    if (this.container?.status === 'running' && this.#endsIn !== null) {
      this.#endsIn -= ms
      if (this.#endsIn <= 0) this.exit(this.#program.code, true)
    }
    this.now = instant(this.now + ms)
  }

  isAlive(): boolean {
    const {container} = this
    const isOurs = container?.nonce === this.record.container?.nonce
    return isOurs && (container?.status === 'running' || container?.status === 'paused')
  }

  #create(): void {
    if (this.container !== null) return
    if (this.#program.unstartable === 'refused') {
      this.publish(refusedStart({code: 'image', text: 'no such image'}, this.now))
      return
    }
    const {name, nonce} = this.record.container ?? {name: '', nonce: ''}
    this.container = aContainer({id: `c${++this.#serial}`, name, nonce, status: 'created', startedAt: null})
  }

  #start(): void {
    if (this.container?.status !== 'created') return
    if (this.#program.unstartable === 'fault') this.set('created', {startFault: 'no such device'})
    else {
      this.set('created', {status: 'running', startedAt: this.now})
      this.#beginCommand()
    }
  }

  #beginCommand(): void {
    if (this.fence === 'none') {
      this.fence = 'started'
      this.begun++
      this.#endsIn = this.#program.runs
    } else this.exit(FENCE_EXIT, false)
  }

  #signal(signal: string): void {
    if (this.container?.status !== 'running' && this.container?.status !== 'paused') return
    if (signal === 'SIGKILL') this.exit(137, false)
    else if (this.#program.ignoresTerm) this.set('paused', {status: 'running'})
    else this.exit(143, true)
  }

  exit(code: number, byWrapper: boolean): void {
    if (byWrapper) this.exitFile = code
    const {startedAt} = this.container ?? anExited(0)
    this.container = {...this.#present(), status: 'exited', startedAt, finishedAt: this.now, exitCode: code}
    this.#endsIn = null
  }

  set(from: ContainerView['status'] | undefined, over: Partial<ContainerView>): void {
    if (this.container !== null && this.container.status === from)
      this.container = {...this.container, ...over}
  }

  #present(): ContainerView {
    assert.ok(this.container !== null)
    return this.container
  }
}

const control =
  (op: 'kill' | 'suspend' | 'resume') =>
  (life: Life): void => {
    const effect = applyControl(life.record, {op}, life.now)
    if (effect.kind === 'change') life.publish(effect.change)
  }

/** What others do to a job, its container and its engine. */
const DISTURBANCES = {
  kill: control('kill'),
  suspend: control('suspend'),
  resume: control('resume'),
  'container removed by hand': life => {
    life.container = null
  },
  'paused by hand': life => life.set('running', {status: 'paused'}),
  'thawed by hand': life => life.set('paused', {status: 'running'}),
  'power cut': life => {
    if (life.isAlive()) life.exit(255, false)
  },
  'power cut that the engine forgot': life => {
    if (life.isAlive()) life.set(life.container?.status, {status: 'created', startedAt: null})
  },
  'engine away': life => {
    const step = advance(life.record, {...life, container: 'unknown'}, life.now, LIMITS)
    if (step.do === 'none') return
    // Only a start that is killed or void goes on without the engine.
    assert.equal(life.record.state, 'starting')
    assert.ok(step.do === 'void' || step.do === 'publish', step.do)
    life.perform(step)
  },
  'another container takes the name': life => {
    life.container ??= aContainer({id: 'theirs', nonce: 'f'.repeat(24)})
  },
  'start given back': life => {
    if (life.record.state === 'starting' && life.fence === 'none') life.fence = 'void'
  },
  'time passes': life => life.pass(7000),
} as const satisfies Record<string, (life: Life) => void>
type Disturbance = keyof typeof DISTURBANCES

/** A disturbance strikes before the step of its number. */
type Strikes = readonly (readonly [step: number, what: Disturbance])[]

/** More steps than any undisturbed life needs, waits among them. */
const BOUND = 16

const strike = (life: Life, strikes: Strikes, at: number): void => {
  for (const [when, what] of strikes) {
    if (when !== at) continue
    life.history.push(`(${what})`)
    DISTURBANCES[what](life)
  }
}

/** One step, or a wait. False: nothing is to come by itself. */
const goOn = (life: Life): boolean => {
  const step = life.next()
  if (step.do === 'none') return life.wait(step.until)
  const before = life.record
  life.perform(step)
  if (isFinal(before.state)) assert.equal(life.record, before, 'a final record changed')
  assert.ok(life.begun <= 1, `the command began ${life.begun} times: ${life.history.join(', ')}`)
  return true
}

const settle = (life: Life, strikes: Strikes = []): void => {
  const last = Math.max(-1, ...strikes.map(([when]) => when))
  for (let at = 0; at <= last + BOUND; at++) {
    strike(life, strikes, at)
    if (!goOn(life) && at >= last) return
  }
  assert.fail(`no rest: ${life.history.join(', ')}; ${life.record.state}`)
}

const anyProgram: fc.Arbitrary<Program> = fc.record({
  runs: fc.constantFrom(null, 1, 5000, 60_000),
  code: fc.constantFrom(0, 3, 125, 137, 255),
  ignoresTerm: fc.boolean(),
  unstartable: fc.constantFrom('no', 'no', 'no', 'refused', 'fault'),
})

const anyWalltime = fc.constantFrom(null, 1, 30)
const anyDisturbances = fc.array(
  fc.tuple(fc.nat(14), fc.constantFrom(...(Object.keys(DISTURBANCES) as Disturbance[]))),
  {maxLength: 6},
)

const isOurs = ({container, record}: Life): boolean =>
  container !== null && container.nonce === record.container?.nonce

/** Where a job may stay: over and without a container, waiting for a start, suspended, or running for ever. */
const RESTS = [
  'over, container none',
  'pending run, container none',
  'pending suspended, container none',
  'running run, container running',
  'suspended suspended, container paused',
]

const assertRest = (life: Life): void => {
  const {record, container} = life
  const story = life.history.join(', ')
  const is = isFinal(record.state) ? 'over' : `${record.state} ${record.desired}`
  const place = `${is}, container ${isOurs(life) ? container?.status : 'none'}`
  assert.ok(RESTS.includes(place), `${place}: ${story}`)
}

describe('a job left alone', () => {
  it('ends as its command does, and its container is gone', () => {
    const life = new Life({runs: 5000, code: 3, ignoresTerm: false, unstartable: 'no'}, null)
    settle(life)
    assert.deepEqual(life.history, ['create', 'start', 'publish', 'collect', 'remove'])
    assert.deepEqual([life.record.state, life.record.exit?.code, life.container], ['failed', 3, null])
  })

  it('comes to rest whatever its command is, and is never started twice', () => {
    fc.assert(
      fc.property(anyProgram, anyWalltime, (program, walltime) => {
        const life = new Life(program, walltime)
        settle(life)
        assertRest(life)
        if (program.runs !== null || walltime !== null) assert.ok(isFinal(life.record.state))
      }),
      {numRuns: 2000},
    )
  })
})

describe('a job disturbed', () => {
  it('comes to rest once nothing disturbs it any more, and a final record never changes', () => {
    fc.assert(
      fc.property(anyProgram, anyWalltime, anyDisturbances, (program, walltime, disturbances) => {
        const life = new Life(program, walltime)
        settle(life, disturbances)
        assertRest(life)
      }),
      {numRuns: 20_000},
    )
  })

  it('and killed at any step always ends, also if it ignores the polite signal', () => {
    fc.assert(
      fc.property(anyProgram, anyDisturbances, fc.nat(14), (program, disturbances, when) => {
        const life = new Life(program, null)
        settle(life, [...disturbances, [when, 'kill']])
        // Given back before the kill came: it waits again, and the kill ended it there.
        assert.ok(isFinal(life.record.state), `${life.record.state}: ${life.history.join(', ')}`)
      }),
      {numRuns: 20_000},
    )
  })

  it('asks the engine for nothing while it cannot be asked', () => {
    const life = new Life({runs: null, code: 0, ignoresTerm: false, unstartable: 'no'}, null)
    for (const step of [0, 1, 2, 3]) settle(life, [[step, 'engine away']])
    assert.equal(life.record.state, 'running')
  })
})
