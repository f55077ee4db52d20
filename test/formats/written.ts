/** All files that god writes in every scenario of the crash tests, and in some seeded lives of a site. */
import type {JobId} from '../../src/core/brand.js'
import {parseSections} from '../../src/core/settings/sections.js'
import {createUsageSampler} from '../../src/service/sample-usage.js'
import {standings} from '../../src/service/standings.js'
import {writeHalt} from '../../src/store/halt.js'
import {SCENARIOS} from '../crash/scenarios.js'
import {Simulation} from '../crash/simulation.js'
import {DiskProcess} from '../support/disk-process.js'
import type {MemoryDisk} from '../support/memory-disk.js'
import {GIB, SETTINGS, World} from '../support/world.js'
import type {Frozen} from './frozen.js'

/** Each content is told once: the files of a disk at this moment. */
export type Tell = (file: Frozen) => void

const tellAll = (disk: MemoryDisk, root: string, tell: Tell): void => {
  for (const path of disk.files(root)) {
    const text = disk.text(path)
    if (text !== null) tell({path: path.slice(root.length + 1), text})
  }
}

const LIVES = 6
const EVENTS = 60

/** By a service that is whole, and by one whose engine is out of reach. */
const watched = async (world: World): Promise<void> => {
  await world.cron()
  const {service} = world.process()
  await createUsageSampler(service)()
  standings(service, service.jobs.live())
  world.engineDown = true
  await world.cron()
  world.engineDown = false
}

/** A record that somebody damaged, and a site that was stopped. */
const troubled = async (): Promise<World> => {
  const world = new World()
  world.submit({env: {FAKE_SECONDS: 'forever'}})
  await world.cron()
  const record = world.disk.lookup('/god/jobs/live/0/1.3.json')
  if (record !== null) record.bytes = Buffer.from('{"v":1')
  await world.cron()
  writeHalt(world.process().fs, world.layout, 'fsync of /god failed (EIO)')
  return world
}

const ARRAY_EVENTS: readonly ((world: World, id: JobId) => void)[] = [
  (world, id) => world.control('hold', [id]),
  (world, id) => world.control('release', [id]),
  world => world.clock.advance(4000),
  (world, id) => world.control('suspend', [id]),
  (world, id) => world.control('resume', [id]),
  world => world.clock.advance(4000),
  (world, id) => world.control('kill', [id]),
]

/** Arrays whose tasks end in each way. */
const arrays = async (tell: Tell): Promise<void> => {
  for (const env of [{}, {FAKE_EXIT: '3'}, {FAKE_OOM: '1'}, {FAKE_REFUSE: 'no'}, {FAKE_SECONDS: 'forever'}]) {
    const world = new World()
    const id = world.submit({array: '1-9:2,12%3', walltime: 60, env: {FAKE_SECONDS: '3', ...env}})
    for (const event of ARRAY_EVENTS) {
      await world.cron()
      tellAll(world.disk, world.layout.root, tell)
      event(world, id)
    }
  }
}

const COUNTING = parseSections([
  {key: 'resource.seat.scope', value: 'site', origin: 'x'},
  {key: 'resource.seat.amount', value: '9', origin: 'x'},
  {key: 'resource.fpga.amount', value: '9', origin: 'x'},
])

const NODES = [{name: 'n1', capacity: {cpus: 16_000, memory: 64 * GIB, gpus: 0}, labels: {}}]

/** What an operator may allow besides: jobs that take what he counts, and jobs that are root inside. */
const allowed = async (tell: Tell): Promise<void> => {
  const root = {users: ['*'], groups: [], never: null}
  const admission = {...SETTINGS.admission, sections: COUNTING, root}
  const world = new World({nodes: NODES, settings: {admission}})
  const wish = {env: {FAKE_SECONDS: '3'}}
  const counted = {fpga: 1, seat: 2}
  const ids = [{counted}, {root: true as const}, {counted, root: true as const, array: '0-2'}].map(each =>
    world.submit({...wish, ...each}),
  )
  const step = async (): Promise<void> => {
    tellAll(world.disk, world.layout.root, tell)
    await watched(world)
    world.clock.advance(4000)
    await world.cron()
  }
  await step()
  world.control('requeue', ids)
  world.update(ids.slice(0, 1), {counted: {seat: 1}})
  await step()
  await step()
  await world.process().pack()
  tellAll(world.disk, world.layout.root, tell)
}

export const writtenFiles = async (tell: Tell): Promise<void> => {
  const world = await troubled()
  tellAll(world.disk, world.layout.root, tell)
  for (const {prepare, step} of SCENARIOS) {
    const world = new World()
    await prepare(world)
    tellAll(world.disk, world.layout.root, tell)
    await step(world, new DiskProcess(world.disk))
    tellAll(world.disk, world.layout.root, tell)
    await watched(world)
    tellAll(world.disk, world.layout.root, tell)
  }
  await arrays(tell)
  await allowed(tell)
  for (let seed = 1; seed <= LIVES; seed++) {
    const site = new Simulation(seed)
    for (let i = 0; i < EVENTS; i++) {
      await site.step()
      tellAll(site.world.disk, site.world.layout.root, tell)
    }
  }
}
