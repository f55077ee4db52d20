/** Private specs: written once, whole or not at all. */
import assert from 'node:assert/strict'
import {jobId, token} from '../../../src/core/brand.js'
import {GodError} from '../../../src/core/errors.js'
import type {JobSpec} from '../../../src/core/job.js'
import type {FileSystem} from '../../../src/store/disk/file-system.js'
import {encode} from '../../../src/store/jobs/record-codec.js'
import {quiet} from '../../support/loop-driver.js'
import {ANN, DiskWorld} from '../disk/disk-world.js'

const spec = (over: Partial<JobSpec> = {}): JobSpec => ({
  v: 1,
  id: jobId(1007),
  tok: token('0123456789abcdef01234567'),
  uid: ANN,
  wish: {command: {kind: 'script', text: '#!/bin/sh\n', args: ['ж']}, env: {A: 'b'}, hold: true},
  ...over,
})
const PATH = '/god/jobs/spec/1/1007.json'

describe('a private spec', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
  })
  const quarantined = (): string[] => world.disk.files('/god/quarantine')

  it('reads back as it was published, for its service alone', () => {
    assert.deepEqual(world.specs().publish(spec()), spec())
    assert.deepEqual(world.specs().read(jobId(1007)), spec())
    assert.equal(world.process().lstat(PATH).mode, 0o600)
    assert.equal(world.process().lstat('/god/jobs/spec/1').mode, 0o700)
  })

  it('is null where there is none, and after it was removed', () => {
    assert.equal(world.specs().read(jobId(1007)), null)
    world.specs().publish(spec())
    world.specs().remove(jobId(1007))
    world.specs().remove(jobId(1007))
    assert.equal(world.specs().read(jobId(1007)), null)
  })

  it('is written once: a second publisher is told of the first one', () => {
    world.specs().publish(spec())
    const other = spec({tok: token('f'.repeat(24))})
    assert.deepEqual(world.specs().publish(other), spec())
    assert.deepEqual(world.specs().read(jobId(1007)), spec())
  })

  it('survives a power loss once it is settled, whoever made its folder', () => {
    world.process().mkdir('/god/jobs/spec/1', 0o700)
    const durable = world.durable()
    world.specs().publish(spec())
    world.disk.powerLoss()
    assert.equal(world.specs().read(jobId(1007)), null)

    const fs = world.process()
    world.specs(fs).publish(spec())
    // Another process, which found it published already.
    const other = world.specs(durable.fs)
    other.settle(jobId(1007))
    world.process().fsyncDir('/god/jobs/spec/1')
    world.disk.powerLoss()
    assert.deepEqual(world.specs().read(jobId(1007)), spec())
  })

  it('survives a power loss after the next sync, whoever synced while it had no name yet', async () => {
    const fs = world.process()
    let end = (): void => assert.fail('no sync goes on')
    const beside: FileSystem['beside'] = {
      fsync: fd =>
        new Promise(resolve => {
          end = () => resolve(fs.fsync(fd))
        }),
      fsyncDir: async path => fs.fsyncDir(path),
    }
    const durable = world.durable(Object.assign(fs, {beside}))
    const published = world.specsOn(durable).publishBeside(spec())
    await quiet()
    durable.syncPending()
    end()
    assert.deepEqual(await published, spec())
    durable.syncPending()
    world.disk.powerLoss()
    assert.deepEqual(world.specs().read(jobId(1007)), spec())
  })

  const damages: readonly (readonly [string, Uint8Array | string])[] = [
    ['empty', ''],
    ['cut off', Buffer.from(encode(spec())).subarray(0, 40)],
    ['of another job', encode(spec({id: jobId(1008)}))],
    ['not of its form', encode({...spec(), wish: {}})],
  ]
  for (const [what, bytes] of damages) {
    it(`that is ${what} goes to quarantine and is an error for this job alone`, () => {
      world.specs().publish(spec({id: jobId(1009)}))
      world.write(PATH, bytes)
      assert.throws(
        () => world.specs().read(jobId(1007)),
        error => error instanceof GodError && error.code === 'E_RECORD_BAD' && /job 1007/.test(error.message),
      )
      assert.ok(!world.exists(PATH))
      assert.equal(quarantined().length, 2)
      assert.equal(world.specs().read(jobId(1009))?.id, 1009)
    })
  }

  it('that an earlier try left damaged is published anew', () => {
    world.specs().publish(spec())
    world.write(PATH, 'torn')
    assert.deepEqual(world.specs().publish(spec()), spec())
    assert.deepEqual(world.specs().read(jobId(1007)), spec())
    assert.equal(quarantined().length, 2)
  })

  it('that is damaged and cannot be moved now is an error for who would publish it', () => {
    world.specs().publish(spec())
    world.write(PATH, 'torn')
    const sick = world.process().plan({call: 'rename', path: '/quarantine/', n: 1, effect: {error: 'EACCES'}})
    assert.throws(
      () => world.specs(sick).publish(spec()),
      error => error instanceof GodError && error.code === 'E_RECORD_BAD',
    )
    assert.equal(world.disk.text(PATH), 'torn')
  })

  it('is there after it was published, also if one that was in the way vanishes', () => {
    world.specs().publish(spec({tok: token('f'.repeat(24))}))
    const fs = world.process()
    fs.on({call: 'open', path: PATH, when: 'before', act: () => world.specs().remove(jobId(1007))})
    assert.deepEqual(world.specs(fs).publish(spec()), spec())
    assert.deepEqual(world.specs().read(jobId(1007)), spec())
  })
})
