/**
 * R03: real commands, shot by the kernel before the n-th of their calls that change the shared directory; then one
 * more pass, in this process, and the invariants over the real directory. By night also the pass that recovers is shot.
 */
import assert from 'node:assert/strict'
import {cpSync, existsSync, readdirSync, rmdirSync, rmSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {passHost} from '../../src/cli/pass-host.js'
import {runGc, runScheduleOnce, runWatchOnce} from '../../src/service/run-passes.js'
import {layoutOf} from '../../src/store/layout.js'
import {amount, isNight, tellCases} from '../support/amount.js'
import {realSafety} from '../support/real-invariants.js'
import {type Dice, dice} from '../support/seeded.js'
import {TestSite} from '../support/site.js'
import {skip} from '../support/skip.js'
import {type CallPoint, hasStrace, type Killed, killedAt, pointsOf, type Traced} from '../support/traced.js'

/**
 * The fake engine's own files: a real engine does these steps in one. They are no points to shoot at; and as calls are
 * counted, and threads take turns, some shots at others strike them all the same.
 */
const ENGINE = /\/engine\/|\/started\.|\/god\.(log|err)/
/** Of each command: by day a sample, by night all, and as many pairs. */
const SHOTS = amount(8, 10_000)
const PAIRS = amount(0, 130)

interface Trial {
  readonly name: string
  readonly prepare: (site: TestSite) => Promise<readonly number[]>
  readonly args: readonly string[]
  /** States that the jobs may have after the command was shot, and after one more pass. */
  readonly ends: readonly string[]
}

const submitted = async (site: TestSite, ...vars: readonly string[]): Promise<readonly number[]> => [
  await site.submit(...vars),
  await site.submit(...vars),
]

const running = async (site: TestSite, ...vars: readonly string[]): Promise<readonly number[]> => {
  const ids = await submitted(site, ...vars)
  await site.pass()
  return ids
}

const FOREVER = 'FAKE_SECONDS=forever'

const asked = async (site: TestSite, op: string): Promise<readonly number[]> => {
  const ids = await running(site, FOREVER)
  await site.here([op, '1-2'])
  return ids
}

const SUBMIT = ['submit', '--parsable', '-E', FOREVER, '--', 'true']
const SCHEDULE = ['schedule']
const WATCH = ['watch', '--once']

const TRIALS: readonly Trial[] = [
  {name: 'the first submit', prepare: async () => [], args: SUBMIT, ends: ['running']},
  {name: 'a later submit', prepare: site => submitted(site, FOREVER), args: SUBMIT, ends: ['running']},
  {
    name: 'schedule, two new jobs',
    prepare: site => submitted(site, FOREVER),
    args: SCHEDULE,
    ends: ['running'],
  },
  {
    name: 'watch, two ended jobs',
    prepare: site => running(site, 'FAKE_SECONDS=0'),
    args: WATCH,
    ends: ['done'],
  },
  {
    name: 'kill',
    prepare: site => running(site, FOREVER),
    args: ['kill', '1-2'],
    ends: ['running', 'stopping', 'killed'],
  },
  {name: 'watch, two kills', prepare: site => asked(site, 'kill'), args: WATCH, ends: ['stopping', 'killed']},
  {name: 'watch, two suspensions', prepare: site => asked(site, 'suspend'), args: WATCH, ends: ['suspended']},
  {
    name: 'schedule, two holds',
    prepare: async site => {
      const ids = await submitted(site, FOREVER)
      await site.here(['hold', '1-2'])
      return ids
    },
    args: SCHEDULE,
    ends: ['held'],
  },
]

interface Shots {
  readonly first: CallPoint
  readonly second: {readonly point: CallPoint; readonly args: readonly string[]} | null
}

/** A shared directory as it is before the command, to be copied for each shot. */
class Template {
  readonly site = new TestSite()
  #copies = 0

  copy(): string {
    const dir = `${this.site.dir}-${++this.#copies}`
    cpSync(this.site.dir, dir, {recursive: true, preserveTimestamps: true})
    return dir
  }
}

const locksOf = (dir: string): readonly string[] =>
  readdirSync(layoutOf(dir).locks).filter(name => name.endsWith('.lock'))

/** Shot between the lock and the name in it: free thirty seconds later, and no test waits so long. */
const freeNameless = (dir: string): void => {
  const {locks} = layoutOf(dir)
  const nameless = locksOf(dir).filter(name => {
    const holder = join(locks, name.replace('.lock', '.holder'))
    return !existsSync(holder) || statSync(holder).size === 0
  })
  for (const name of nameless) rmdirSync(join(locks, name))
}

const pass = async (dir: string): Promise<void> => {
  freeNameless(dir)
  await runScheduleOnce(passHost({dir, json: false}, 'scheduler', false))
  await runWatchOnce(passHost({dir, json: false}, 'watcher', false))
  // The lock of a packer that was shot is taken over by the next one, which may be hours away by the timetable.
  await runGc(passHost({dir, json: false}, 'packer', false), false)
}

/** Locks of the service are given back, and it left at most what a later sweep removes. */
const assertFree = (dir: string, where: string): void => assert.deepEqual(locksOf(dir), [], where)

const idsOf = (ran: Traced, ids: readonly number[], args: readonly string[]): readonly number[] =>
  args === SUBMIT && ran.stdout !== '' ? [...ids, Number(ran.stdout)] : ids

const judge = (dir: string, ids: readonly number[], ends: readonly string[], where: string): void => {
  const {faults, states} = realSafety(dir, ids)
  assert.deepEqual(faults, [], where)
  for (const [id, state] of states) assert.ok(ends.includes(state), `${where}: job ${id} is ${state}`)
  assertFree(dir, where)
}

const sample = (points: readonly CallPoint[], chance: Dice): readonly CallPoint[] => {
  const left = [...points]
  while (left.length > SHOTS) left.splice(chance.roll(left.length), 1)
  return left
}

describe('R03: shot by the kernel', function () {
  this.timeout(isNight ? 7_200_000 : 300_000)
  const chance = dice(20_261_128)
  let cases = 0
  let fired = 0
  before(function () {
    if (!hasStrace()) skip(this, 'needs strace, and the right to trace')
  })
  after(() => {
    if (cases > 0) tellCases('R03', cases, fired)
    if (astray > 0) console.log(`      R03: ${astray} struck the simulated engine, and were not judged`)
  })

  let astray = 0
  /** Null: it struck the simulated engine in the midst of a step. */
  const shoot = async (dir: string, point: CallPoint, args: readonly string[]): Promise<Killed | null> => {
    const ran = await killedAt(point, args, dir)
    if (ENGINE.test(ran.struck)) {
      astray++
      return null
    }
    if (ran.code === null) fired++
    return ran
  }

  /** Shot, and perhaps the command that recovers too; then one pass, and all is well. */
  const trial = async (
    template: Template,
    {args, ends}: Trial,
    ids: readonly number[],
    shots: Shots,
  ): Promise<void> => {
    const dir = template.copy()
    const shot = await shoot(dir, shots.first, args)
    const {second} = shots
    const next = shot === null || second === null ? shot : await shoot(dir, second.point, second.args)
    if (shot !== null && next !== null) {
      cases++
      await pass(dir)
      const first = `shot before ${shots.first.text} (it struck ${shot.struck})`
      const then =
        second === null ? '' : `, then ${second.point.text} of ${second.args.join(' ')} (${next.struck})`
      judge(dir, idsOf(shot, ids, args), ends, `${first}${then}`)
    }
    rmSync(dir, {recursive: true})
  }

  const run = async (template: Template, one: Trial): Promise<void> => {
    const ids = await one.prepare(template.site)
    const first = template.copy()
    const {ran, points} = await pointsOf(one.args, first, ENGINE)
    assert.equal(ran.code, 0, ran.stderr)
    assert.ok(points.length > 3, `only ${points.length} calls were seen`)
    const before = fired
    for (const point of sample(points, chance)) await trial(template, one, ids, {first: point, second: null})
    const recovering = chance.pick([SCHEDULE, WATCH])
    const more = await pointsOf(recovering, template.copy(), ENGINE)
    for (let i = 0; i < PAIRS && more.points.length > 0; i++) {
      const second = {point: chance.pick(more.points), args: recovering}
      await trial(template, one, ids, {first: chance.pick(points), second})
    }
    assert.ok(fired > before, 'no shot hit')
  }

  for (const one of TRIALS) {
    it(`R03: ${one.name}`, async () => {
      const template = new Template()
      try {
        await run(template, one)
      } finally {
        template.site.remove()
      }
    })
  }
})
