/** Gpus in whole passes: which are given is on record, reaches the container, and no two at once have the same. */
import assert from 'node:assert/strict'
import {partRecords} from '../../src/core/array/view.js'
import {epoch, type JobId} from '../../src/core/brand.js'
import {isAllocated} from '../../src/core/state.js'
import {publish} from '../../src/service/publish.js'
import {plainAuthor} from '../../src/service/service.js'
import {readReasons} from '../../src/store/reasons.js'
import {DiskProcess} from '../support/disk-process.js'
import {type Dice, dice as diceOf} from '../support/seeded.js'
import {GIB, World} from '../support/world.js'

const FOREVER = {env: {FAKE_SECONDS: 'forever'}}
const nodes = (gpus: number) => [{name: 'n1', capacity: {cpus: 16_000, memory: 64 * GIB, gpus}, labels: {}}]

describe('gpus', () => {
  const devices = (world: World, id: JobId) => world.record(id)?.devices
  const inContainers = (world: World) =>
    world
      .containers()
      .filter(({status}) => status === 'running')
      .map(({spec}) => spec.devices)

  /** All that jobs have now, by their records. */
  const given = (world: World): readonly number[] =>
    world
      .process()
      .service.jobs.all()
      .flatMap(({record}) => partRecords(record).filter(({state}) => isAllocated(state)))
      .flatMap(record => record.devices ?? [])

  it('are given by number, recorded, and told to the container', async () => {
    const world = new World({nodes: nodes(4)})
    const [one, two, none] = [{gpus: 1}, {gpus: 2}, {}].map(wish => world.submit({...FOREVER, ...wish}))
    await world.cron()
    assert.deepEqual(
      [one, two, none].map(id => devices(world, id as JobId)),
      [[0], [1, 2], undefined],
    )
    assert.deepEqual(inContainers(world), [[0], [1, 2], undefined])
  })

  it('are free again when their job has ended, and others wait until then', async () => {
    const world = new World({nodes: nodes(2)})
    const first = world.submit({env: {FAKE_SECONDS: '5'}, gpus: 2})
    const second = world.submit({...FOREVER, gpus: 1})
    await world.cron()
    assert.deepEqual([world.state(first), world.state(second)], ['running', 'pending'])
    await world.settle(4, 5000)
    assert.deepEqual([world.state(first), world.state(second)], ['done', 'running'])
    assert.deepEqual([devices(world, first), devices(world, second)], [[0, 1], [0]])
  })

  it('of an array are those of its tasks, each its own', async () => {
    const world = new World({nodes: nodes(3)})
    const id = world.submit({...FOREVER, gpus: 1, array: '0-9'})
    await world.cron()
    assert.deepEqual(
      [0, 1, 2, 3].map(task => world.record(`${id}[${task}]` as never)?.devices),
      [[0], [1], [2], undefined],
    )
    assert.deepEqual(inContainers(world), [[0], [1], [2]])
  })

  it('are given to nobody while somebody has some by a record without numbers, and he is told why', async () => {
    const world = new World({nodes: nodes(4)})
    const older = world.submit({...FOREVER, gpus: 1})
    await world.cron()
    const {service} = world.process()
    const base = service.jobs.read(older)
    assert.ok(base !== null)
    publish(service, base, {state: 'running', devices: []}, plainAuthor('watcher', epoch(0)), 'later')
    const later = world.submit({...FOREVER, gpus: 1})
    await world.cron()
    assert.equal(world.state(later), 'pending')
    const reason = readReasons({fs: world.process().fs}, world.layout).get(later)
    assert.match(reason?.text ?? '', /^which gpus of n1 are in use is not known/)
    world.control('kill', [older])
    await world.settle(6, 5000)
    assert.deepEqual([world.state(later), devices(world, later)], ['running', [0]])
  })

  it('are refused at once where no node has so many', async () => {
    const world = new World({nodes: nodes(2)})
    await world.cron()
    const id = world.submit({gpus: 3})
    await world.cron()
    assert.equal(world.state(id), 'absent')
  })

  const assertOwn = (world: World, when: string): void => {
    const all = given(world)
    assert.equal(new Set(all).size, all.length, `${when}: ${all.join(' ')}`)
    const inside = inContainers(world).flatMap(each => each ?? [])
    assert.equal(new Set(inside).size, inside.length, `${when}, in containers: ${inside.join(' ')}`)
  }

  const aTurn = async (world: World, dice: Dice, ids: JobId[]): Promise<void> => {
    const wish = {env: {FAKE_SECONDS: String(1 + dice.roll(20))}, gpus: dice.roll(3)}
    ids.push(world.submit(dice.chance(0.3) ? {...wish, gpus: 1, array: '1-4'} : wish))
    if (dice.chance(0.3)) world.control('kill', [dice.pick(ids)])
    const fs = new DiskProcess(world.disk)
    if (dice.chance(0.4)) fs.plan({n: 1 + dice.roll(15), effect: 'crash-before'})
    await Promise.allSettled([world.cron(fs)])
    if (dice.chance(0.2)) world.powerLoss()
  }

  it('are never those of two jobs at once, whatever is killed and stopped meanwhile', async () => {
    let most = 0
    for (let seed = 1; seed <= 25; seed++) {
      const dice = diceOf(seed)
      const world = new World({nodes: nodes(3)})
      const ids: JobId[] = []
      for (let turn = 0; turn < 12; turn++) {
        await aTurn(world, dice, ids)
        assertOwn(world, `seed ${seed}, turn ${turn}`)
        most = Math.max(most, given(world).length)
        world.clock.advance(dice.roll(8000))
      }
    }
    assert.equal(most, 3, 'the node was never full')
  })
})
