/** Ids without a daemon: claims, hints and burning, one step after the other. */
import assert from 'node:assert/strict'
import {jobId, MAX_ID} from '../../../src/core/brand.js'
import {GodError} from '../../../src/core/errors.js'
import {
  claimId,
  claimIds,
  claimOwner,
  listClaims,
  raiseHint,
  readHint,
  removeClaim,
} from '../../../src/store/requests/ids.js'
import {Crash, type DiskProcess} from '../../support/disk-process.js'
import {DiskWorld} from '../disk/disk-world.js'

describe('claiming an id', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
  })
  const claim = (fs: DiskProcess = world.process()): number => claimId(world.durable(fs), world.layout)
  const raise = (id: number, fs: DiskProcess = world.process()): void =>
    raiseHint(world.durable(fs), world.layout, jobId(id))
  const remove = (id: number): boolean => removeClaim(world.process(), world.layout, jobId(id))
  const hint = (): number => readHint(world.process(), world.layout)
  const claims = (): number[] => [...listClaims(world.process(), world.layout)].sort((a, b) => a - b)
  const put = (...ids: number[]): void => {
    for (const id of ids) world.write(`/god/ids/${id}`, '')
  }

  it('begins with 1 and goes up', () => {
    assert.deepEqual([claim(), claim(), claim()], [1, 2, 3])
    assert.deepEqual(claims(), [1, 2, 3])
  })

  it('tells whose it is', () => {
    const id = jobId(claim(world.process(4711)))
    assert.equal(claimOwner(world.process(), world.layout, id), 4711)
    assert.equal(claimOwner(world.process(), world.layout, jobId(9)), null)
  })

  it('never gives what the hint has passed, though its claim is gone', () => {
    claim()
    raise(1)
    remove(1)
    assert.equal(hint(), 2)
    assert.equal(claim(), 2)
  })

  it('finds a free id above thousands of claims by few looks', () => {
    put(...Array.from({length: 3000}, (_, i) => i + 1))
    const fs = world.process()
    let looks = 0
    for (let n = 1; n < 100; n++) fs.on({call: 'lstat', n, when: 'before', act: () => void looks++})
    assert.equal(claim(fs), 3001)
    assert.ok(looks < 30, `${looks} looks`)
  })

  it('finds one in spite of gaps, which others left', () => {
    put(1, 2, 4, 5, 6, 7, 8)
    const given = [claim(), claim(), claim()]
    assert.equal(new Set([...given, 1, 2, 4, 5, 6, 7, 8]).size, 10)
  })

  it('goes up when another one is faster', () => {
    const fs = world.process()
    fs.on({call: 'open-create', when: 'before', n: 1, act: () => put(1)})
    fs.on({call: 'open-create', when: 'before', n: 2, act: () => put(2)})
    assert.equal(claim(fs), 3)
  })

  it('drops what the hint passed in between, and begins anew', () => {
    const fs = world.process()
    fs.on({
      call: 'open-create',
      when: 'before',
      act: () => {
        assert.equal(claim(), 1)
        raise(1)
        remove(1)
      },
    })
    assert.equal(claim(fs), 2)
    assert.deepEqual(claims(), [2])
  })

  it('is not confused by other names', () => {
    put(1)
    for (const name of ['x', '02', '-3', '.t.4', '1.5']) {
      world.write(`/god/ids/${name}`, '')
      world.write(`/god/idh/${name}`, '')
    }
    assert.deepEqual(claims(), [1])
    assert.equal(hint(), 1)
    assert.equal(claim(), 2)
  })

  it('survives a power loss: the same id is not given again', () => {
    assert.equal(claim(), 1)
    world.disk.powerLoss()
    assert.equal(claim(), 2)
  })

  it('works for users who may not open the folder of the claims', () => {
    const user = world.process(7).plan({call: 'fsyncDir', n: 1, effect: {error: 'EACCES'}})
    assert.equal(claim(user), 1)
  })

  it('ends with the last id that there is', () => {
    world.write(`/god/idh/${MAX_ID - 1}`, '')
    put(MAX_ID - 1)
    assert.equal(claim(), MAX_ID)
    assert.throws(
      () => claim(),
      error => error instanceof GodError && error.code === 'E_DIR_BAD',
    )
    raise(MAX_ID)
    remove(MAX_ID)
    assert.equal(hint(), MAX_ID + 1)
    assert.throws(() => claim(), GodError)
  })

  describe('many at once', () => {
    const claimMany = (count: number, fs = world.process()): readonly number[] =>
      claimIds(world.durable(fs), world.layout, count)

    it('gives them in a row, after those that are there', () => {
      put(1, 2, 3)
      const ids = claimMany(200)
      assert.deepEqual(
        ids,
        Array.from({length: 200}, (_, i) => i + 4),
      )
      assert.equal(claims().length, 203)
      assert.deepEqual(claimMany(0), [])
    })

    it('reads the hint and syncs seldom, however many they are', () => {
      const fs = world.process()
      let hints = 0
      for (let n = 1; n < 300; n++) fs.on({call: 'readdir', n, when: 'before', act: () => void hints++})
      claimMany(1000, fs)
      assert.ok(hints < 40, `${hints} readings`)
      assert.equal(fs.counts.get('fsyncDir'), 1)
    })

    it('passes over what others claim meanwhile', () => {
      const fs = world.process()
      fs.on({call: 'open-create', when: 'before', n: 2, act: () => put(2, 3)})
      assert.deepEqual(claimMany(3, fs), [1, 4, 5])
    })

    it('drops those that the hint passed in between, and no others', () => {
      const fs = world.process()
      fs.on({call: 'open-create', when: 'before', n: 4, act: () => raise(2)})
      assert.deepEqual(claimMany(5, fs), [3, 4, 5, 6, 7])
      assert.deepEqual(claims(), [3, 4, 5, 6, 7])
      assert.equal(hint(), 3)
    })

    it('keeps what was safe before the hint rose', () => {
      const fs = world.process()
      // The second run of claims; the first was looked at again before.
      fs.on({call: 'open-create', when: 'before', n: 70, act: () => raise(66)})
      const ids = claimMany(100, fs)
      assert.deepEqual([ids.length, ids[0], ids[63], ids[64]], [100, 1, 64, 67])
    })

    it('tells none where the last id is not enough', () => {
      world.write(`/god/idh/${MAX_ID - 1}`, '')
      assert.throws(
        () => claimMany(3),
        error => error instanceof GodError && error.code === 'E_DIR_BAD',
      )
    })

    it('leaves claims at most when it dies, at whatever call', () => {
      for (let n = 1; n < 8; n++) {
        world = new DiskWorld()
        const fs = world.process().plan({n, effect: 'crash-before'})
        try {
          claimMany(5, fs)
        } catch (error) {
          assert.ok(error instanceof Crash)
        }
        const left = claims()
        const next = claimMany(5)
        assert.ok(next.every(id => !left.includes(id as never)))
      }
    })
  })

  it('is no success if the disk fails', () => {
    for (const call of ['readdir', 'lstat', 'open-create', 'close', 'fsyncDir'])
      assert.throws(() => claim(world.process().plan({call, n: 1, effect: {error: 'EIO', from: true}})), call)
    assert.throws(() =>
      claimOwner(world.process().plan({call: 'lstat', n: 1, effect: {error: 'EIO'}}), world.layout, jobId(1)),
    )
  })
})

describe('the hint', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
  })
  const raise = (id: number, fs: DiskProcess = world.process()): void =>
    raiseHint(world.durable(fs), world.layout, jobId(id))
  const hint = (): number => readHint(world.process(), world.layout)

  it('only grows, whoever writes late', () => {
    raise(7)
    raise(3)
    assert.equal(hint(), 8)
    raise(7)
    assert.equal(hint(), 8)
    // A writer that looked before the others wrote.
    raise(9, world.process().on({call: 'open-create', when: 'before', act: () => raise(20)}))
    assert.equal(hint(), 21)
  })

  it('is raised by two at once', () => {
    raise(5, world.process().on({call: 'open-create', when: 'before', act: () => raise(5)}))
    assert.equal(hint(), 6)
  })

  it('is on the disk when it returns', () => {
    raise(7)
    world.disk.powerLoss()
    assert.equal(hint(), 8)
  })

  it('is on the disk when it returns, also if another one raised it and was killed before his sync', () => {
    const dying = world.process().plan({call: 'open-create', n: 1, effect: 'crash-after'})
    assert.throws(() => raise(7, dying), Crash)
    raise(7)
    world.disk.powerLoss()
    assert.equal(hint(), 8)
  })

  it('keeps the last 64 of its names: a late reader still finds a large one', () => {
    world.write('/god/idh/README', 'not a number')
    for (let id = 1; id <= 100; id++) raise(id)
    assert.ok(world.exists('/god/idh/README'))
    const names = world
      .process()
      .readdir('/god/idh')
      .filter(name => name !== 'README')
      .map(Number)
      .sort((a, b) => a - b)
    assert.deepEqual([names.length, names[0], names.at(-1)], [64, 38, 101])
  })

  it('is not raised if the disk fails, and then nobody is told so', () => {
    for (const call of ['open-create', 'fsyncDir'])
      assert.throws(() => raise(7, world.process().plan({call, n: 1, effect: {error: 'EIO'}})))
  })
})
