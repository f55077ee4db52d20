/**
 * R06 for the store: the n-th call of an operation fails, once or from then on, for every n and each error a file
 * system gives. No wrong success (what was acknowledged is there after a power loss), no half state, no temporary
 * file where one could be removed, and all goes on when the disk is well again; HALT exactly after a failed fsync.
 */
import assert from 'node:assert/strict'
import {jobId, rev, token} from '../../../src/core/brand.js'
import {GodError} from '../../../src/core/errors.js'
import type {JobSpec} from '../../../src/core/job.js'
import {errno} from '../../../src/store/disk/file-system.js'
import {claimEpoch, youngestEpoch} from '../../../src/store/epoch.js'
import {haltReason} from '../../../src/store/halt.js'
import {encodeRecord} from '../../../src/store/jobs/job-store.js'
import {revisionPath} from '../../../src/store/jobs/revision.js'
import {createNodeStore} from '../../../src/store/node-store.js'
import {readReasons, writeReasons} from '../../../src/store/reasons.js'
import {dropRequest} from '../../../src/store/requests/drop-folder.js'
import {claimId, raiseHint, readHint} from '../../../src/store/requests/ids.js'
import {createInbox} from '../../../src/store/requests/inbox.js'
import {createWorkFolder} from '../../../src/store/work-folder.js'
import {aRecord, aWish} from '../../core/builders.js'
import {Crash, DiskProcess} from '../../support/disk-process.js'
import {ANN, author, CLUSTER, DiskWorld} from './disk-world.js'

const ERRORS = ['EIO', 'ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE', 'EACCES', 'ESTALE', 'EINTR'] as const
const CALLS = [
  'open',
  'open-create',
  'read',
  'write',
  'fsync',
  'fsyncDir',
  'close',
  'fstat',
  'lstat',
  'link',
  'rename',
  'unlink',
  'mkdir',
  'readdir',
  'fchown',
  'fchmod',
] as const

const ID = jobId(7)
const TOK = token('0123456789abcdef01234567')
const FIRST = aRecord({id: ID, rev: rev(1)})
const SECOND = aRecord({id: jobId(8), rev: rev(1)})
const SPEC: JobSpec = {v: 1, id: ID, tok: TOK, uid: ANN, wish: aWish()}
const NODE = {name: 'n1', capacity: {cpus: 1000, memory: 1, gpus: 0}, labels: {}}
const REASONS = {waits: [{reason: {code: 'resources', text: 'full'}, ids: [ID]}], queue: null}

interface Operation {
  readonly title: string
  readonly before?: (world: DiskWorld) => void
  /** Its return is the acknowledgement; false is none. */
  readonly act: (world: DiskWorld, fs: DiskProcess) => unknown
  /** What an acknowledgement promises, asked after a power loss. */
  readonly kept: (world: DiskWorld) => boolean
  /** Derived files promise nothing after a power loss. */
  readonly derived?: true
  /** A user may lack the right to sync a folder that all share: then the sync of his own one commits its names. */
  readonly ofUser?: true
}

const admitted = (world: DiskWorld): void => void world.jobs().publishFirst(FIRST, 'now')
const work = (world: DiskWorld, fs = world.process(0)) => createWorkFolder(world.durable(fs), world.layout)

const OPERATIONS: readonly Operation[] = [
  {
    title: 'publishing the first revision',
    act: (world, fs) => world.jobs(fs).publishFirst(FIRST, 'now') === 'won',
    kept: world => world.jobs().read(ID)?.record.rev === 1,
  },
  {
    title: 'publishing the next revision',
    before: admitted,
    act: (world, fs) => {
      const store = world.jobs(fs)
      const base = store.read(ID)
      return base !== null && store.publishNext(base, {state: 'held'}, author(), 'now') !== null
    },
    kept: world => world.jobs().read(ID)?.record.state === 'held',
  },
  {
    title: 'publishing two first revisions together',
    act: async (world, fs) => {
      const durable = world.durable(fs)
      const {layout} = world
      const both = [FIRST, SECOND].map(record => {
        durable.makeFolder(layout.bucket(record.id), 0o755)
        return durable.publishBeside(revisionPath(layout, record.id, 1), encodeRecord(record), 0o644)
      })
      const won = await Promise.allSettled(both)
      const lost = won.find(one => one.status === 'rejected')
      if (lost !== undefined) throw lost.reason
      await Promise.all([durable.syncBeside(layout.bucket(ID)), durable.syncBeside(layout.bucket(ID))])
    },
    kept: world => [FIRST, SECOND].every(({id}) => world.jobs().read(id)?.record.rev === 1),
  },
  {
    title: 'publishing a spec',
    act: (world, fs) => {
      const durable = world.durable(fs)
      world.specsOn(durable).publish(SPEC)
      durable.syncPending()
    },
    kept: world => world.specs().read(ID)?.tok === TOK,
  },
  {
    title: 'dropping a request',
    act: (world, fs) =>
      dropRequest(
        {durable: world.durable(fs), layout: world.layout, uid: ANN, random: world.random},
        {v: 1, op: 'submit', tok: TOK, cluster: CLUSTER, id: ID, wish: aWish()},
      ),
    ofUser: true,
    kept: world =>
      createInbox(world.process(0), world.layout, CLUSTER).open(ANN)?.read(TOK).kind === 'request',
  },
  {
    title: 'claiming an id',
    act: (world, fs) => claimId(world.durable(fs), world.layout) > 0,
    ofUser: true,
    kept: world => claimId(world.durable(), world.layout) > 1,
  },
  {
    title: 'raising the hint',
    act: (world, fs) => raiseHint(world.durable(fs), world.layout, ID),
    kept: world => readHint(world.process(), world.layout) === 8,
  },
  {
    title: 'claiming an epoch',
    act: (world, fs) => claimEpoch(world.durable(fs), world.layout, 'me'),
    kept: world => youngestEpoch(world.durable(), world.layout) >= 1,
  },
  {
    title: 'reporting a node',
    act: (world, fs) => {
      createNodeStore(world.durable(fs), world.layout).report([NODE])
      return createNodeStore(world.durable(), world.layout).all().length === 1
    },
    kept: world => createNodeStore(world.durable(), world.layout).all().length === 1,
  },
  {
    title: 'writing the reasons',
    act: (world, fs) => writeReasons(world.durable(fs), world.layout, REASONS, 1),
    kept: world => readReasons(world.durable(), world.layout).get(ID) !== undefined,
    derived: true,
  },
  {
    title: 'making an attempt void',
    act: (world, fs) => work(world, fs).voidAttempt(ANN, ID, 1) === 'void',
    kept: world => work(world).fence(ANN, ID, 1) === 'void',
  },
  {
    title: 'preparing the directory of a job',
    act: (world, fs) =>
      work(world, fs).prepare(ANN, ID, {kind: 'script', text: '#!/bin/sh\n', args: []}, {uid: 1, gid: 1}),
    kept: world => world.disk.text('/god/work/u1000/7/cmd.sh') === '#!/bin/sh\n',
  },
]

/** How often an undisturbed run makes each call. */
const countCalls = async (operation: Operation): Promise<ReadonlyMap<string, number>> => {
  const counts = new Map<string, number>()
  class Counting extends DiskProcess {
    override mutate<T>(call: string, path: string, act: () => T): T {
      counts.set(call, (counts.get(call) ?? 0) + 1)
      return super.mutate(call, path, act)
    }
  }
  const world = prepared(operation)
  assert.notEqual(await operation.act(world, new Counting(world.disk, ANN)), false)
  return counts
}

interface Outcome {
  readonly acknowledged: boolean
  readonly error: unknown
}

const attempt = async (operation: Operation, world: DiskWorld, fs: DiskProcess): Promise<Outcome> => {
  try {
    return {acknowledged: (await operation.act(world, fs)) !== false, error: null}
  } catch (error) {
    return {acknowledged: false, error}
  }
}

const prepared = (operation: Operation): DiskWorld => {
  const world = new DiskWorld()
  operation.before?.(world)
  world.disk.syncAll()
  return world
}

interface Fault {
  readonly call: string
  readonly n: number
  readonly error: string
  readonly from: boolean
}

/** Every call that the operation makes, with every error, once and from then on. */
const faultsFor = async (operation: Operation): Promise<Fault[]> => {
  const counts = await countCalls(operation)
  const places = CALLS.flatMap(call =>
    Array.from({length: counts.get(call) ?? 0}, (_, i) => ({call, n: i + 1})),
  )
  return places.flatMap(place =>
    ERRORS.flatMap(error => [
      {...place, error, from: false},
      {...place, error, from: true},
    ]),
  )
}

const isTold = (error: unknown): boolean => {
  if (!(error instanceof GodError)) return error === null || errno(error) !== null
  return [74, 75].includes(error.exit) || ['E_RECORD_BAD', 'E_NOT_PERMITTED'].includes(error.code)
}

const isSync = ({call}: Fault): boolean => call === 'fsync' || call === 'fsyncDir'

const mustHalt = (fault: Fault): boolean =>
  isSync(fault) && ['EIO', 'EROFS', 'ESTALE', 'EINTR'].includes(fault.error)

const haltFault = (world: DiskWorld, fault: Fault): string | null => {
  const halted = haltReason(world.process(), world.layout) !== null
  if (halted && !isSync(fault)) return 'HALT without a failed sync'
  return !halted && mustHalt(fault) ? 'no HALT after a failed sync' : null
}

/** What is wrong after an operation met that fault. */
const wrongs = async (operation: Operation, fault: Fault): Promise<string[]> => {
  const {call, n, error, from} = fault
  const waived = operation.ofUser === true && call === 'fsyncDir' && error === 'EACCES'
  const world = prepared(operation)
  const outcome = await attempt(operation, world, world.process().plan({call, n, effect: {error, from}}))
  const found = [
    isTold(outcome.error) ? null : 'no error of the catalogue or the disk',
    world.temporaries().length > 0 && call !== 'unlink' ? 'a temporary file is left' : null,
    haltFault(world, fault),
  ]
  if (outcome.acknowledged && operation.derived !== true && !waived) {
    world.disk.powerLoss()
    found.push(operation.kept(world) ? null : 'it was acknowledged, and is gone')
  }
  // The disk is well again, and whoever was told of a failure tries once more.
  if (!outcome.acknowledged) await attempt(operation, world, world.process())
  found.push(operation.kept(world) ? null : 'it did not heal')
  return found
    .filter(what => what !== null)
    .map(what => `${call} ${n} ${error}${from ? ' from then on' : ''}: ${what} (${String(outcome.error)})`)
}

const isWholeAfterKill = async (
  operation: Operation,
  n: number,
  effect: 'crash-before' | 'crash-after',
  cut: boolean,
): Promise<void> => {
  const world = prepared(operation)
  const {error} = await attempt(operation, world, world.process().plan({n, effect}))
  assert.ok(error instanceof Crash, `${effect} of call ${n}: ${String(error)}`)
  if (cut) world.disk.powerLoss()
  assert.equal(haltReason(world.process(), world.layout), null)
  assert.equal((await attempt(operation, world, world.process())).error, null)
  if (cut && operation.derived !== true) world.disk.powerLoss()
  assert.ok(operation.kept(world), `${effect} of call ${n}`)
}

describe('the store on a failing disk', function () {
  this.timeout(240_000)

  for (const operation of OPERATIONS) {
    it(`${operation.title} is no wrong success, tells of the fault, and heals`, async () => {
      const found: string[] = []
      for (const fault of await faultsFor(operation)) found.push(...(await wrongs(operation, fault)))
      assert.deepEqual(found, [])
    })

    it(`${operation.title} is whole or not begun after a kill at any call, also with a power cut`, async () => {
      const counting = prepared(operation)
      const fs = counting.process()
      await operation.act(counting, fs)
      for (let n = 1; n <= fs.mutations; n++)
        for (const effect of ['crash-before', 'crash-after'] as const)
          for (const cut of [false, true]) await isWholeAfterKill(operation, n, effect, cut)
    })

    it(`${operation.title} is whole although a write takes only a part`, async () => {
      const world = prepared(operation)
      const fs = world.process().plan({call: 'write', n: 1, effect: 'short'})
      assert.equal((await attempt(operation, world, fs)).error, null)
      assert.ok(operation.kept(world))
    })
  }
})
