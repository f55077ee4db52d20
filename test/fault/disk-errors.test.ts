/**
 * R06: in each scenario each call on the disk fails with each error, once and from then on, or moves fewer bytes than
 * asked. No wrong success, a failure that says what, where and what to do, HALT after a failed sync and only then; and
 * when the disk is well again all comes to the same end. By night all of it, with each change an even share.
 */
import assert from 'node:assert/strict'
import {failureOf} from '../../src/cli/failure.js'
import type {JobId} from '../../src/core/brand.js'
import {EXIT} from '../../src/core/exit.js'
import {haltReason} from '../../src/store/halt.js'
import {CLAIM_LIFE} from '../../src/store/requests/ids.js'
import {assertEnds, type Ends, recover} from '../crash/recovery.js'
import {SCENARIOS, type Scenario} from '../crash/scenarios.js'
import {amount, isNight, tellCases} from '../support/amount.js'
import {DiskProcess, type Fault} from '../support/disk-process.js'
import {World} from '../support/world.js'
import {worldState} from '../support/world-state.js'

const ERRORS = ['EIO', 'ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE', 'EACCES', 'ESTALE', 'EINTR'] as const
/** After these a failed sync may have lost what was written. */
const FATAL: readonly string[] = ['EIO', 'EROFS', 'ESTALE', 'EINTR']
/** Every which fault is tried. */
const STRIDE = amount(151, 1)

interface Taken {
  readonly world: World
  readonly fs: DiskProcess
  readonly printed: readonly JobId[]
  readonly error: unknown
}

/** Counts the calls on the disk, also those that only look. */
class CountingProcess extends DiskProcess {
  readonly calls = new Map<string, number>()

  override mutate<T>(call: string, path: string, act: () => T): T {
    if (!call.includes('.')) this.calls.set(call, (this.calls.get(call) ?? 0) + 1)
    return super.mutate(call, path, act)
  }
}

const take = async (
  scenario: Scenario,
  fault: Fault | null,
): Promise<Taken & {readonly calls: CountingProcess['calls']}> => {
  const world = new World()
  const printed = [...(await scenario.prepare(world))]
  world.disk.syncAll()
  const fs = new CountingProcess(world.disk)
  if (fault !== null) fs.plan(fault)
  try {
    printed.push(...(await scenario.step(world, fs)))
    return {world, fs, printed, error: null, calls: fs.calls}
  } catch (error) {
    return {world, fs, printed, error, calls: fs.calls}
  }
}

const faultsAt = (call: string, n: number): readonly Fault[] => [
  ...ERRORS.flatMap((error): readonly Fault[] => [
    {call, n, effect: {error}},
    {call, n, effect: {error, from: true}},
  ]),
  ...(call === 'read' || call === 'write'
    ? (['short', 'short-from'] as const).map(effect => ({call, n, effect}))
    : []),
]

const faultsOf = (calls: ReadonlyMap<string, number>): readonly Fault[] =>
  [...calls].flatMap(([call, times]) => Array.from({length: times}, (_, i) => faultsAt(call, i + 1)).flat())

const named = ({call, n, effect}: Fault): string =>
  `${call} ${n}: ${typeof effect === 'string' ? effect : `${effect.error}${effect.from === true ? ' from then on' : ''}`}`

/** What the user of a command would read has a code, the path, and what to do. */
const wordsFault = (error: unknown): string | null => {
  if (error === null) return null
  const failure = failureOf(error, 'schedule')
  if (failure === null) return 'no failure'
  const {code, exit, message, hint} = failure
  const exits: readonly number[] = [EXIT.disk, EXIT.later, EXIT.notPermitted]
  if (!exits.includes(exit)) return `${code}, exit ${exit}: ${message}`
  if (!message.includes('/god')) return `no path in: ${message}`
  return hint === '' ? `no remedy for: ${message}` : null
}

const isSync = ({call}: Fault): boolean => call === 'fsync' || call === 'fsyncDir'

const haltFault = (fault: Fault, {world, fs}: Taken): string | null => {
  const halted = haltReason(new DiskProcess(world.disk), world.layout) !== null
  const fatal = typeof fault.effect === 'object' && FATAL.includes(fault.effect.error)
  if (halted && !isSync(fault)) return 'HALT without a failed sync'
  return !halted && isSync(fault) && fatal ? `no HALT after the failed ${fs.firedAt}` : null
}

/** The operator's cure. */
const removeHalt = ({world}: Taken): void => {
  if (world.disk.lookup(world.layout.halt) !== null) new DiskProcess(world.disk).unlink(world.layout.halt)
}

/**
 * Requests that could not be read in this pass, or the record that they are about: then the job has started before they
 * are taken in the next one.
 */
const isLate = ({fs}: Taken): boolean =>
  ['/proc/self/fd/', '/inbox', '/jobs/live/'].some(place => fs.firedAt.includes(place))

/** Its directory is closed to us: nobody can tell then whether its command began. */
const isClosed = (fault: Fault, {fs}: Taken): boolean =>
  named(fault).includes('EACCES') && fs.firedAt.includes('/work/')

/** Its request cannot be opened: it was refused, with the reason. From then on: also those of the other users after it. */
const isRefusedUnread = (fault: Fault, {fs}: Taken): boolean =>
  (named(fault).includes('EACCES') && /^open .*\.req$/.test(fs.firedAt)) ||
  (named(fault).includes('EACCES from then on') && /^open \/god\/inbox\//.test(fs.firedAt))

/** How it may end instead, where a wish came late: it has run to its end, or its next attempt has begun and is killed. */
const LATER_ENDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['held', ['done']],
  ['pending', ['done']],
  ['killed', ['done']],
  ['failed', ['killed']],
])

/** As it ends without a fault; or as it may where the request came late, or was refused because it cannot be opened. */
const expectedOf = (fault: Fault, taken: Taken, ends: Ends, undisturbed: Ends): Ends => {
  const expected = new Map(undisturbed)
  for (const [id, state] of undisturbed) {
    const end = ends.get(id)
    if (isRefusedUnread(fault, taken)) expected.delete(id)
    const late = isLate(taken) && LATER_ENDS.get(state)?.includes(end ?? '')
    if (late === true && end !== undefined) expected.set(id, end)
    if (state === 'done' && end === 'lost' && isClosed(fault, taken)) expected.set(id, 'lost')
  }
  return expected
}

describe('R06: a disk that fails', () => {
  let seen = 0
  let cases = 0
  let fired = 0
  let recoveries = 0

  /** Of worlds from which it was tried: a lookup that fails with nine errors leaves one and the same. */
  const recovered = new Map<string, Ends>()

  const endsFrom = async ({world, printed}: Taken, where: string): Promise<Ends> => {
    const state = `${worldState(world)} ${printed.join()}`
    const known = recovered.get(state)
    if (known !== undefined) return known
    const ends = await recover(world, printed, where)
    recovered.set(state, ends)
    recoveries++
    return ends
  }

  const befall = async (scenario: Scenario, fault: Fault, undisturbed: Ends): Promise<void> => {
    const taken = await take(scenario, fault)
    const where = `${named(fault)} at ${taken.fs.firedAt}`
    cases++
    fired += taken.fs.fired > 0 ? 1 : 0
    assert.ok(taken.fs.fired > 0, `${where}: the fault did not fire`)
    // What may be its owner's doing costs a refusal its reason.
    taken.world.gaps = named(fault).includes('EACCES')
    const wrong = wordsFault(taken.error) ?? haltFault(fault, taken)
    assert.ok(wrong === null, `${where}: ${wrong}`)
    assert.deepEqual(taken.fs.openFiles, [], where)
    removeHalt(taken)
    // Whose id it was nobody knows: what waits for that one, waits for its claim to be burned.
    if (isRefusedUnread(fault, taken)) taken.world.clock.advance(CLAIM_LIFE)
    const ends = await endsFrom(taken, where)
    assertEnds({...taken, cut: []}, ends, expectedOf(fault, taken, ends, undisturbed), where)
  }

  for (const scenario of SCENARIOS) {
    it(`R06: ${scenario.name}`, async () => {
      recovered.clear()
      const undisturbed = await take(scenario, null)
      const ends = await recover(undisturbed.world, undisturbed.printed, scenario.name)
      for (const fault of faultsOf(undisturbed.calls)) {
        if (seen++ % STRIDE === 0) await befall(scenario, fault, ends)
      }
    }).timeout(isNight ? 7_200_000 : 300_000)
  }

  after(() => {
    tellCases('R06', cases, fired)
    console.log(`      R06: recovered from ${recoveries} worlds that differ`)
  })
})
