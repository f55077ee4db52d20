/**
 * State.md 6, "No ABA": publishers and readers that stall while others publish, and while the job is packed (by
 * hand: seal, manifest, revisions unlinked ascending). Who was late loses, leaves nothing, and nobody is misled.
 */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import type {Change} from '../../../src/core/outcome.js'
import type {Stored} from '../../../src/store/jobs/job-store.js'
import {Crash} from '../../support/disk-process.js'
import {author} from '../disk/disk-world.js'
import {FIRST, ID, LIFE, oneJobForEach, SEAL, unlinkAll} from './one-job.js'

describe('a job while others stall', () => {
  const held = oneJobForEach()
  const {begin, read, publish, advance, manifest, unlink, names, nothingIsWrong} = held

  describe('a publisher', () => {
    it('that stalls across several revisions loses', () => {
      const base = read()
      advance(...LIFE)
      assert.equal(publish(base, {state: 'held'}), null)
      assert.equal(read().record.state, 'done')
      nothingIsWrong()
    })

    it('that stalls across the whole packing finds its name free, and loses all the same', () => {
      const base = advance(...LIFE)
      const slow = held.world.process()
      slow.on({
        call: 'link',
        when: 'before',
        act: () => {
          advance(SEAL)
          manifest()
          unlinkAll(held.world.process(), held.live)
        },
      })
      assert.equal(publish(base, {state: 'pending', attempt: 2}, slow), null)
      assert.deepEqual(names(), [])
      assert.equal(held.world.jobs().read(ID), null)
      nothingIsWrong()
    })

    const lateChange = ({record: {state}}: Stored): Change => {
      if (state === 'done') return {state: 'pending', attempt: 2}
      return {state: state === 'pending' ? 'held' : 'lost'}
    }

    const losesOn = (base: Stored, freed: number): void => {
      const before = names()
      assert.equal(publish(base, lateChange(base)), null, `on ${base.record.rev}, ${freed} freed`)
      assert.deepEqual(names(), before)
      assert.equal(held.world.jobs().isCurrent(base), false)
    }

    it('loses at whatever revision it had stalled, and however far the packing has come', () => {
      const bases = [read(), ...LIFE.map(change => advance(change))]
      advance(SEAL)
      manifest()
      for (let freed = 1; freed <= bases.length + 1; freed++) {
        unlink(freed)
        for (const base of bases) losesOn(base, freed)
        assert.equal(held.world.jobs().read(ID), null)
        assert.deepEqual(held.world.jobs().all(), [])
      }
      nothingIsWrong()
    })

    it('that is killed before it looks back leaves a file that counts for nobody', () => {
      const base = advance(...LIFE)
      const slow = held.world.process().plan({call: 'link', n: 1, effect: 'crash-after'})
      slow.on({
        call: 'link',
        when: 'before',
        act: () => {
          advance(SEAL)
          manifest()
          unlinkAll(held.world.process(), held.live)
        },
      })
      assert.throws(() => publish(base, {state: 'pending', attempt: 2}, slow), Crash)
      assert.ok(names().includes('7.5.json'))
      assert.equal(held.world.jobs().read(ID), null)
      assert.deepEqual(held.world.jobs().all(), [])
      assert.deepEqual(held.world.jobs().history(ID), [])
      assert.deepEqual(held.world.disk.files('/god/quarantine'), [])
    })

    it('cannot requeue what is being sealed, nor seal what is requeued: one of both wins', () => {
      for (const slowIs of ['sealing', 'requeueing'] as const) {
        begin()
        const base = advance(...LIFE)
        const requeue: Change = {state: 'pending', attempt: 2}
        const [late, early] = slowIs === 'sealing' ? [SEAL, requeue] : [requeue, SEAL]
        const slow = held.world.process().on({call: 'link', when: 'before', act: () => void advance(early)})
        assert.equal(publish(base, late, slow), null)
        assert.equal(read().record.state, early.state)
        nothingIsWrong()
      }
    })

    it('loses on a revision that was damaged and published anew while it stalled', () => {
      const base = advance(...LIFE.slice(0, 1))
      const slow = held.world.process().on({
        call: 'link',
        when: 'before',
        act: () => {
          held.world.write(join(held.live, '7.2.json'), 'torn')
          advance({state: 'held'})
        },
      })
      assert.equal(publish(base, LIFE[1] ?? SEAL, slow), null)
      assert.equal(read().record.state, 'held')
      assert.deepEqual(names(), ['7.1.json', '7.2.json'])
    })

    it('of a store that had seen the job goes on with what is there now', () => {
      const store = held.world.jobs()
      const [base] = store.all()
      assert.ok(base !== undefined)
      held.world.write(join(held.live, '7.1.json'), held.world.bytes(join(held.live, '7.1.json')))
      advance(...LIFE)
      assert.equal(store.publishNext(base, {state: 'held'}, author(), 'now'), null)
      assert.equal(store.all()[0]?.record.state, 'done')
    })
  })

  describe('an admission', () => {
    it('that stalls across a whole life and its packing is void', () => {
      begin(false)
      const slow = held.world.process().on({
        call: 'link',
        when: 'before',
        act: () => {
          assert.equal(held.world.jobs().publishFirst(FIRST, 'now'), 'won')
          advance(...LIFE, SEAL)
          manifest()
          unlinkAll(held.world.process(), held.live)
        },
      })
      assert.equal(held.world.jobs(slow).publishFirst(FIRST, 'now'), 'void')
      assert.deepEqual(names(), [])
      nothingIsWrong()
    })

    it('that stalls until its id was dropped by retention is void', () => {
      begin(false)
      const dropped = () => held.world.publishManifest(1, {dropped: [[7, 7]]})
      const slow = held.world.process().on({call: 'link', when: 'before', act: dropped})
      assert.equal(held.world.jobs(slow).publishFirst(FIRST, 'now'), 'void')
      assert.equal(held.world.jobs().read(ID), null)
    })

    it("that stalls across another one's finds the id taken", () => {
      begin(false)
      const other = () => void held.world.jobs().publishFirst(FIRST, 'now')
      const slow = held.world.process().on({call: 'link', when: 'before', act: other})
      assert.equal(held.world.jobs(slow).publishFirst({...FIRST, name: 'late'}, 'now'), 'taken')
      assert.equal(read().record.name, 'train')
    })
  })

  describe('a reader', () => {
    it('that stalls between its listing and its look sees what is new, or a job that is gone', () => {
      advance(...LIFE)
      const slow = held.world
        .process()
        .on({call: 'readdir', path: held.live, when: 'after', act: () => void advance(SEAL)})
      assert.equal(held.world.jobs(slow).read(ID)?.record.sealed, false, 'as old as its listing')
      const slower = held.world.process().on({
        call: 'readdir',
        path: held.live,
        when: 'after',
        act: () => {
          manifest()
          unlinkAll(held.world.process(), held.live)
        },
      })
      assert.equal(held.world.jobs(slower).read(ID), null)
      nothingIsWrong()
    })

    it('lists again if all that it listed has moved on', () => {
      const slow = held.world.process().on({
        call: 'readdir',
        path: held.live,
        when: 'after',
        act: () => {
          // As pruning of a long history will do it.
          for (const change of LIFE) advance(change)
          unlink(1)
        },
      })
      assert.equal(held.world.jobs(slow).read(ID)?.record.state, 'done')
      const all = held.world
        .process()
        .on({call: 'readdir', path: held.live, when: 'after', act: () => unlink(2)})
      assert.equal(held.world.jobs(all).all()[0]?.record.state, 'done')
    })

    it('gives up with "no such job" where nothing ever counts', () => {
      advance(...LIFE)
      unlink(3)
      unlink(2)
      held.world.write(join(held.live, '7.1.json'), 'torn')
      const looker = held.world.process().plan({call: 'rename', n: 1, effect: {error: 'EACCES', from: true}})
      assert.equal(held.world.jobs(looker).read(ID), null)
    })
  })

  it('that lost a revision to a power cut is not deceived by the one after it', () => {
    advance({state: 'held'}, {state: 'killed', ended: FIRST.submitted})
    // The names of a folder that was not synced come back in any subset.
    unlink(2)
    assert.equal(read().record.rev, 1)
    advance(...LIFE.slice(0, 1))
    assert.equal(read().record.state, 'starting', 'the kill was published on another revision 2')
    advance(...LIFE.slice(1, 2))
    assert.equal(read().record.rev, 3)
    assert.equal(held.world.disk.files('/god/quarantine').length, 2)
  })
})
