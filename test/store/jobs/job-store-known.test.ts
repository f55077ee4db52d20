/**
 * State.md 6 for a store that has read the job before: it goes on from what it knows by opens, and is misled by
 * nothing that was published, packed, pruned or damaged since.
 */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {rev} from '../../../src/core/brand.js'
import {encodeRecord, type JobStore} from '../../../src/store/jobs/job-store.js'
import {Crash, type DiskProcess} from '../../support/disk-process.js'
import {author} from '../disk/disk-world.js'
import {FIRST, ID, LIFE, oneJobForEach, SEAL, unlinkAll} from './one-job.js'

describe('a job that a store knows', () => {
  const held = oneJobForEach()
  const {begin, read, publish, advance, manifest, unlink, names, nothingIsWrong} = held

  it('is read by opens alone, also what others published since: its bucket may be long', () => {
    const fs = held.world.process()
    const one = held.world.jobs(fs)
    assert.equal(one.read(ID)?.record.rev, 1)
    fs.plan({call: 'readdir', path: '/jobs/live', n: 1, effect: {error: 'EIO', from: true}})
    assert.equal(one.read(ID)?.record.rev, 1)
    advance({state: 'held'})
    advance({state: 'pending'})
    const known = one.read(ID) ?? assert.fail()
    assert.equal(known.record.rev, 3)
    const fourth = one.publishNext(known, {state: 'held'}, author(), 'now')
    assert.deepEqual([fourth?.record.rev, one.read(ID)], [4, fourth])
  })

  it('is not looked for any more once its whole bucket is packed', () => {
    const one = held.world.jobs()
    assert.equal(one.all().length, 1)
    const blind = held.world
      .process()
      .plan({call: 'open', path: '/jobs/live/0', n: 1, effect: {error: 'EIO', from: true}})
    for (const [n, last, looks] of [
      [1, 998, true],
      [2, 999, false],
    ] as const) {
      held.world.publishManifest(n, {segments: [{name: 's', ids: [[1, last]]}]})
      assert.deepEqual(one.all(), [])
      if (looks) assert.throws(() => held.world.jobs(blind).all(), /EIO/)
      else assert.deepEqual(held.world.jobs(blind).all(), [])
    }
  })

  it('is forgotten when no listing shows it any more', () => {
    let listings = 0
    const fs = held.world.process()
    for (let n = 1; n <= 9; n++)
      fs.on({call: 'readdir', path: held.live, n, when: 'after', act: () => listings++})
    const one = held.world.jobs(fs)
    one.all()
    const bytes = held.world.bytes(join(held.live, '7.1.json'))
    held.world.process().unlink(join(held.live, '7.1.json'))
    assert.deepEqual(one.all(), [])
    held.world.write(join(held.live, '7.1.json'), bytes)
    listings = 0
    one.read(ID)
    assert.equal(listings, 1)
  })

  /** All that was read of it is known, and nothing of what came after. */
  const knowing = (fs: DiskProcess = held.world.process()): JobStore => {
    const store = held.world.jobs(fs)
    store.read(ID)
    return store
  }

  it('sees it gone, however far the packing has come', () => {
    advance(...LIFE)
    const stores = [knowing()]
    advance(SEAL)
    stores.push(knowing())
    manifest()
    for (let freed = 0; freed <= 5; freed++) {
      if (freed > 0) unlink(freed)
      for (const store of stores) assert.equal(store.read(ID), null, `${freed} freed`)
    }
    nothingIsWrong()
  })

  it('counts nothing that was published too late on what it knows', () => {
    const base = advance(...LIFE)
    const late = held.world.process().plan({call: 'link', n: 1, effect: 'crash-after'})
    const store = knowing()
    advance(SEAL)
    unlinkAll(held.world.process(), held.live)
    assert.throws(() => publish(base, {state: 'pending', attempt: 2}, late), Crash)
    assert.ok(names().includes('7.5.json'))
    assert.equal(store.read(ID), null)
  })

  it('is told the truth when all is freed between its look at what follows and at what it knows', () => {
    for (const [known, changes] of [
      [1, []],
      [4, LIFE],
    ] as const) {
      begin()
      advance(...changes)
      const slow = held.world.process()
      const store = knowing(slow)
      const away = (): void => {
        if (known === 1) advance(...LIFE)
        advance(SEAL)
        manifest()
        unlinkAll(held.world.process(), held.live)
      }
      slow.on({call: 'open', path: `7.${known}.json`, when: 'before', act: away})
      assert.equal(store.read(ID), null)
      nothingIsWrong()
    }
  })

  it('lists again if what it knows was freed by pruning', () => {
    const store = knowing()
    advance(...LIFE)
    unlink(1)
    assert.equal(store.read(ID)?.record.state, 'done')
  })

  it('takes no damaged revision, and none on other bytes: it goes to quarantine as ever', () => {
    const forged = {rev: rev(1), sha256: 'f'.repeat(64)}
    for (const on of ['torn', 'forged', 'other'] as const) {
      begin()
      const store = knowing()
      advance({state: 'held'})
      if (on === 'torn') held.world.write(join(held.live, '7.2.json'), 'torn')
      else if (on === 'forged')
        held.world.write(join(held.live, '7.2.json'), encodeRecord({...read().record, prev: forged}))
      else held.world.write(join(held.live, '7.1.json'), encodeRecord({...FIRST, name: 'other'}))
      assert.equal(store.read(ID)?.record.rev, 1, on)
      assert.equal(held.world.disk.files('/god/quarantine').length, 2)
    }
  })
})
