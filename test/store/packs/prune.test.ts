/** Revisions of an array that are pruned: the last ones stay and count, and whoever was late loses (state.md 6). */
import assert from 'node:assert/strict'
import {foldTasks} from '../../../src/core/array/fold.js'
import {newArray, startTasks} from '../../../src/core/array/start.js'
import {allocatedRecords} from '../../../src/core/array/view.js'
import {instant, token} from '../../../src/core/brand.js'
import type {JobRecord} from '../../../src/core/job.js'
import type {Change} from '../../../src/core/outcome.js'
import type {FileSystem} from '../../../src/store/disk/file-system.js'
import type {Stored} from '../../../src/store/jobs/job-store.js'
import {PRUNING, pruneRevisions} from '../../../src/store/packs/prune.js'
import {amount} from '../../support/amount.js'
import {Crash, type DiskProcess} from '../../support/disk-process.js'
import {author, DiskWorld} from '../disk/disk-world.js'
import {type Act, interleave, Stepped} from '../disk/stepped.js'
import {FIRST, ID} from '../jobs/one-job.js'

const AN_ARRAY: JobRecord = {...FIRST, array: newArray('0-99999', false)}

/** Each revision starts a task, or ends the one that runs; `mark` as the service draws it. */
const nextOf = (record: JobRecord, mark: string): Change => {
  const [running] = allocatedRecords(record)
  const change =
    running === undefined
      ? startTasks(record, 'god-x-7', [{node: 'n1', engine: null, nonce: token('a'.repeat(24))}], instant(1))
          ?.change
      : foldTasks(record, [{task: running.task ?? 0, change: {state: 'done', ended: instant(2)}}], instant(2))
  if (change?.array === undefined) throw new Error('nothing is left of the array')
  // Results that nobody packs would bring it to a stop.
  const parts = Object.entries(change.array.parts).filter(([, {state}]) => state !== 'done')
  return {...change, array: {...change.array, mark, parts: Object.fromEntries(parts)}}
}

describe('the revisions of an array', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
    assert.equal(world.jobs().publishFirst(AN_ARRAY, 'now'), 'won')
  })
  const read = (): Stored => world.jobs().read(ID) ?? assert.fail('no job')
  const publish = (base: Stored, mark: string, fs: FileSystem = world.process()): Stored | null =>
    world.jobs(fs).publishNext(base, nextOf(base.record, mark), author(), 'later')
  const advance = (times: number, fs?: DiskProcess): void => {
    const store = world.jobs(fs)
    for (let i = 0; i < times; i++) {
      const base = store.read(ID) ?? assert.fail('no job')
      const next = store.publishNext(base, nextOf(base.record, `m${base.record.rev}`), author(), 'later')
      assert.notEqual(next, null)
    }
  }
  const revs = (): readonly number[] =>
    world
      .process()
      .readdir(world.layout.bucket(ID))
      .map(name => Number(name.split('.')[1]))
      .sort((a, b) => a - b)

  it('are pruned to the last 64 now and then, and the highest counts', () => {
    advance(300)
    assert.equal(read().record.rev, 301)
    assert.deepEqual([revs()[0], revs().at(-1), revs().length], [225, 301, 77])
    assert.equal(world.jobs().all()[0]?.record.rev, 301)
    const history = world.jobs().history(ID)
    assert.deepEqual([history[0]?.record.rev, history.at(-1)?.record.rev], [225, 301])
    assert.deepEqual(world.disk.files('/god/quarantine'), [])
  })

  it('of a job are never pruned', () => {
    const {array: _, ...job} = read().record
    pruneRevisions(world.durable(), world.layout, {...job, rev: AN_ARRAY.rev}, {kept: 0, every: 1})
    assert.deepEqual(revs(), [1])
  })

  it('stay on the disk before others leave it', () => {
    advance(150)
    world.disk.powerLoss()
    assert.ok(read().record.rev >= 128, `${read().record.rev}`)
  })

  it('that a killed process did not free are freed by the next one, the lowest first', () => {
    const fs = world.process().plan({call: 'unlink', path: '7.7.json', n: 1, effect: 'crash-before'})
    assert.throws(() => advance(200, fs), Crash)
    assert.deepEqual([revs()[0], revs().at(-1)], [7, 96])
    advance(100)
    assert.deepEqual([revs()[0], revs().at(-1)], [129, 196])
  })

  it('a publisher that stalls across the pruning loses, and leaves nothing', () => {
    const base = read()
    const slow = world.process().on({
      call: 'link',
      path: '7.2.json',
      when: 'before',
      act: () => advance(200),
    })
    assert.equal(publish(base, 'late', slow), null)
    assert.equal(read().record.rev, 201)
    assert.ok(!revs().includes(2))
  })

  /** Whether one who is late twice over is deceived by what another late one, killed after his link, left behind. */
  const isDeceived = (mark: string): boolean => {
    world = new DiskWorld()
    world.jobs().publishFirst(AN_ARRAY, 'now')
    const first = read()
    const second = publish(first, 'second') ?? assert.fail()
    const late = world.process().on({
      call: 'link',
      path: '7.3.json',
      when: 'before',
      act: () => {
        advance(200)
        const killed = world.process().plan({call: 'link', path: '7.2.json', n: 1, effect: 'crash-after'})
        assert.throws(() => publish(first, mark, killed), Crash)
      },
    })
    const third = publish(second, 'third', late)
    assert.equal(read().record.rev, 202, 'it counts for nobody')
    return third !== null
  }

  it('what a late and killed publisher left behind is no base of another: no two have the same bytes', () => {
    assert.ok(!isDeceived('mine'))
    assert.ok(isDeceived('second'), 'the mark is what it is for')
  })

  it('has one history in any order of all who publish and prune', function () {
    this.timeout(240_000)
    const changing =
      (name: string): Act<Stored[]> =>
      (fs, random) => {
        const store = world.jobs(fs, random)
        const won: Stored[] = []
        for (let round = 0; round < 2; round++) {
          const base = store.read(ID)
          if (base === null) break
          const next = store.publishNext(base, nextOf(base.record, `${name}${round}`), author(name), 'later')
          if (next === null) continue
          won.push(next)
          pruneRevisions(world.durable(fs, random), world.layout, next.record, {kept: 2, every: 1})
        }
        return won
      }
    let pruned = 0
    for (let seed = 1; seed <= amount(10, 300); seed++) {
      world = new DiskWorld()
      world.jobs().publishFirst(AN_ARRAY, 'now')
      const actors = ['a', 'b', 'c'].map(name => new Stepped(world.process(), name, changing(name)))
      interleave(actors, seed, [1, 3, 10, 40])
      const won = actors.flatMap(({result}) => result).sort((one, other) => one.record.rev - other.record.rev)
      for (const [i, {record}] of won.entries()) {
        assert.equal(record.rev, i + 2, `seed ${seed}: revision ${record.rev} was won twice, or none`)
        if (i > 0) assert.equal(record.prev?.sha256, won[i - 1]?.sha256, `seed ${seed}`)
      }
      assert.equal(read().sha256, won.at(-1)?.sha256, `seed ${seed}: the last that was won is read`)
      if ((revs()[0] ?? 0) > 1) pruned++
    }
    assert.ok(pruned > 4, `pruned in ${pruned}`)
    assert.equal(PRUNING.kept, 64)
  })
})
