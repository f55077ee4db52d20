/** T39: a job that is root in its container, from its start to the directory that its user gets back. */
import assert from 'node:assert/strict'
import {type JobId, uid} from '../../src/core/brand.js'
import {DiskProcess} from '../support/disk-process.js'
import {attempt, dying} from '../support/dying.js'
import {SETTINGS, USER, World} from '../support/world.js'

describe('T39 the directory of a job that is root inside', () => {
  let world: World
  let id: JobId
  const folder = (): string => world.layout.workOf(uid(USER), id)
  const look = (path = folder()): readonly unknown[] => {
    const node = world.disk.lookup(path)
    return [node?.uid, node?.mode]
  }
  const running = async (): Promise<void> => {
    id = world.submit({root: true, env: {FAKE_SECONDS: '5'}})
    await world.cron()
    await world.cron()
    const container = new DiskProcess(world.disk, 0)
    const fd = container.open(`${folder()}/shell`, 'create', 0o755)
    container.fchmod(fd, 0o6755)
    container.close(fd)
  }
  beforeEach(async () => {
    world = new World({settings: {admission: {...SETTINGS.admission, mayBeRoot: ['*']}}})
    await running()
  })

  it('is closed to its user while it runs, and his with nothing of root’s in it when it has ended', async () => {
    assert.equal(world.state(id), 'running')
    assert.deepEqual(look(), [0, 0o700])
    world.clock.advance(6000)
    await world.cron()
    assert.equal(world.state(id), 'done')
    assert.deepEqual(
      [look(), look(`${folder()}/shell`)],
      [
        [USER, 0o700],
        [USER, 0o755],
      ],
    )
    assert.deepEqual(world.containers(), [])
  })

  it('is closed as long as this pass dies in the midst of it, and given back by the next', async () => {
    world.clock.advance(6000)
    const fs = dying(world, {call: 'fchown', n: 1, effect: 'crash-before'})
    await attempt(fs, () => world.process(fs).watch())
    assert.equal(world.state(id), 'done')
    assert.deepEqual([look(), world.containers().length], [[0, 0o700], 1])
    await world.cron()
    assert.deepEqual(
      [look(), look(`${folder()}/shell`)],
      [
        [USER, 0o700],
        [USER, 0o755],
      ],
    )
    assert.deepEqual(world.containers(), [])
  })

  it('is given back if somebody else removed the container', async () => {
    world.engine.remove(world.containers()[0] ?? assert.fail())
    await world.cron()
    assert.equal(world.state(id), 'lost')
    assert.deepEqual(
      [look(), look(`${folder()}/shell`)],
      [
        [USER, 0o700],
        [USER, 0o755],
      ],
    )
  })

  it('stays closed, and is told of, if it cannot be given back; the job is over all the same', async () => {
    const deep = new DiskProcess(world.disk, 0)
    let path = folder()
    for (let i = 0; i < 205; i++) {
      path += '/d'
      deep.mkdir(path, 0o755)
    }
    world.clock.advance(6000)
    await world.cron()
    assert.deepEqual([world.state(id), look(), world.containers()], ['done', [0, 0o700], []])
    assert.match(
      world.log.join('\n'),
      /the directory of job 1 stays root's, for its folders are more than 200 deep/,
    )
  })
})
