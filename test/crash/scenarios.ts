/**
 * What god does, as steps that can be stopped anywhere (R01): each scenario brings a world to the moment before its
 * step without any fault, then takes the step with a process that may be killed in it.
 */
import type {JobId} from '../../src/core/brand.js'
import {instant, jobId} from '../../src/core/brand.js'
import {ORPHAN_AFTER} from '../../src/service/orphans.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import type {DiskProcess} from '../support/disk-process.js'
import {attempt, dying, plantRequest} from '../support/dying.js'
import {once} from '../support/keyed.js'
import {GRACE, type World} from '../support/world.js'

export interface Scenario {
  readonly name: string
  /** What it drops is told by age, so a clock years ahead drops more. */
  readonly byAge?: boolean
  /** It makes jobs whose ids nobody was told: where it is stopped they may have others. */
  readonly fires?: boolean
  /** As its attempt ended: for good, where a kill keeps it from the next one. */
  readonly unlessRetried?: string
  /** The ids that were printed. */
  readonly prepare: (world: World) => Promise<readonly JobId[]>
  /** Ids that were printed by the step itself. */
  readonly step: (world: World, fs: DiskProcess) => Promise<readonly JobId[]>
}

const NONE: readonly JobId[] = []
const LONG = {env: {FAKE_SECONDS: '25'}}
const FOREVER = {env: {FAKE_SECONDS: 'forever'}}

const schedule = async (world: World, fs: DiskProcess): Promise<readonly JobId[]> => {
  await world.process(fs).schedule()
  return NONE
}

const watch = async (world: World, fs: DiskProcess): Promise<readonly JobId[]> => {
  await world.process(fs).watch()
  return NONE
}

/** Admitted and waiting: the engine is out of reach meanwhile. */
const pending = async (world: World, ...ids: readonly JobId[]): Promise<readonly JobId[]> => {
  world.engineDown = true
  await world.cron()
  world.engineDown = false
  return ids
}

const running = async (world: World, ...ids: readonly JobId[]): Promise<readonly JobId[]> => {
  await world.cron()
  return ids
}

/** S1 was published, then its scheduler died. */
const starting = async (world: World, ...ids: readonly JobId[]): Promise<readonly JobId[]> => {
  const dead = world.process()
  await schedulerPass(dead.service, dead.claimEpoch())
  return ids
}

/** S2 too: the engine has created the container. */
const created = async (world: World, ...ids: readonly JobId[]): Promise<readonly JobId[]> => {
  const fs = dying(world, {call: 'engine.start', n: 1, effect: 'crash-before'})
  await attempt(fs, () => world.process(fs).schedule())
  return ids
}

/** S3 too: it runs, and no record says so. */
const startedUnseen = async (world: World, ...ids: readonly JobId[]): Promise<readonly JobId[]> => {
  const fs = dying(world, {call: 'engine.start', n: 1, effect: 'crash-after'})
  await attempt(fs, () => world.process(fs).schedule())
  return ids
}

const suspended = async (world: World, id: JobId): Promise<readonly JobId[]> => {
  await world.cron()
  world.control('suspend', [id])
  await world.cron()
  return [id]
}

const ended = async (world: World, ...ids: readonly JobId[]): Promise<readonly JobId[]> => {
  await world.cron()
  world.clock.advance(3000)
  await world.cron()
  return ids
}

const SHORT = {env: {FAKE_SECONDS: '2'}}

/** A container that bears our labels, though no record asks for it. */
const plantOrphan = (world: World, job: JobId): void => {
  const [model] = world.engine.all()
  if (model === undefined) throw new Error('an orphan is made after a model')
  const attempt = job === model.spec.job ? model.spec.attempt : 50
  const spec = {...model.spec, job, attempt, name: `god-orphan-${job}`, nonce: 'f'.repeat(24)}
  world.engine.start(world.engine.create(spec))
}

const SUBMITTING: readonly Scenario[] = [
  {name: 'submit', prepare: async () => NONE, step: async (world, fs) => [world.submit(LONG, fs)]},
  {
    name: 'submit beside others',
    prepare: async world => [world.submit(LONG), world.submit(LONG, undefined, 1001)],
    step: async (world, fs) => [world.submit(LONG, fs)],
  },
  {name: 'admit and start', prepare: async world => [world.submit(LONG)], step: schedule},
  {name: 'admit held', prepare: async world => [world.submit({hold: true})], step: schedule},
  {
    name: 'admit many',
    prepare: async world => [
      world.submit(LONG),
      world.submit({hold: true}, undefined, 1001),
      world.submit(LONG, undefined, 1001),
      world.submit({cpus: 99_000}),
    ],
    step: schedule,
  },
  {
    name: 'burn a claim',
    prepare: async world => {
      const fs = dying(world, {call: 'rename', n: 1, effect: 'crash-before'})
      await attempt(fs, async () => world.submit({}, fs))
      world.clock.advance(11 * 60_000)
      return [world.submit(LONG)]
    },
    step: schedule,
  },
]

/** What the request's file holds stays where its admission stopped in the middle. */
const BULK: readonly Scenario[] = [
  {
    name: 'submit many at once',
    prepare: async () => NONE,
    step: async (world, fs) => world.submitMany([LONG, {hold: true}, LONG], fs),
  },
  {
    name: 'submit many at once beside others',
    prepare: async world => [world.submit(LONG), ...world.submitMany([LONG], undefined, 1001)],
    step: async (world, fs) => world.submitMany([LONG, LONG], fs),
  },
  {
    name: 'admit many of one request',
    prepare: async world => world.submitMany([LONG, {hold: true}, LONG]),
    step: schedule,
  },
  {
    name: 'admit two requests of many, and one alone',
    prepare: async world => [
      ...world.submitMany([LONG, {hold: true}]),
      world.submit({hold: true}, undefined, 1001),
      ...world.submitMany([{hold: true}, LONG], undefined, 1001),
    ],
    step: schedule,
  },
  {
    name: 'refuse many of one request',
    prepare: async world => {
      const ids = world.submitMany([LONG, {cpus: 99_000}, LONG])
      // The nodes are known, so that none of them can ever run it.
      await world.process().schedule(world.process().claimEpoch())
      return [...ids, ...world.submitMany([LONG, {cpus: 99_000}])]
    },
    step: schedule,
  },
  {
    name: 'admit what is left of a request',
    prepare: async world => {
      const ids = world.submitMany([LONG, {hold: true}, LONG])
      const fs = dying(world, {call: 'link', path: '.1.json', n: 2, effect: 'crash-before'})
      await attempt(fs, () => world.process(fs).schedule())
      return ids
    },
    step: schedule,
  },
  {
    name: 'kill some of a request that nobody has taken',
    prepare: async world => {
      const ids = world.submitMany([LONG, LONG, {hold: true}])
      return kill(world, ids.slice(1)).then(() => ids)
    },
    step: schedule,
  },
]

const STARTING: readonly Scenario[] = [
  {name: 'start', prepare: world => pending(world, world.submit(LONG)), step: schedule},
  {
    name: 'start two users',
    prepare: world => pending(world, world.submit(LONG), world.submit(LONG, undefined, 1001)),
    step: schedule,
  },
  {
    name: 'start a script',
    prepare: world =>
      pending(world, world.submit({...LONG, command: {kind: 'script', text: '#!/bin/sh\ntrue\n', args: []}})),
    step: schedule,
  },
  {name: 'start again after S1', prepare: world => starting(world, world.submit(LONG)), step: watch},
  {name: 'start again after S2', prepare: world => created(world, world.submit(LONG)), step: watch},
  {name: 'adopt after S3', prepare: world => startedUnseen(world, world.submit(LONG)), step: watch},
  {
    name: 'the engine refuses the image',
    prepare: world => pending(world, world.submit({env: {FAKE_REFUSE: 'no such image'}})),
    step: schedule,
  },
  {
    name: 'the engine cannot start it',
    prepare: world => pending(world, world.submit({env: {FAKE_START_FAULT: 'exec format error'}})),
    step: schedule,
  },
  {
    name: 'give back: its name is taken',
    prepare: async world => {
      const ids = await created(world, world.submit(LONG))
      for (const {spec} of world.engine.all())
        Object.assign(spec, {nonce: 'e'.repeat(24), cluster: 'another'})
      return ids
    },
    step: watch,
  },
  {
    name: 'take over from a dead scheduler',
    prepare: async world => {
      const ids = [world.submit(LONG), world.submit(LONG)]
      const fs = dying(world, {call: 'link', path: '.2.json', n: 2, effect: 'crash-before'})
      await attempt(fs, () => world.process(fs).schedule())
      return ids
    },
    step: schedule,
  },
]

const ENDING: readonly Scenario[] = [
  ...(['done', 'failed', 'oom'] as const).map(end => ({
    name: `finish: ${end}`,
    prepare: async (world: World) => {
      const how = {done: {}, failed: {FAKE_EXIT: '3'}, oom: {FAKE_OOM: '1'}}[end]
      const ids = await running(world, world.submit({env: {FAKE_SECONDS: '2', ...how}}))
      world.clock.advance(3000)
      return ids
    },
    step: watch,
  })),
  {
    name: 'walltime: the polite signal',
    prepare: async world => {
      const ids = await running(world, world.submit({...FOREVER, walltime: 60}))
      world.clock.advance(61_000)
      return ids
    },
    step: watch,
  },
  {
    name: 'walltime: the last signal',
    prepare: async world => {
      const env = {...FOREVER.env, FAKE_IGNORES_TERM: '1'}
      const ids = await running(world, world.submit({env, walltime: 60}))
      world.clock.advance(61_000)
      await world.cron()
      world.clock.advance(GRACE)
      return ids
    },
    step: watch,
  },
  {
    name: 'its container has vanished',
    prepare: async world => {
      const ids = await running(world, world.submit(FOREVER))
      for (const container of world.containers()) world.engine.remove(container)
      return ids
    },
    step: watch,
  },
  {
    name: 'orphan of an unknown job',
    prepare: async world => {
      const ids = await running(world, world.submit(FOREVER))
      plantOrphan(world, jobId(99))
      world.control('kill', ids)
      await world.cron()
      world.clock.advance(ORPHAN_AFTER)
      return ids
    },
    step: watch,
  },
  {
    name: 'orphan of a known job',
    prepare: async world => {
      const ids = await running(world, world.submit(LONG))
      plantOrphan(world, ids[0] ?? jobId(1))
      return ids
    },
    step: watch,
  },
]

const kill = async (world: World, ids: readonly JobId[]): Promise<readonly JobId[]> => {
  world.control('kill', ids)
  return ids
}

const requeued = async (
  world: World,
  how: 'starting' | 'running' | 'stubborn' | 'suspended',
): Promise<readonly JobId[]> => {
  // Its next attempt begins when the last one is killed, which a power cut does at once.
  const env = how === 'stubborn' ? {...FOREVER.env, FAKE_IGNORES_TERM: '1'} : LONG.env
  const id = world.submit({env})
  if (how === 'starting') await created(world, id)
  else if (how === 'suspended') await suspended(world, id)
  else await running(world, id)
  world.control('requeue', [id])
  return [id]
}

const CONTROLLING: readonly Scenario[] = [
  {
    name: 'kill pending, by the scheduler',
    prepare: async world => kill(world, await pending(world, world.submit())),
    step: schedule,
  },
  {
    name: 'kill pending, by the watcher',
    prepare: async world => kill(world, await pending(world, world.submit())),
    step: watch,
  },
  {
    name: 'kill at submission',
    prepare: async world => kill(world, [world.submit(FOREVER)]),
    step: schedule,
  },
  {
    name: 'kill held',
    prepare: async world => kill(world, await pending(world, world.submit({hold: true}))),
    step: schedule,
  },
  {
    name: 'kill starting',
    prepare: async world => kill(world, await starting(world, world.submit(FOREVER))),
    step: watch,
  },
  {
    name: 'kill starting, created',
    prepare: async world => kill(world, await created(world, world.submit(FOREVER))),
    step: watch,
  },
  {
    name: 'kill starting, engine silent',
    prepare: async world => kill(world, await created(world, world.submit(FOREVER))),
    step: async (world, fs) => {
      world.engineDown = true
      try {
        return await watch(world, fs)
      } finally {
        world.engineDown = false
      }
    },
  },
  {
    name: 'kill running',
    prepare: async world => kill(world, await running(world, world.submit(FOREVER))),
    step: watch,
  },
  {
    name: 'kill running, by the scheduler',
    prepare: async world => kill(world, await running(world, world.submit(FOREVER))),
    step: schedule,
  },
  {
    name: 'kill a stubborn one',
    prepare: async world => {
      const env = {...FOREVER.env, FAKE_IGNORES_TERM: '1'}
      await kill(world, await running(world, world.submit({env})))
      await world.cron()
      world.clock.advance(GRACE)
      return NONE
    },
    step: watch,
  },
  {
    name: 'kill many with one request',
    prepare: async world =>
      kill(
        world,
        await running(world, world.submit(FOREVER), world.submit({hold: true}), world.submit(FOREVER)),
      ),
    step: watch,
  },
  {
    name: 'kill suspended',
    prepare: async world => kill(world, await suspended(world, world.submit(FOREVER))),
    step: watch,
  },
  {
    name: 'suspend',
    prepare: async world => {
      const ids = await running(world, world.submit(FOREVER))
      world.control('suspend', ids)
      return ids
    },
    step: watch,
  },
  {
    name: 'suspend starting',
    prepare: async world => {
      const ids = await starting(world, world.submit(FOREVER))
      world.control('suspend', ids)
      return ids
    },
    step: watch,
  },
  {
    name: 'resume',
    prepare: async world => {
      const ids = await suspended(world, world.submit(LONG))
      world.control('resume', ids)
      return ids
    },
    step: watch,
  },
  {
    name: 'suspend and resume at once',
    prepare: async world => {
      const ids = await running(world, world.submit(FOREVER))
      world.control('suspend', ids)
      world.control('resume', ids)
      return ids
    },
    step: watch,
  },
  {
    name: 'hold',
    prepare: async world => {
      const ids = await pending(world, world.submit())
      world.control('hold', ids)
      return ids
    },
    step: schedule,
  },
  {
    name: 'release',
    prepare: async world => {
      const ids = await pending(world, world.submit({hold: true}))
      world.control('release', ids)
      return ids
    },
    step: schedule,
  },
  {
    name: 'requeue what is over',
    prepare: async world => {
      const ids = await ended(world, world.submit(SHORT))
      world.control('requeue', ids)
      return ids
    },
    step: schedule,
  },
  {
    name: 'requeue and hold what is over',
    prepare: async world => {
      const ids = await ended(world, world.submit(SHORT))
      world.control('requeue', ids, undefined, undefined, true)
      return ids
    },
    step: schedule,
  },
  ...(['starting', 'running', 'stubborn', 'suspended'] as const).map(how => ({
    name: `requeue ${how}: asked for`,
    prepare: (world: World) => requeued(world, how),
    step: schedule,
  })),
  ...(['starting', 'running', 'suspended'] as const).map(how => ({
    name: `requeue ${how}: stopped`,
    prepare: async (world: World) => {
      const ids = await requeued(world, how)
      await world.process().schedule()
      return ids
    },
    step: watch,
  })),
  {
    name: 'requeue a stubborn one: KILL',
    prepare: async world => {
      const ids = await requeued(world, 'stubborn')
      await world.cron()
      world.clock.advance(GRACE)
      return ids
    },
    step: watch,
  },
  {
    name: 'update',
    prepare: async world => {
      const begin = instant(world.clock.now() + 1000)
      const order = {hold: true, nice: 3, priority: 2, begin}
      const ids = await pending(world, world.submit(order), world.submit(LONG))
      const limits = {cpus: 500, memory: 2 ** 28, walltime: 600}
      world.update(ids, {...limits, nice: 1, priority: -1, begin: world.clock.now(), name: 'other'})
      return ids
    },
    step: schedule,
  },
  {
    name: 'refuse a bad request',
    prepare: async world => {
      plantRequest(world, '{"v":1,"op":"kill"')
      return NONE
    },
    step: watch,
  },
]

const ARRAYS: readonly Scenario[] = [
  {
    name: 'array: admit and start',
    prepare: async world => [world.submit({...LONG, array: '0-2%2'})],
    step: schedule,
  },
  {
    name: 'array: start again after S1',
    prepare: world => starting(world, world.submit({...LONG, array: '0-2%2'})),
    step: watch,
  },
  {
    name: 'array: adopt after S3',
    prepare: world => startedUnseen(world, world.submit({...LONG, array: '0-1'})),
    step: watch,
  },
  {
    name: 'array: tasks end together',
    prepare: async world => {
      const env = {FAKE_SECONDS: '2', FAKE_EXIT: '3'}
      const ids = await running(world, world.submit({env, array: '0-2%2'}))
      world.clock.advance(3000)
      return ids
    },
    step: watch,
  },
  {
    name: 'array: kill and hold a part',
    prepare: async world => {
      const ids = await running(world, world.submit({...FOREVER, array: '0-5%2'}))
      const part = (tasks: string) => Object.fromEntries(ids.map(id => [id, tasks]))
      world.control('kill', ids, undefined, part('1-2'))
      world.control('hold', ids, undefined, part('4'))
      return ids
    },
    step: schedule,
  },
  {
    name: 'array: requeue what runs of it',
    prepare: async world => {
      const ids = await running(world, world.submit({...LONG, array: '0-3%2'}))
      world.control('requeue', ids)
      await world.process().schedule()
      return ids
    },
    step: watch,
  },
  {
    name: 'array: kill all of it',
    prepare: async world => kill(world, await running(world, world.submit({...FOREVER, array: '0-5%2'}))),
    step: watch,
  },
]

/** Ended, and nobody has looked at what hangs on it. */
const endedAlone = async (world: World, ...ids: readonly JobId[]): Promise<readonly JobId[]> => {
  await world.cron()
  world.clock.advance(3000)
  await world.process().watch()
  return ids
}

const SHORTLY = {env: {FAKE_SECONDS: '2'}}
const FAILING = {env: {FAKE_SECONDS: '2', FAKE_EXIT: '3'}}

const KEPT_BACK: readonly Scenario[] = [
  {
    name: 'dependency: admit with what it names',
    prepare: async world => [
      world.submit(SHORTLY),
      ...world.submitMany([SHORTLY, {...SHORTLY, depend: 'afterany:1:2'}]),
    ],
    step: schedule,
  },
  {
    name: 'dependency: it holds',
    prepare: world =>
      endedAlone(
        world,
        world.submit(SHORTLY),
        world.submit({...SHORTLY, depend: 'afterok:1'}),
        world.submit({...SHORTLY, array: '0-1', depend: 'afterok:1'}),
        world.submit({hold: true, depend: 'afterok:1'}),
      ),
    step: schedule,
  },
  {
    name: 'dependency: it can never hold, nor what hangs on it',
    prepare: world =>
      endedAlone(
        world,
        world.submit(FAILING),
        world.submit({depend: 'afterok:1'}),
        world.submit({array: '0-3', depend: 'afterok:2'}),
        world.submit({hold: true, depend: 'afterok:3'}),
        world.submit({...SHORTLY, depend: 'afternotok:2'}),
      ),
    step: schedule,
  },
  {
    name: 'dependency: the next of one name',
    prepare: world =>
      endedAlone(
        world,
        ...['singleton', 'singleton', 'afterany:1,singleton'].map(depend =>
          world.submit({...SHORTLY, name: 'same', depend}),
        ),
      ),
    step: schedule,
  },
  {
    name: 'dependency: killed while it waits',
    prepare: async world => {
      const ids = await running(world, world.submit(SHORTLY), world.submit({depend: 'afterok:1'}))
      world.control('kill', ids.slice(1))
      return ids
    },
    step: schedule,
  },
  {
    name: 'retry: the next attempt is published',
    prepare: world =>
      endedAlone(
        world,
        world.submit({...FAILING, retry: '1'}),
        world.submit({...SHORTLY, depend: 'afternotok:1'}),
      ),
    step: schedule,
  },
  {
    name: 'retry: the next attempt starts',
    prepare: async world => {
      const ids = await endedAlone(world, world.submit({...FAILING, retry: '1'}))
      await world.cron()
      world.clock.advance(10_000)
      return ids
    },
    step: schedule,
  },
  {
    name: 'retry: its container has vanished',
    unlessRetried: 'lost',
    prepare: async world => {
      const ids = await running(world, world.submit({...SHORTLY, retry: '1:node-lost'}))
      for (const container of world.containers()) world.engine.remove(container)
      return ids
    },
    step: watch,
  },
  {
    name: 'retry: killed between two attempts, by the watcher',
    prepare: async world => {
      const ids = await endedAlone(world, world.submit({...FAILING, retry: '3'}))
      world.control('kill', ids)
      return ids
    },
    step: watch,
  },
  {
    name: 'retry: killed between two attempts, by the scheduler',
    prepare: async world => {
      const ids = await endedAlone(world, world.submit({...FAILING, retry: '3'}))
      world.control('kill', ids)
      return ids
    },
    step: schedule,
  },
]

/** Two of three tasks ran, and wait for their next try. */
const restingTasks = async (world: World): Promise<readonly JobId[]> => {
  const ids = await endedAlone(world, world.submit({...FAILING, array: '0-2%2', retry: '1'}))
  await world.process().watch()
  return ids
}

const TRIED_ARRAYS: readonly Scenario[] = [
  {
    name: 'array: a task is tried again',
    prepare: async world => {
      const ids = await running(world, world.submit({...FAILING, array: '0-2%2', retry: '1'}))
      world.clock.advance(3000)
      return ids
    },
    step: watch,
  },
  {
    name: 'array: the pause of its tasks is over',
    prepare: async world => {
      const ids = await restingTasks(world)
      world.clock.advance(10_000)
      return ids
    },
    step: schedule,
  },
  {
    name: 'array: the containers of its tasks have vanished, and they are tried again',
    prepare: async world => {
      const ids = await running(world, world.submit({...SHORTLY, array: '0-1', retry: '1:node-lost'}))
      for (const container of world.containers()) world.engine.remove(container)
      return ids
    },
    step: watch,
  },
  {
    name: 'array: killed while its tasks wait for their next try',
    prepare: async world => kill(world, await restingTasks(world)),
    step: schedule,
  },
  {
    name: 'array: one task is held and one released while they wait for their next try',
    prepare: async world => {
      const ids = await restingTasks(world)
      const part = (tasks: string) => Object.fromEntries(ids.map(id => [id, tasks]))
      world.control('hold', ids, undefined, part('0-1'))
      await world.process().schedule()
      world.control('release', ids, undefined, part('1'))
      return ids
    },
    step: schedule,
  },
]

const HOUR = 3600 * 1000

const HOURLY = {...SHORTLY, cron: '0 * * * *'}

/** Its time has come. */
const due = async (world: World, id = world.submit(HOURLY)): Promise<readonly JobId[]> => {
  await world.cron()
  world.clock.advance(HOUR + 60_000)
  return [id]
}

const RECURRING: readonly Scenario[] = [
  {name: 'recurring: admit', prepare: async world => [world.submit(HOURLY)], step: schedule},
  {name: 'recurring: its time has come', fires: true, prepare: world => due(world), step: schedule},
  {
    name: 'recurring: its run was not admitted',
    fires: true,
    prepare: async world => {
      const ids = await due(world)
      const fs = dying(world, {call: 'link', path: '/2.1.json', n: 1, effect: 'crash-before'})
      await attempt(fs, () => world.process(fs).schedule())
      return ids
    },
    step: schedule,
  },
  {
    name: 'recurring: left out, for the last run goes on',
    fires: true,
    prepare: async world => {
      const ids = await due(world, world.submit({...HOURLY, ...FOREVER}))
      await world.cron()
      world.clock.advance(HOUR)
      return ids
    },
    step: schedule,
  },
  {
    name: 'recurring: killed when its time has come',
    prepare: async world => {
      const ids = await due(world)
      world.control('kill', ids)
      return ids
    },
    step: schedule,
  },
]

const KEYED: readonly Scenario[] = [
  {
    name: 'key: submit',
    prepare: async () => NONE,
    step: async (world, fs) => [once(world, 'k', LONG, fs).id],
  },
  {
    name: 'key: submit what waits to be taken',
    prepare: async world => [once(world, 'k', LONG).id],
    step: async (world, fs) => [once(world, 'k', LONG, fs).id],
  },
  {name: 'key: admit', prepare: async world => [once(world, 'k', LONG).id], step: schedule},
]

const NODES: readonly Scenario[] = [
  {
    name: 'node: drain',
    prepare: async world => {
      const ids = await running(world, world.submit(LONG))
      world.node('drain', 'n1', {remark: 'new disk'})
      return [...ids, world.submit(LONG)]
    },
    step: schedule,
  },
  {
    name: 'node: ready again',
    prepare: async world => {
      await world.cron()
      world.node('drain', 'n1')
      const ids = await running(world, world.submit(LONG))
      world.node('ready', 'n1')
      return ids
    },
    step: schedule,
  },
  {
    name: 'node: reserve',
    prepare: async world => {
      const ids = await running(world, world.submit(LONG))
      const now = world.clock.now()
      const period = {from: instant(now + HOUR), to: instant(now + 2 * HOUR), users: ['bob']}
      world.node('reserve', 'n1', {period})
      return ids
    },
    step: schedule,
  },
]

const DAY = 24 * HOUR

const pack = async (world: World, fs: DiskProcess): Promise<readonly JobId[]> => {
  await world.process(fs).pack()
  return NONE
}

/** Each in a segment of its own. */
const packedOneByOne = async (world: World, n: number): Promise<readonly JobId[]> => {
  const ids: JobId[] = []
  for (let i = 0; i < n; i++) {
    ids.push(...(await ended(world, world.submit(SHORT))))
    await world.process().pack()
  }
  return ids
}

const keepFor = (world: World, age: number): void => {
  const {packing} = world.settings
  Object.assign(world.settings, {packing: {...packing, retention: {age, most: null}}})
}

/** Whatever was begun, nothing stays half-way after one more packing. */
export const PACKING: readonly Scenario[] = [
  {
    name: 'pack',
    prepare: world => ended(world, world.submit(SHORT), world.submit(SHORT, undefined, 1001)),
    step: pack,
  },
  {
    name: 'pack what another began to seal',
    prepare: async world => {
      const ids = await ended(world, world.submit(SHORT), world.submit(SHORT))
      const fs = dying(world, {call: 'link', path: '.ndjson', n: 1, effect: 'crash-before'})
      await attempt(fs, () => world.process(fs).pack())
      return ids
    },
    step: pack,
  },
  {
    name: 'pack what another began to take away',
    prepare: async world => {
      const ids = await ended(world, world.submit(SHORT), world.submit(SHORT))
      const fs = dying(world, {call: 'unlink', path: '/1.2.json', n: 1, effect: 'crash-before'})
      await attempt(fs, () => world.process(fs).pack())
      return ids
    },
    step: pack,
  },
  {
    name: 'merge segments',
    prepare: async world => {
      const ids = await packedOneByOne(world, 3)
      world.clock.advance(DAY)
      return ids
    },
    step: pack,
  },
  {
    name: 'drop old segments',
    byAge: true,
    prepare: async world => {
      const ids = await packedOneByOne(world, 1)
      world.clock.advance(2 * DAY)
      const young = await packedOneByOne(world, 1)
      keepFor(world, DAY)
      return [...ids, ...young]
    },
    step: pack,
  },
  {
    name: 'drop an old segment, and the key of its job',
    byAge: true,
    prepare: async world => {
      const ids = await ended(world, once(world, 'k', SHORT).id)
      await world.process().pack()
      world.clock.advance(2 * DAY)
      keepFor(world, DAY)
      return ids
    },
    step: pack,
  },
  {
    name: 'remove the files that another left',
    prepare: async world => {
      const ids = await ended(world, world.submit(SHORT))
      const fs = dying(world, {call: 'link', path: 'MANIFEST', n: 1, effect: 'crash-before'})
      await attempt(fs, () => world.process(fs).pack())
      await world.process().pack()
      world.clock.advance(DAY)
      return ids
    },
    step: pack,
  },
]

export const SCENARIOS: readonly Scenario[] = [
  ...SUBMITTING,
  ...BULK,
  ...STARTING,
  ...ENDING,
  ...CONTROLLING,
  ...ARRAYS,
  ...KEPT_BACK,
  ...TRIED_ARRAYS,
  ...RECURRING,
  ...KEYED,
  ...NODES,
  ...PACKING,
]
